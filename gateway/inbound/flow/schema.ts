/** What may stand in a file of `dialplan/flows/`. The JSON schema beside that folder is written from this. */
import { type Static, type TSchema, Type } from 'typebox';

const closed = { additionalProperties: false } as const;

const stepPattern = '^[a-z0-9][a-z0-9-]{0,39}$';
const stepName = Type.String({
  pattern: stepPattern,
  description: 'A step: lower-case letters, digits and hyphens.',
});
const next = (description: string) => Type.Optional(Type.String({ pattern: stepPattern, description }));
const e164 = Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$', description: 'E.164, such as +82215880000.' });
const key = (description: string) => Type.String({ pattern: '^[a-z0-9-]{1,40}$', description });
const languageOf = (description: string) =>
  Type.Union([Type.Literal('en'), Type.Literal('ko')], { description });
const language = languageOf('en or ko.');
const clip = Type.String({
  pattern: '^[a-z0-9-]{1,60}$',
  description: 'A sentence of the house (docs/prompts.md), or one of your own: own-….',
});
const seconds = (minimum: number, maximum: number, description: string) =>
  Type.Optional(Type.Integer({ minimum, maximum, description }));

/** Something that is said: in the caller's language, or in a certain one; or when opening hours begin again. */
const said = Type.Union([
  clip,
  Type.Object({ prompt: clip, language: Type.Optional(language) }, closed),
  Type.Object(
    { opensAt: key('Key of opening hours: says when they begin again.'), language: Type.Optional(language) },
    closed,
  ),
]);
const prompts = (minItems: number, description: string) =>
  Type.Array(said, { minItems, maxItems: 20, description });

/** The keys of a menu: one or more digits, or `*` or `#` alone. */
const menuKey = '^([0-9]{1,8}|[*#])$';

/** Each kind of step, by the key that says so. */
export const stepSchemas = {
  play: Type.Object(
    {
      play: prompts(1, 'What is said. A key ends it, and is kept for the next menu.'),
      heardOut: Type.Optional(Type.Boolean({ description: 'No key ends it: for what has to be heard.' })),
      next: next('The step after it.'),
    },
    closed,
  ),
  language: Type.Object(
    {
      language: languageOf('What the caller hears from here on: en or ko.'),
      next: next('The step after it.'),
    },
    closed,
  ),
  hours: Type.Object(
    {
      hours: key('Key of opening hours.'),
      open: next('While they are open.'),
      closed: next('While they are not.'),
      holiday: next('On a public holiday, or a day of your own that is closed. Default: as closed.'),
    },
    closed,
  ),
  menu: Type.Object(
    {
      menu: prompts(1, 'What is asked.'),
      choices: Type.Record(Type.String({ pattern: menuKey }), stepName, {
        minProperties: 1,
        additionalProperties: false,
        description: 'Keys, and the step each leads to.',
      }),
      firstDigitSeconds: seconds(
        1,
        60,
        'How long the first key may take from the end of the question on. Default: 5.',
      ),
      interDigitSeconds: seconds(1, 60, 'How long each further key may take. Default: 3.'),
      retries: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 9, description: 'How often it is asked again. Default: 2.' }),
      ),
      invalid: Type.Optional(prompts(0, 'Said after a key that is no choice. Default: invalid-choice.')),
      silent: Type.Optional(prompts(0, 'Said when no key came. Default: no-choice.')),
      otherwise: next('When no choice was made in the end.'),
    },
    closed,
  ),
  queue: Type.Object(
    {
      queue: key('Key of a queue.'),
      priority: Type.Optional(
        Type.Integer({ minimum: -10, maximum: 10, description: "On top of the queue's own. Default: 0." }),
      ),
      keepPlace: Type.Optional(
        Type.Boolean({
          description:
            'Whether pressing 2 keeps the place, hangs up, and has the caller called. Default: true.',
        }),
      ),
      maxWaitSeconds: seconds(5, 14_400, 'How long he waits at most. Default: 1800.'),
      closed: next('When the queue is not open. Default: as otherwise.'),
      full: next('When as many wait as may (docs/queues.md). Default: as otherwise.'),
      otherwise: next('When nobody came in time.'),
    },
    closed,
  ),
  agent: Type.Object(
    {
      agent: Type.String({
        maxLength: 254,
        pattern: '^[^@\\s]+@[^@\\s]+$',
        description: 'E-mail address of the agent.',
      }),
      queue: key('Key of the queue, served by him, in which the call is counted.'),
      maxWaitSeconds: seconds(5, 3600, 'How long he is waited for. Default: 30.'),
      otherwise: next('When he did not come.'),
    },
    closed,
  ),
  voicemail: Type.Object(
    {
      voicemail: prompts(0, 'Said before the tone.'),
      maxSeconds: seconds(5, 600, 'The longest message. Default: 120.'),
      silenceSeconds: seconds(1, 60, 'Silence that ends it. Default: 5.'),
      mailTo: Type.Optional(
        Type.Array(Type.String({ maxLength: 254, pattern: '^[^@\\s,<>]+@[^@\\s,<>]+$' }), {
          maxItems: 10,
          description: 'Who is told of a message by mail.',
        }),
      ),
      next: next('The step after it.'),
    },
    closed,
  ),
  external: Type.Object(
    {
      external: e164,
      ringSeconds: seconds(5, 180, 'How long it rings. Default: 30.'),
      otherwise: next('When it was not reached.'),
    },
    closed,
  ),
  hangup: Type.Object({ hangup: prompts(0, 'Said before it is hung up.') }, closed),
} as const satisfies Record<string, TSchema>;

