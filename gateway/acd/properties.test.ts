import t, { type Test } from 'tap';
import { Chance } from '../../scripts/simulate/chance.js';
import type { Sql } from '../store/index.js';
import { setIntent } from './agents.js';
import { desktopSilent, dismissLost, loseDesktop, openDesktop } from './desktops.js';
import { offerWaiting } from './matching.js';
import { type InteractionEvent, type InteractionState, transitions } from './states.js';
import { takeOver } from './take-over.js';
import { Floor } from './testing/floor.js';
import * as act from './transitions/index.js';
import { advanceWaiting } from './waiting.js';

/**
 * Random days against the real statements: arrivals, moves of agents, steps taken in time and late, nodes that die,
 * clocks that jump. What has to hold whatever happens is checked after every step, by its own reading of the tables.
 * A failure names the seed: RINGBRIDGE_TEST_SEED runs that one alone.
 */
const days = process.env.RINGBRIDGE_TEST_SEED ? [Number(process.env.RINGBRIDGE_TEST_SEED)] : [1, 2, 3, 4];
const stepsPerDay = 300;

interface Waiting {
  id: string;
  queueId: string;
  rankAt: Date;
  require: Record<string, number>;
  heldFor: string | null;
  /** Who has declined it and still rests. */
  resting: string[];
}

interface Free {
  id: string;
  queues: string[];
  skills: Record<string, number>;
}

/** Those who wait, in their order, and those who are free, read without the functions that match. */
async function look({ sql }: Floor): Promise<{ waiting: Waiting[]; free: Free[] }> {
  const waiting = await sql<Waiting[]>`
    select i.id, i.queue_id as "queueId", i.rank_at as "rankAt", l.require,
      case when i.held_until > clock_timestamp() then i.last_agent_id end as "heldFor",
      coalesce((select json_agg(d.user_id) from declined_offers d where d.interaction_id = i.id
        and d.declined_at > clock_timestamp() - make_interval(secs => q.decline_rest_seconds)), '[]') as resting
    from interactions i join queues q on q.id = i.queue_id join lanes l on l.id = i.lane_id
    where i.state = 'waiting' order by i.rank_at, i.id`;
  const free = await sql<Free[]>`
    select a.user_id as id, a.skills, (select json_agg(queue_id) from agent_queues s where s.user_id = a.user_id) as queues
    from agents a
    where a.intent = 'ready' and a.interaction_id is null and a.unreachable_since is null and a.capacity = '{"voice": 1}'
      and exists (select from registrations r where r.user_id = a.user_id and r.expires_at > now())
      and (not exists (select from desktops d where d.user_id = a.user_id)
        or exists (select from desktops d where d.user_id = a.user_id and d.lost_at is null))`;
  return { waiting: [...waiting], free: [...free] };
}

const now = async ({ sql }: Floor): Promise<Date> =>
  (await sql<{ now: Date }[]>`select clock_timestamp() as now`)[0]!.now;

/** Whether a hold or a rest has run out since then, by the clock and by no move: whom it suits has changed meanwhile. */
async function ranOut({ sql }: Floor, since: Date): Promise<boolean> {
  const [row] = await sql<{ any: boolean }[]>`
    select exists (select from interactions where held_until between ${since} and clock_timestamp())
      or exists (select from declined_offers d join interactions i on i.id = d.interaction_id
        join queues q on q.id = i.queue_id
        where d.declined_at + make_interval(secs => q.decline_rest_seconds) between ${since} and clock_timestamp()) as any`;
  return row!.any;
}

function suits(one: Waiting, agent: Free): boolean {
  return (
    agent.queues.includes(one.queueId) &&
    Object.entries(one.require).every(([skill, level]) => (agent.skills[skill] ?? 0) >= level) &&
    (one.heldFor === null || one.heldFor === agent.id) &&
    !one.resting.includes(agent.id)
  );
}

