/**
 * The ACD of one gateway as a process of its own: lease, announcements, matcher, as gateway/main.ts builds them, with no
 * telephone behind it. An offer is "served" by holding it until its agent is wanted free again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Matcher } from '../../../gateway/acd/index.js';
import { cancel, type ServedInteraction } from '../../../gateway/acd/transitions/index.js';
import { openLog } from '../../../gateway/log.js';
import { Announcements, connect, NodeLease } from '../../../gateway/store/index.js';

/** What the bench asks of a node. */
export interface Order {
  seconds: number;
  /** Agents who become free in a second, whatever comes of it. */
  rate?: number;
  /** Or: so many agents at a time are free, each again as soon as he has an offer. */
  inFlight?: number;
}

/** What it answers: for each agent who became free, the milliseconds until his offer was there. */
export interface Answer {
  latencies: number[];
  seconds: number;
}

/** An agent who has no offer by then is counted with this time, milliseconds. */
const givenUpMs = 10_000;

const [url = '', name = ''] = process.argv.slice(2);
const logger = openLog('warn');
const leaseSql = connect({ url, max: 1 });
const lease = new NodeLease({ sql: leaseSql, name, logger });
const sql = connect({ url, max: 12, applicationName: lease.applicationName });
const announcements = new Announcements(sql, error => logger.error({ err: error }, 'listener failed'));

/** Offers that this node holds, the oldest first. */
const held: ServedInteraction[] = [];
const offered = new Map<string, () => void>();

await lease.start();
await announcements.start();
announcements.onEvent(({ type, userId }) => {
  if (type === 'offered' && userId) offered.get(userId)?.();
});
const matcher = new Matcher({
  ...{ sql, announcements, logger, lease },
  onOffer: offer => held.push(offer),
  canRing: () => true,
});
matcher.start();

/** Frees the agent who is engaged longest; the time until his next offer is known here. False when there is none. */
async function freeOne(latencies: number[]): Promise<boolean> {
  // One whose notice is still on its way would end the wait of the next measurement of the same agent.
  const index = held.findIndex(({ agentId }) => agentId !== null && !offered.has(agentId));
  const [offer] = index < 0 ? [] : held.splice(index, 1);
  if (!offer?.agentId) return false;
  const { agentId } = offer;
  const late = new AbortController();
  const next = new Promise<void>(resolve => offered.set(agentId, resolve));
  const since = performance.now();
  await cancel(sql, offer);
  await Promise.race([next, delay(givenUpMs, undefined, { signal: late.signal }).catch(() => undefined)]);
  latencies.push(performance.now() - since);
  late.abort();
  offered.delete(agentId);
  return true;
}

async function run({ seconds, rate, inFlight = 1 }: Order): Promise<Answer> {
  const latencies: number[] = [];
  const began = performance.now();
  const over = () => performance.now() - began > seconds * 1000;
  if (rate === undefined) {
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        while (!over()) if (!(await freeOne(latencies))) await delay(1);
      }),
    );
    return { latencies, seconds: (performance.now() - began) / 1000 };
  }
  const under: Promise<boolean>[] = [];
  for (let n = 0; !over(); n++) {
    await delay(Math.max(0, began + (n * 1000) / rate - performance.now()));
    under.push(freeOne(latencies));
  }
  const took = (performance.now() - began) / 1000;
  await Promise.all(under);
  return { latencies, seconds: took };
}

process.on('message', (order: Order) => {
  run(order).then(
    answer => process.send?.(answer),
    error => {
      logger.fatal({ err: error }, 'node failed');
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
