import t from 'tap';
import { awaken } from './matcher.js';
import { type InteractionState, transitions } from './states.js';

const withAgent: readonly InteractionState[] = ['offered', 'accepted', 'dialing', 'bridged', 'wrap_up'];
const withoutAgent: readonly InteractionState[] = ['scheduled', 'waiting', 'done'];

/** His talk with a number outside engages no agent. */
const freesNobody = ['forward_ended'];

t.test('no step by which somebody waits, or is free, goes by the matcher', async t => {
  const steps = Object.entries(transitions).flatMap(([from, row]) =>
    Object.entries(row).map(([event, to]) => ({ from: from as InteractionState, event, to })),
  );
  const makesAPair = steps.filter(
    ({ from, event, to }) =>
      (to === 'waiting' && from !== 'waiting') ||
      (withAgent.includes(from) && withoutAgent.includes(to) && !freesNobody.includes(event)),
  );
  t.ok(makesAPair.length > 10);
  for (const event of new Set(makesAPair.map(({ event }) => event)))
    t.ok(awaken.has(event), `it looks after ${event}`);
});
