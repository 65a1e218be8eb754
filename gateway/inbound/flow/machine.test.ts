import t from 'tap';
import {
  begin,
  type Ending,
  follow,
  type Move,
  mostVisits,
  type Position,
  results,
  stepAt,
} from './machine.js';
import { type FlowDefinition, type Kind, kindOf, kinds, type Step } from './schema.js';

/** Every kind once, each of its exits to a place of its own. */
const steps: Record<Kind, Step> = {
  play: { play: ['welcome'], next: 'after-play' },
  language: { language: 'en', next: 'after-language' },
  hours: { hours: 'office', open: 'is-open', closed: 'is-closed', holiday: 'is-holiday' },
  menu: { menu: ['demo-menu'], choices: { '1': 'one', '12': 'twelve' }, retries: 1, otherwise: 'no-choice' },
  queue: { queue: 'sales', closed: 'queue-closed', full: 'queue-full', otherwise: 'nobody-came' },
  agent: { agent: 'a@b.c', queue: 'sales', otherwise: 'agent-away' },
  voicemail: { voicemail: [], next: 'after-message' },
  external: { external: '+82212345678', otherwise: 'not-reached' },
  hangup: { hangup: [] },
};
const flow: FlowDefinition = {
  tenant: 'shop',
  flow: 'all',
  numbers: [],
  language: 'en',
  start: 'play',
  onFault: 'second-way',
  steps: {
    ...steps,
    ...Object.fromEntries(
      [
        ...[
          'after-play',
          'after-language',
          'is-open',
          'is-closed',
          'is-holiday',
          'one',
          'twelve',
          'no-choice',
        ],
        ...[
          'queue-closed',
          'queue-full',
          'nobody-came',
          'agent-away',
          'after-message',
          'not-reached',
          'second-way',
        ],
      ].map(name => [name, { hangup: [] } as Step]),
    ),
  },
};

/** The whole table, as it is promised in docs/flows.md. */
const cells: [Kind, string, string | { over: Ending }][] = [
  ['play', 'done', 'after-play'],
  ['language', 'done', 'after-language'],
  ['hours', 'open', 'is-open'],
  ['hours', 'closed', 'is-closed'],
  ['hours', 'holiday', 'is-holiday'],
  ['menu', 'chosen', 'twelve'],
  ['menu', 'invalid', 'menu'],
  ['menu', 'silent', 'menu'],
  ['queue', 'served', { over: 'served' }],
  ['queue', 'kept_place', { over: 'kept_place' }],
  ['queue', 'closed', 'queue-closed'],
  ['queue', 'full', 'queue-full'],
  ['queue', 'timeout', 'nobody-came'],
  ['agent', 'served', { over: 'served' }],
  ['agent', 'timeout', 'agent-away'],
  ['voicemail', 'recorded', 'after-message'],
  ['voicemail', 'nothing_said', 'after-message'],
  ['external', 'talked', { over: 'talked' }],
  ['external', 'busy', 'not-reached'],
  ['external', 'no_answer', 'not-reached'],
  ['external', 'failed', 'not-reached'],
  ['hangup', 'done', { over: 'completed' }],
];

const at = (step: string): Position => ({ ...begin(flow), step });
const where = (move: Move) => ('over' in move ? { over: move.over } : move.at.step);

t.test('every cell of the table', async t => {
  for (const [kind, result, target] of cells)
    t.same(where(follow(flow, at(kind), result as never, '12')), target, `${kind} × ${result}`);
  const walked = new Set(cells.map(([kind, result]) => `${kind} ${result}`));
  for (const kind of kinds) {
    for (const result of results[kind])
      t.ok(walked.has(`${kind} ${result}`), `${kind} × ${result} is in the list`);
    t.same(where(follow(flow, at(kind), 'hung_up')), { over: 'hung_up' }, `${kind}: the caller hangs up`);
    const fault = follow(flow, at(kind), 'fault');
    t.match(fault, { at: { step: 'second-way', faulted: true }, why: 'fault' }, `${kind}: a fault`);
    if ('at' in fault) t.same(follow(flow, fault.at, 'fault'), { over: 'fault' }, 'and no third way');
    const foreign = [...new Set(kinds.flatMap(other => [...results[other]]))].filter(
      result => !(results[kind] as readonly string[]).includes(result),
    );
    for (const result of foreign)
      t.throws(() => follow(flow, at(kind), result), /has no result/, `${kind} × ${result}`);
  }
});

t.test('a menu is asked again as often as it says, and then it is left', async t => {
  const first = follow(flow, at('menu'), 'silent');
  t.match(first, { at: { step: 'menu', tries: 1 }, why: 'again' });
  t.equal('at' in first && where(follow(flow, first.at, 'invalid')), 'no-choice');
});

t.test('keys that are no choice, although they are names of every object, lead nowhere', async t => {
  t.match(follow(flow, at('menu'), 'chosen', 'constructor'), { at: { faulted: true } });
});

t.test('property: whatever happens, a call in any flow comes to an end', async t => {
  let seed = 20_261_130;
  const random = (below: number) => {
    // Lehmer, MINSTD
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  let longest = 0;
  for (let round = 0; round < 2_000; round++) {
    const names = Array.from({ length: 1 + random(8) }, (_, index) => `s${index}`);
    const any = () => names[random(names.length)] as string;
    const made: Record<string, Step> = Object.fromEntries(
      names.map(name => {
        const kind = kinds[random(kinds.length)] as Kind;
        const exits = {
          next: any(),
          open: any(),
          closed: any(),
          holiday: any(),
          full: any(),
          otherwise: any(),
          choices: { '1': any() },
        };
        const own = Object.keys(steps[kind]).filter(key => key in exits);
        return [
          name,
          { ...steps[kind], ...Object.fromEntries(own.map(key => [key, exits[key as 'next']])) } as Step,
        ];
      }),
    );
    const wild: FlowDefinition = { ...flow, start: any(), onFault: any(), steps: made };
    let position = begin(wild);
    let moves = 0;
    for (;;) {
      const possible = results[kindOf(stepAt(wild, position)) as Kind];
      const result = random(20) === 0 ? 'fault' : (possible[random(possible.length)] as never);
      const move = follow(wild, position, result, '1');
      moves += 1;
      if ('over' in move) break;
      position = move.at;
      if (Object.values(position.visits).some(visits => visits > mostVisits))
        t.fail('a step was entered too often');
      if (moves > 1_000) break;
    }
    longest = Math.max(longest, moves);
  }
  // Each step at most ten times, asked twice each, before the fault and after it.
  t.ok(longest <= 2 * 2 * mostVisits * 8, `the longest had ${longest} steps`);
});