export type Kind = keyof typeof stepSchemas;
export const kinds = Object.keys(stepSchemas) as Kind[];

const head = {
  tenant: key('The company whose flow it is: its slug.'),
  flow: key('The name of the flow.'),
  numbers: Type.Array(e164, { maxItems: 100, description: "The company's proven numbers that lead here." }),
  language: languageOf('What is spoken until a step says otherwise: en or ko.'),
  start: stepName,
  onFault: Type.String({
    pattern: stepPattern,
    description: 'Where a caller goes after an apology when a step could not be taken.',
  }),
};

/** As it is read first: each step is looked at by the schema of its kind, which says what is wrong in one sentence. */
export const flowOutline = Type.Object(
  {
    ...head,
    steps: Type.Record(Type.String({ pattern: stepPattern }), Type.Object({}), {
      minProperties: 1,
      maxProperties: 200,
      additionalProperties: false,
    }),
  },
  closed,
);

/** The whole, for editors. */
const flowFile = Type.Object(
  {
    ...head,
    steps: Type.Record(
      Type.String({ pattern: stepPattern }),
      Type.Union(kinds.map(kind => stepSchemas[kind])),
      {
        minProperties: 1,
        maxProperties: 200,
        additionalProperties: false,
        description: 'The steps, by name.',
      },
    ),
  },
  { ...closed, $id: 'flow', title: 'What happens to an inbound call' },
);

export type Said = Static<typeof said>;
export type StepOf<K extends Kind> = Static<(typeof stepSchemas)[K]>;
export type Step = { [K in Kind]: StepOf<K> }[Kind];
export type FlowDefinition = Omit<Static<typeof flowOutline>, 'steps'> & { steps: Record<string, Step> };

/** Path of the JSON schema in the project, and its text. */
export const flowSchemaFile = {
  path: 'dialplan/flow.schema.json',
  text: `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...flowFile }, null, 2)}\n`,
};

/** Of which kind a step is: that of the key that is named like one. `agent` also names a queue. */
export function kindOf(step: Step | object): Kind | undefined {
  if ('agent' in step) return 'agent';
  return kinds.find(kind => kind in step);
}

export const isKind = <K extends Kind>(step: Step, kind: K): step is Extract<Step, StepOf<K>> =>
  kindOf(step) === kind;