/** Each state that the events of an interaction lead to, by the table. */
function replay(types: string[]): InteractionState {
  let state: InteractionState = 'waiting';
  for (const type of types) state = transitions[state][type as InteractionEvent] ?? state;
  return state;
}

/** What has to hold at every moment; the names of what does not. */
async function broken({ sql }: Floor): Promise<string[]> {
  const rows = await sql<{ rule: string; count: number }[]>`
    select 'an engaged agent is engaged with what is his' as rule, count(*)::int as count
    from agents a join interactions i on i.id = a.interaction_id
    where not a.user_id = any(coalesce(i.offered_to, array[i.agent_id])) or i.state not in ('offered', 'accepted', 'dialing', 'bridged', 'wrap_up')
    union all
    select 'what is served has its agents engaged', count(*)::int
    from interactions i, unnest(coalesce(i.offered_to, array[i.agent_id])) his
    where i.state in ('offered', 'accepted', 'dialing', 'bridged', 'wrap_up')
      and not exists (select from agents a where a.interaction_id = i.id and a.user_id = his)
    union all
    select 'only what is offered has several agents', count(*)::int from interactions i
    where (select count(*) from agents a where a.interaction_id = i.id) > 1 and (i.state <> 'offered' or i.agent_id is not null)
    union all
    select 'what waits belongs to nobody', count(*)::int from interactions
    where state = 'waiting' and (agent_id is not null or node_id is not null or proven_at is not null)
    union all
    select 'what waits stands where its place and priority say', count(*)::int
    from interactions i join queues q on q.id = i.queue_id
    where i.state = 'waiting' and i.rank_at <> i.place_at
      - make_interval(secs => (q.priority + i.priority + i.customer_priority) * q.ageing_seconds)`;
  const stories = await sql<{ id: string; state: InteractionState; types: string[] }[]>`
    select i.id, i.state, (select json_agg(e.type order by e.id) from events e where e.interaction_id = i.id) as types
    from interactions i where i.part_of is null`;
  return [
    ...rows.filter(({ count }) => count > 0).map(({ rule }) => rule),
    ...stories
      .filter(({ state, types }) => replay(types) !== state)
      .map(({ id, state, types }) => `the story of ${id} leads to ${state}: ${types.join(' ')}`),
  ];
}

interface Served extends act.InteractionRef {
  agentId: string;
  state: InteractionState;
}

/** What may happen to one that is served. Cancelling is rarer than all the rest, and has a place of its own. */
const steps: Record<string, (sql: Sql, ref: Served) => PromiseLike<unknown>> = {
  present: (sql, ref) => act.proveAgent(sql, ref, { by: ref.agentId, visible: true }),
  silent: (sql, ref) => act.failProbe(sql, ref),
  accepted: (sql, ref) => act.accept(sql, ref, ref.agentId),
  declined: (sql, ref) => act.decline(sql, ref, ref.agentId),
  offer_expired: (sql, ref) => act.expireOffer(sql, ref),
  agent_lost: (sql, ref) => act.loseAgent(sql, ref, 'test'),
  dialing: (sql, ref) => act.startDialing(sql, ref),
  bridged: (sql, ref) => act.bridge(sql, ref),
  customer_failed: (sql, ref) => act.failCustomer(sql, ref, 'busy'),
  ended: (sql, ref) => act.end(sql, ref, 'completed', 'agent'),
  finished: (sql, ref) => act.finish(sql, ref),
};

class Day {
  readonly #chance: Chance;
  /** Of one node each; the first is the floor's. */
  readonly nodes: string[] = [];
  readonly agents: string[] = [];
  readonly desktops = new Map<string, string>();
  readonly queues: string[] = [];

  constructor(
    readonly floor: Floor,
    readonly seed: number,
  ) {
    this.#chance = new Chance(seed);
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#chance.next() * from.length)]!;
  }

