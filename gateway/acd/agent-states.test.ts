import t from 'tap';
import {
  type AgentEvent,
  type AgentState,
  agentEvents,
  agentStates,
  agentTransitions,
} from './agent-states.js';
import { type Intent, setIntent, viewAgent } from './agents.js';
import { type Desktop, desktopSilent, dismissLost, loseDesktop, openDesktop } from './desktops.js';
import { dialOut } from './own-calls.js';
import { Floor } from './testing/floor.js';
import * as act from './transitions/index.js';

/** One agent with a desktop, and what is offered to him. */
class Seat {
  readonly desktop: Desktop;
  /** What he is engaged with, or would be. */
  ref: act.InteractionRef;

  constructor(
    readonly floor: Floor,
    readonly userId: string,
  ) {
    this.ref = { id: crypto.randomUUID(), tenantId: floor.tenantId };
    this.desktop = { id: crypto.randomUUID(), tenantId: floor.tenantId, userId };
  }

  async state(): Promise<AgentState> {
    return (await viewAgent(this.floor.sql, this.floor.tenantId, this.userId))!.state;
  }

  say(intent: Intent): Promise<unknown> {
    return setIntent(this.floor.sql, this.desktop, intent, null);
  }
}

const events: Record<AgentEvent, (seat: Seat) => Promise<unknown>> = {
  goes_ready: seat => seat.say('ready'),
  pauses: seat => seat.say('paused'),
  goes_offline: seat => seat.say('offline'),
  async desktop_closed({ floor: { sql }, desktop }) {
    await loseDesktop(sql, desktop);
    await dismissLost(sql, 0);
  },
  desktop_frozen: ({ floor: { sql }, desktop }) => desktopSilent(sql, desktop),
  async matched(seat) {
    const { id } = await seat.floor.request();
    const offer = await seat.floor.offer();
    if (offer) seat.ref = offer;
    else await act.cancel(seat.floor.sql, { id, tenantId: seat.floor.tenantId });
  },
  async dials({ floor: { sql, tenantId, queueId, nodeId }, userId }) {
    await dialOut(sql, { tenantId, by: userId, queueId, nodeId, locale: 'en' }, '+821055500001');
  },
  probe_answered: ({ floor: { sql }, ref, userId }) =>
    act.proveAgent(sql, ref, { by: userId, visible: true }),
  probe_unanswered: ({ floor: { sql }, ref }) => act.failProbe(sql, ref),
  accepts: ({ floor: { sql }, ref, userId }) => act.accept(sql, ref, userId),
  declines: ({ floor: { sql }, ref, userId }) => act.decline(sql, ref, userId),
  offer_expires: ({ floor: { sql }, ref }) => act.expireOffer(sql, ref),
  async offer_taken({ floor, ref, userId }) {
    const other = await floor.hire();
    if (await floor.offerToBoth(ref, userId, other)) await act.accept(floor.sql, ref, other);
  },
  customer_cancels: ({ floor: { sql }, ref }) => act.cancel(sql, ref),
  talk_ends: ({ floor: { sql }, ref }) => act.end(sql, ref, 'completed', 'customer'),
  wrap_up_ends: ({ floor: { sql }, ref }) => act.finish(sql, ref),
};

/** What brings an agent who is offline into a state. */
const paths: Record<AgentState, AgentEvent[]> = {
  offline: [],
  ready: ['goes_ready'],
  reserved: ['goes_ready', 'matched'],
  offered: ['goes_ready', 'matched', 'probe_answered'],
  talking: ['goes_ready', 'matched', 'probe_answered', 'accepts'],
  wrap_up: ['goes_ready', 'matched', 'probe_answered', 'accepts'],
  paused: ['pauses'],
  unreachable: ['goes_ready', 'desktop_frozen'],
};

