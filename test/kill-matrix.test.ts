/**
 * Each process is killed while callbacks are in every state of their life, agent first and customer first: none is lost,
 * none is doubled, the agents are free again, and no phone rings on.
 */
import t from 'tap';
import { states } from '../gateway/acd/states.js';
import { ownDatabase } from './support/database.js';
import { type Cell, openCells, situations } from './support/kill-matrix.js';
import { Phone } from './support/phone.js';
import { allReady, leftOver, nothing, startStack } from './support/stack.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

/**
 * Within which whatever was under way goes on, or is let go, once the process is back: half of what an offer and the ringing
 * of a phone last there, which end it otherwise.
 */
const soonMs = 60_000;

/** What the attempts of a callback come to. */
type Attempts = readonly string[];

const once: Attempts = ['completed'];
const again: Attempts = ['lost', 'completed'];
const cutOff: Attempts = ['cut_off', 'completed'];

/** Those whose phone rings, or whose line is up, before they talk. */
const called: Record<string, Attempts> = {
  'agent first, dialing': again,
  'agent first, at the gate': again,
  'customer first, dialing': again,
  'customer first, at the gate': again,
  'customer first, customer answered': again,
  'customer first, waiting on the line': again,
  'customer first, offered to the next agent': again,
  'customer first, accepted by the next agent': again,
};
const talking: Record<string, Attempts> = {
  'agent first, bridged': cutOff,
  'customer first, bridged': cutOff,
};

/** All others end with the one talk that they were asked for, after one call; one that was cut off goes on by another. */
const exceptions: Record<
  'gateway' | 'SIP server' | 'media engine' | 'PostgreSQL',
  Record<string, Attempts>
> = {
  gateway: { 'agent first, dialing': again, 'customer first, dialing': again },
  'SIP server': { ...called, ...talking },
  'media engine': { ...called, ...talking },
  PostgreSQL: {},
};

t.test('every state of the machine is in the matrix', async t => {
  for (const [order, ofOrder] of Object.entries(situations)) {
    const covered = new Set<string>(Object.values(ofOrder).map(({ state }) => state));
    t.same(
      states.filter(state => !covered.has(state)),
      [],
      order,
    );
  }
});

/** What has become of it, as its customer's phone and the books say. */
async function accountOf({ callback: { id }, phone, number, stack: { sql } }: Cell) {
  const [row] = await sql`
    select state, outcome, array(select outcome from attempts where interaction_id = i.id order by number) as attempts
    from interactions i where id = ${id}`;
  const calls = phone.callsTo(number);
  const doubled = calls.some(({ endedAt = Number.POSITIVE_INFINITY }, index) => {
    const next = calls[index + 1];
    return next !== undefined && next.startedAt < endedAt;
  });
  return { ...row, invites: calls.length, doubled, ringing: calls.some(({ state }) => state === 'ringing') };
}

/** The first that happens to it after the moment. */
async function movesAt({ callback: { id }, stack: { sql } }: Cell, moment: number): Promise<number> {
  const [row] = await sql<{ at: Date | null }[]>`
    select min(at) as at from events
    where interaction_id = ${id} and at > ${new Date(moment)} and type not in ('agent_present', 'line_graded')`;
  return row?.at?.getTime() ?? Number.POSITIVE_INFINITY;
}

async function stands({ callback: { id }, stack: { sql } }: Cell) {
  const [row] = await sql`
    select state, customer_live_since is not null as live from interactions where id = ${id}`;
  return { ...row };
}

t.test('killed in every state', async t => {
  const database = await ownDatabase(t);
  const stack = await startStack(t, { database });
  const phone = await Phone.open(t, stack);
  const kills: Record<keyof typeof exceptions, () => Promise<void>> = {
    gateway: () => stack.restartGateway('SIGKILL'),
    'SIP server': () => stack.restartSip(),
    'media engine': () => stack.restartMedia(),
    PostgreSQL: () => database.restart(),
  };
  for (const [process, kill] of Object.entries(kills) as [keyof typeof exceptions, () => Promise<void>][])
    await t.test(process, async t => {
      const cells = await openCells(t, stack, phone);
      await Promise.all(cells.map(cell => cell.situation.reach(cell)));
      await Promise.all(cells.map(cell => cell.situation.last?.(cell)));
      for (const cell of cells) {
        const { state, live = false } = cell.situation;
        t.same(await stands(cell), { state, live }, `${cell.name}: it is there`);
      }
      const killedAt = Date.now();
      await kill();
      await allReady(stack);
      const backAt = Date.now();
      t.comment(`back after ${backAt - killedAt} ms`);
      // Softphones lose their connection with it, and make another.
      if (process === 'SIP server')
        await Promise.all(cells.flatMap(({ agents }) => agents.map(agent => agent.reconnect())));
      for (const cell of cells) cell.goOn();
      await Promise.all(cells.map(cell => cell.situation.resume?.(cell)));
      await Promise.all(cells.map(cell => (cell.situation.confirm ? cell.pressThrough() : cell.over())));
      t.comment(`all over after ${Date.now() - killedAt} ms`);
      for (const cell of cells) {
        const { name, number, situation } = cell;
        const attempts = exceptions[process][name] ?? once;
        t.same(
          await accountOf(cell),
          {
            ...{ state: 'done', outcome: attempts.at(-1), attempts },
            ...{ invites: attempts.length, doubled: false, ringing: false },
          },
          name,
        );
        if (situation.state !== 'done')
          t.ok((await movesAt(cell, killedAt)) < backAt + soonMs, `${name}: it goes on soon`);
        const [first] = phone.callsTo(number);
        if (attempts.length > 1)
          t.ok((first?.endedAt ?? Infinity) < backAt + soonMs, `${name}: the phone is let go soon`);
      }
      t.same(await leftOver(stack), nothing);
    });
});
