import type { SrvRecord } from './resolver.js';

/**
 * The order in which the servers of a service are tried (RFC 2782): by priority, and among equals by chance, with the
 * weights as the odds.
 * @param random a number from 0 up to but not including 1
 */
export function inSrvOrder(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap(priority =>
    byWeight(
      records.filter(record => record.priority === priority),
      random,
    ),
  );
}

/** Picks one after the other: the first whose running sum of weights reaches a random number up to their total. */
function byWeight(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  // Those of weight 0 stand at the beginning, and so have a very small chance.
  const left = [...records].sort((a, b) => Number(a.weight > 0) - Number(b.weight > 0));
  const ordered: SrvRecord[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    const drawn = Math.floor(random() * (total + 1));
    let running = 0;
    const index = left.findIndex(({ weight }) => {
      running += weight;
      return running >= drawn;
    });
    ordered.push(...left.splice(index, 1));
  }
  return ordered;
}