t.test('every cell of the table of agents is what the database does', async t => {
  const floor = await Floor.open(t);
  for (const state of agentStates)
    for (const event of agentEvents) {
      const userId = await floor.hire();
      await floor.register(userId);
      const seat = new Seat(floor, userId);
      await openDesktop(floor.sql, seat.desktop, floor.nodeId);
      for (const step of paths[state]) await events[step](seat);
      if (state === 'talking' || state === 'wrap_up')
        for (const step of [act.startDialing, act.bridge]) await step(floor.sql, seat.ref);
      if (state === 'wrap_up') await act.end(floor.sql, seat.ref, 'completed', 'agent');
      t.equal(await seat.state(), state, `into ${state}`);
      await events[event](seat);
      t.equal(await seat.state(), agentTransitions[state][event] ?? state, `${state} × ${event}`);
      // Nothing of this cell is left for the next one.
      await floor.sql`update agents set interaction_id = null, intent = 'offline'`;
      await floor.sql`delete from interactions i where not exists (select from agents a where a.interaction_id = i.id)`;
    }
});

t.test('what an agent says while he is engaged comes afterwards', async t => {
  const floor = await Floor.open(t);
  const userId = await floor.staff();
  const seat = new Seat(floor, userId);
  await events.matched(seat);
  await seat.say('paused');
  t.equal(await seat.state(), 'offered', 'without a desktop nobody is asked, and it rings at once');
  await events.customer_cancels(seat);
  t.equal(await seat.state(), 'paused');
});

t.test('one click brings an unreachable agent back, and he is offered what waits', async t => {
  const floor = await Floor.open(t);
  const userId = await floor.staff();
  const seat = new Seat(floor, userId);
  await openDesktop(floor.sql, seat.desktop, floor.nodeId);
  await events.matched(seat);
  t.ok(await act.failProbe(floor.sql, seat.ref));
  t.match(await viewAgent(floor.sql, floor.tenantId, userId), {
    state: 'unreachable',
    reason: 'probe_unanswered',
  });
  t.equal(await floor.offer(), undefined, 'nothing is offered to him');
  await seat.say('ready');
  await floor.sql`update queues set decline_rest_seconds = 0`;
  t.match(await floor.offer(), { id: seat.ref.id, agentId: userId }, 'the place of the customer was kept');
});

t.test('a second desktop that answers keeps its agent reachable', async t => {
  const floor = await Floor.open(t);
  const userId = await floor.staff();
  const seat = new Seat(floor, userId);
  await openDesktop(floor.sql, seat.desktop, floor.nodeId);
  const second = { ...seat.desktop, id: crypto.randomUUID() };
  await openDesktop(floor.sql, second, floor.nodeId);
  await desktopSilent(floor.sql, seat.desktop);
  t.equal(await seat.state(), 'ready');
  await events.desktop_closed(seat);
  t.equal(await seat.state(), 'ready', 'nor does closing one send him away');
  await desktopSilent(floor.sql, second);
  t.equal(await seat.state(), 'unreachable');
});

t.test('wrap-up is extended as often as the queue allows, and its time then counts', async t => {
  const floor = await Floor.open(t);
  const { sql } = floor;
  await sql`update queues set wrap_up_seconds = 0, wrap_up_extensions = 1, wrap_up_extension_seconds = 600`;
  const seat = new Seat(floor, await floor.staff());
  await events.matched(seat);
  for (const step of [act.accept, act.startDialing, act.bridge]) await step(sql, seat.ref);
  await act.end(sql, seat.ref, 'completed', 'agent');
  t.ok(await act.extendWrapUp(sql, seat.ref, seat.userId));
  t.equal(
    await act.finish(sql, seat.ref, { overdue: true }),
    undefined,
    'a clock that comes now is too early',
  );
  t.notOk(await act.extendWrapUp(sql, seat.ref, seat.userId), 'once is all');
  t.ok(await act.finish(sql, seat.ref, { by: seat.userId }), 'the agent may end it earlier');
});
