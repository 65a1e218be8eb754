import { type AgentGroup, type CustomerGroup, type Day, momentOf } from './day.js';
import { erlangA, erlangC, type Load, type Prediction } from './erlang.js';

/** Within a piece of the day arrivals and agents are taken as constant, as planners do it, minutes. */
const pieceMinutes = 15;

/** Queues that share agents, and all that is needed to take them as one. */
export interface Pool {
  queues: string[];
  customers: CustomerGroup[];
  agents: AgentGroup[];
}

/** What the formulas say of a whole pool over the day, weighted by who asks when. */
export interface PoolPrediction {
  pool: Pool;
  /** Null where in some piece of the day more work comes than its agents can do. */
  erlangC: Prediction | null;
  /** Null where customers have endless patience. */
  erlangA: Prediction | null;
}

/** Queues that are served by the same agents, directly or through others, are one pool. */
export function poolsOf(day: Day): Pool[] {
  const pools: Set<string>[] = day.queues.map(({ key }) => new Set([key]));
  for (const { queues } of day.agents) {
    const joined = pools.filter(pool => queues.some(key => pool.has(key)));
    const all = new Set(joined.flatMap(pool => [...pool]));
    for (const pool of joined) pools.splice(pools.indexOf(pool), 1);
    pools.push(all);
  }
  return pools.map(pool => ({
    queues: day.queues.map(({ key }) => key).filter(key => pool.has(key)),
    customers: day.customers.filter(({ queue }) => pool.has(queue)),
    agents: day.agents.filter(({ queues }) => queues.some(key => pool.has(key))),
  }));
}

export function predict(day: Day, pool: Pool): PoolPrediction {
  const serviceLevels = new Map(day.queues.map(({ key, serviceLevelSeconds }) => [key, serviceLevelSeconds]));
  const sums = { c: new Sum(), a: new Sum() };
  const begin = momentOf(day, '00:00');
  for (let minute = 0; minute < 24 * 60; minute += pieceMinutes) {
    const from = begin + minute * 60_000;
    const share = (spans: { from: string; to: string }[]) => covered(day, spans, from);
    const groups = pool.customers.map(group => ({
      group,
      rate: group.arrivals.reduce((sum, span) => sum + (span.perHour / 3600) * share([span]), 0),
    }));
    const arrivals = groups.reduce((sum, { rate }) => sum + rate, 0);
    const staff = pool.agents.map(
      ({ count, shift, breaks = [] }) => count * (share([shift]) - share(breaks)),
    );
    const agents = Math.round(staff.reduce((sum, count) => sum + count, 0));
    if (arrivals === 0 && agents === 0) continue;
    const mean = (of: (group: CustomerGroup) => number) =>
      arrivals === 0 ? 0 : groups.reduce((sum, { group, rate }) => sum + rate * of(group), 0) / arrivals;
    const load: Load = {
      arrivals,
      agents,
      handleSeconds:
        mean(({ ringSeconds, answers, talk }) => ringSeconds + answers * talk.mean) +
        agentSeconds(pool.agents, staff),
    };
    const within = mean(({ queue }) => serviceLevels.get(queue)!);
    sums.c.add(load, arrivals === 0 ? idle : erlangC(load, within));
    const patient = pool.customers.some(({ patience }) => patience === undefined);
    const patienceSeconds = mean(({ patience }) => patience?.mean ?? 0);
    sums.a.add(load, patient ? null : arrivals === 0 ? idle : erlangA({ ...load, patienceSeconds }, within));
  }
  return { pool, erlangC: sums.c.mean(), erlangA: sums.a.mean() };
}

const idle: Prediction = { serviceLevel: 1, waitSeconds: 0, abandons: 0, occupancy: 0 };

/** What an interaction takes of its agent beside the customer's part of it, in the mean of those on duty. */
function agentSeconds(groups: readonly AgentGroup[], staff: readonly number[]): number {
  const all = staff.reduce((sum, count) => sum + count, 0);
  if (all === 0) return 0;
  return groups.reduce(
    (sum, { acceptSeconds, wrapUp }, n) => sum + (acceptSeconds + wrapUp.mean) * (staff[n]! / all),
    0,
  );
}

/** How much of the piece that begins then lies within the spans, 0 to 1. */
function covered(day: Day, spans: readonly { from: string; to: string }[], begin: number): number {
  const end = begin + pieceMinutes * 60_000;
  const ms = spans.reduce(
    (sum, { from, to }) =>
      sum + Math.max(0, Math.min(end, momentOf(day, to)) - Math.max(begin, momentOf(day, from))),
    0,
  );
  return ms / (end - begin);
}

/** Means over the day: of waits by who asks, of occupancy by who is on duty. */
class Sum {
  #asked = 0;
  #agents = 0;
  #known = true;
  readonly #sum = { serviceLevel: 0, waitSeconds: 0, abandons: 0, occupancy: 0 };

  add({ arrivals, agents }: Load, of: Prediction | null): void {
    if (!of) this.#known = false;
    if (!of || !this.#known) return;
    this.#asked += arrivals;
    this.#agents += agents;
    this.#sum.serviceLevel += of.serviceLevel * arrivals;
    this.#sum.waitSeconds += of.waitSeconds * arrivals;
    this.#sum.abandons += of.abandons * arrivals;
    this.#sum.occupancy += of.occupancy * agents;
  }

  mean(): Prediction | null {
    if (!this.#known || this.#asked === 0) return null;
    const { serviceLevel, waitSeconds, abandons, occupancy } = this.#sum;
    return {
      serviceLevel: serviceLevel / this.#asked,
      waitSeconds: waitSeconds / this.#asked,
      abandons: abandons / this.#asked,
      occupancy: this.#agents === 0 ? 0 : occupancy / this.#agents,
    };
  }
}