  async begin(): Promise<void> {
    const { sql, nodeId } = this.floor;
    this.nodes.push(nodeId);
    await this.#addNode();
    const steps = [
      { after: 0, require: { $locale: 4 } },
      { after: 30, require: { $locale: 2 } },
      { after: 60 },
    ];
    await sql`update queues set ageing_seconds = 60, last_agent_days = 30, last_agent_hold_seconds = 20`;
    await sql`update queues set skill_steps = ${sql.json(steps)} where key = 'sales'`;
    // Every second day agents of a queue are asked one after the other, and on the others several at once.
    const strategy = this.seed % 2 === 0 ? 'simultaneous' : 'round_robin';
    await sql`update queues set strategy = ${strategy}, ring_at_once = 3, priority = 1 where key = 'support'`;
    await sql`insert into customer_priorities values (${this.floor.tenantId}, '+821055551001', 2, null)`;
    for (const { id } of await sql<{ id: string }[]>`select id from queues where key <> 'billing'`)
      this.queues.push(id);
    for (let n = 0; n < 6; n++) {
      const id = await this.floor.hire({ ko: this.pick([1, 3, 5]), en: this.pick([1, 3, 5]) });
      await this.floor.register(id);
      this.agents.push(id);
      if (n % 2 === 0)
        await sql`insert into agent_queues (tenant_id, user_id, queue_id)
          select tenant_id, ${id}, id from queues where key = 'support'`;
    }
  }

  async #addNode(): Promise<void> {
    const id = crypto.randomUUID();
    await this.floor.sql`insert into nodes (id, name) values (${id}, ${id})`;
    this.nodes.push(id);
  }

  async #served() {
    const rows = await this.floor.sql<(Served & { agents: string[] })[]>`
      select id, tenant_id as "tenantId", to_json(coalesce(offered_to, array[agent_id])) as agents, state from interactions
      where state not in ('waiting', 'done') order by place_at, id`;
    return rows.map(({ agents, ...row }) => ({ ...row, agentId: this.pick(agents) }));
  }

  person(userId: string) {
    return { tenantId: this.floor.tenantId, userId };
  }

  /** One match alone: the first who can be served is, by somebody who fits. Or none, because nobody can be. */
  async match(t: Test): Promise<void> {
    const since = await now(this.floor);
    const before = await look(this.floor);
    const { offers } = await offerWaiting(this.floor.sql, this.pick(this.nodes), 1);
    if (await ranOut(this.floor, since)) return;
    const expected = before.waiting.find(one => before.free.some(agent => suits(one, agent)));
    const [offer] = offers;
    if (offer?.id !== expected?.id) t.fail(`offered ${offer?.id}, first to be served is ${expected?.id}`);
    if (!offer || !expected) return;
    const { agents } = await act.offeredTo(this.floor.sql, offer);
    for (const asked of offer.agentId === null ? agents : [offer.agentId]) {
      const agent = before.free.find(({ id }) => id === asked);
      if (!(agent && suits(expected, agent))) t.fail('the agent fits');
    }
  }

  /** Several at once, until none is contended: then nothing waits beside somebody who could serve it. */
  async matchAll(t: Test): Promise<void> {
    const { sql } = this.floor;
    let since = new Date();
    for (let contended = true; contended; ) {
      since = await now(this.floor);
      const found = await Promise.all(this.nodes.map(node => offerWaiting(sql, node, 8)));
      contended = found.some(matches => matches.contended || matches.offers.length === 8);
    }
    const { waiting, free } = await look(this.floor);
    const missed = waiting.find(one => free.some(agent => suits(one, agent)));
    if (missed && !(await ranOut(this.floor, since)))
      t.fail(`${missed.id} waits beside somebody who could serve it`);
  }

  readonly moves: Record<string, (t: Test) => Promise<unknown>> = {
    ask: () =>
      this.floor.request({
        queueId: this.pick(this.queues),
        locale: this.pick(['ko', 'en']),
        phone: `+82105555${1000 + Math.floor(this.#chance.next() * 40)}`,
      }),
    match: t => this.match(t),
    matchAll: t => this.matchAll(t),
    ready: () => this.floor.ready(this.pick(this.agents)),
    away: () =>
      setIntent(
        this.floor.sql,
        this.person(this.pick(this.agents)),
        this.pick(['paused', 'offline'] as const),
        null,
      ),
    // An administrator lets him take calls, or no more of them.
    capacity: () =>
      this.floor.sql`update agents set capacity = jsonb_build_object('voice', 1 - (capacity ->> 'voice')::int)
        where user_id = ${this.pick(this.agents)}`,
    desktop: async () => {
      const userId = this.pick(this.agents);
      const id = this.desktops.get(userId);
      const { sql } = this.floor;
      if (!id) {
        this.desktops.set(userId, crypto.randomUUID());
        await openDesktop(
          sql,
          { ...this.person(userId), id: this.desktops.get(userId)! },
          this.pick(this.nodes),
        );
      } else if (this.pick([true, false])) await desktopSilent(sql, { ...this.person(userId), id });
      else {
        await loseDesktop(sql, { ...this.person(userId), id });
        if (this.pick([true, false])) await dismissLost(sql, 0);
        this.desktops.delete(userId);
      }
    },
    // A step that the table allows now.
    step: async () => {
      const rows = await this.#served();
      if (rows.length === 0) return;
      const ref = this.pick(rows);
      const possible = Object.keys(transitions[ref.state]).filter(event => event in steps);
      await steps[this.pick(possible)]?.(this.floor.sql, ref);
    },
    // One that is late, or comes from somebody who may not: mostly it is refused.
    lateStep: async () => {
      const rows = await this.#served();
      if (rows.length === 0) return;
      const by = this.pick(this.agents);
      await steps[this.pick(Object.keys(steps))]?.(this.floor.sql, { ...this.pick(rows), agentId: by });
    },
    probe: async () => {
      const rows = (await this.#served()).filter(({ state }) => state === 'offered');
      if (rows.length > 0) await steps[this.pick(['present', 'silent'])]?.(this.floor.sql, this.pick(rows));
    },
    cancel: async () => {
      const rows = await this.floor.sql<Served[]>`
        select id, tenant_id as "tenantId" from interactions where state <> 'done' order by place_at, id`;
      if (rows.length > 0) await act.cancel(this.floor.sql, this.pick(rows));
    },
    nodeDies: async () => {
      const { sql } = this.floor;
      const dead = this.nodes.pop();
      await sql`delete from nodes where id = ${dead!}`;
      await Promise.all([takeOver(sql), takeOver(sql)]);
      await this.#addNode();
    },
    timePasses: async () => {
      await this.floor.pass(this.pick([1, 15, 45]));
      while ((await advanceWaiting(this.floor.sql)) > 0);
    },
  };
}

