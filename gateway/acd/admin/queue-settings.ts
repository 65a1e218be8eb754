import { Type } from '@fastify/type-provider-typebox';

const whole = (minimum: number, maximum: number, description: string) =>
  Type.Integer({ minimum, maximum, description });

/** Of one schema with both types: where they are two, null is made a 0 on the way in. */
const wholeOrNone = (minimum: number, maximum: number, description: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum, maximum, description });

const overflowing = Type.Literal('overflow');
const endings = [Type.Literal('close'), Type.Literal('callback'), Type.Literal('voicemail')] as const;

/** The settings of a queue that are one value each, with the limits that their columns have, too. */
export const QueueSettings = Type.Object({
  position: whole(0, 1000, 'Where it stands in lists; the lowest first.'),
  open: Type.Boolean({ description: 'Closed, it takes no requests, whatever its hours.' }),

  priority: whole(-10, 10, 'Of all that waits in it, on top of its own.'),
  ageingSeconds: whole(1, 86_400, 'The waiting that one step of priority is worth.'),
  liveAheadSeconds: whole(0, 604_800, 'How far ahead of callbacks a customer on the line is.'),
  strategy: Type.Union(
    [
      Type.Literal('longest_idle'),
      Type.Literal('fewest_calls'),
      Type.Literal('best_skill'),
      Type.Literal('round_robin'),
      Type.Literal('simultaneous'),
    ],
    {
      description:
        'Who of those who fit is asked first; `simultaneous`: several at once, and the first who accepts has it.',
    },
  ),
  ringAtOnce: whole(
    2,
    10,
    'How many agents are asked at once, at most, where the strategy is `simultaneous`.',
  ),
  lastAgentDays: whole(0, 3650, 'For so long the agent a customer last talked with is preferred; 0: not.'),
  lastAgentHoldSeconds: whole(0, 3600, 'For so long he alone is asked.'),

  offerSeconds: whole(1, 300, 'How long an agent is rung.'),
  autoAnswer: Type.Boolean({
    description: 'The desktop of an agent takes what is offered by itself, after a short tone.',
  }),
  ringSeconds: whole(1, 300, 'How long a customer is rung.'),
  declineRestSeconds: whole(0, 3600, 'For so long who has declined is not asked again.'),
  wrapUpSeconds: whole(0, 3600, 'Time for the work after the talk.'),
  wrapUpExtensions: whole(0, 20, 'How often an agent may extend it.'),
  wrapUpExtensionSeconds: whole(1, 3600, 'By how much each time.'),

  serviceLevelSeconds: whole(1, 86_400, 'Within which a customer is to be reached: the service level.'),
  serviceLevelPercent: whole(1, 100, 'The share of customers for whom that is aimed at.'),

  customerFirst: Type.Boolean({ description: 'The customer is called while an agent is reserved.' }),
  liveWaitSeconds: whole(1, 3600, 'How long a customer on the line waits for his next agent.'),

  confirm: Type.Boolean({ description: 'A customer who is called has to press 1 before he is connected.' }),
  confirmTimes: whole(1, 10, 'How often he is asked.'),
  confirmSeconds: whole(1, 30, 'How long he has each time.'),
  whisper: Type.Boolean({ description: 'An agent is told in a few words whom he will hear.' }),

  overflowAfterSeconds: wholeOrNone(1, 86_400, 'Who has waited so long goes to the overflow queue.'),
  overflowAbove: wholeOrNone(0, 100_000, 'Who stands behind so many goes to the overflow queue.'),
  maxWaitSeconds: wholeOrNone(1, 604_800, 'How long anybody waits in it at most.'),
  maxWaitThen: Type.Union([overflowing, ...endings], {
    description: 'What then; a callback or the voicemail is offered to a customer on the line only.',
  }),
  maxWaiting: wholeOrNone(0, 100_000, 'How many wait in it at most.'),
  fullThen: Type.Union([overflowing, ...endings], {
    description: 'What becomes of a caller when it is full; who asks on a page is told so.',
  }),
  music: Type.String({
    pattern: '^[a-z0-9-]{1,60}$',
    description: 'What a customer hears who waits on the line: a clip of the pack music.',
  }),
  announceSeconds: Type.Unsafe<number>({
    type: 'integer',
    anyOf: [{ const: 0 }, { minimum: 10, maximum: 3600 }],
    description: 'How often he is told of his place and time; 0: never.',
  }),
  announcePlace: Type.Boolean({ description: 'He is told his place.' }),
  announceWait: Type.Boolean({ description: 'He is told the time he may expect.' }),

  slotMinutes: whole(5, 240, 'The length of a slot.'),
  slotLeadMinutes: whole(0, 10_080, 'The first slot begins no sooner than this after the asking.'),
  slotHorizonDays: whole(0, 60, 'How far ahead is promised; 0: only now.'),
  slotCapacity: wholeOrNone(0, 10_000, 'Promises in one slot; null: as many as its agents can keep.'),
  slotPriority: whole(-100, 100, 'With which a promised time enters the queue.'),
  sameRequestSeconds: whole(0, 86_400, 'Within which the same request is the same.'),
});

type Field = keyof (typeof QueueSettings)['properties'];
const fields = Object.keys(QueueSettings.properties) as Field[];

/** `slotMinutes` → `slot_minutes`. */
const columnOf = (field: Field) => field.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

/** The settings as they stand in a row of the table. */
export function settingsOf(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(fields.map(field => [field, row[columnOf(field)]]));
}

/** What is to be written of what was given: column → value. A setting that was not named is not touched. */
export function settingColumns(given: Partial<Record<Field, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(field => (given[field] === undefined ? [] : [[columnOf(field), given[field]]])),
  );
}