/** How often each is chosen. */
const weights: Record<string, number> = {
  ask: 6,
  match: 9,
  matchAll: 2,
  ready: 9,
  away: 1,
  capacity: 1,
  desktop: 1,
  step: 16,
  lateStep: 1,
  probe: 2,
  cancel: 1,
  nodeDies: 1,
  timePasses: 2,
};
const bag = Object.entries(weights).flatMap(([name, weight]) => Array<string>(weight).fill(name));

for (const seed of days)
  t.test(`a random day, seed ${seed}`, async t => {
    const floor = await Floor.open(t);
    const day = new Day(floor, seed);
    await day.begin();
    const done: string[] = [];
    for (let n = 0; n < stepsPerDay; n++) {
      const move = day.pick(bag);
      done.push(move);
      await day.moves[move]!(t);
      const rules = await broken(floor);
      if (rules.length > 0) {
        t.fail(`after ${done.join(' ')}: ${rules.join('; ')}`);
        return;
      }
    }
    const [sums] = await floor.sql<{ offers: number; answers: number }[]>`
      select count(*) filter (where type = 'offered')::int as offers,
        count(*) filter (where type = 'bridged')::int as answers from events`;
    t.ok(sums && sums.offers > 0 && sums.answers > 0, `${sums?.offers} offers, ${sums?.answers} talks`);
  });
