import { ApiError } from '../../errors.js';
import { drawOrder } from '../dialplan/order.js';
import type { TenantTrunkEntry } from '../dialplan/schema.js';
import { readTrunk, type Trunk } from '../dialplan/trunk.js';

/** A trunk that a company has of its own. */
export interface TenantTrunk extends Trunk {
  tenantId: string;
  /** What its numbers begin with that are called over it. */
  prefixes: readonly string[];
  /** The lowest is tried first; those that are alike share the calls by their weights. */
  priority: number;
  weight: number;
}

/** Networks that are larger are nobody's carrier: strangers would count as one. */
const leastPrefix = { ipv4: 16, ipv6: 32 };

/**
 * A trunk of a company as its entry says.
 * @throws ApiError what is wrong with it
 */
export function readTenantTrunk(
  entry: TenantTrunkEntry,
  { tenantId, key, auth }: { tenantId: string; key: string; auth: Trunk['auth'] },
): TenantTrunk {
  const trunk = readTrunk(entry, { key, auth });
  entry.sources?.forEach((source, index) => {
    const [address = '', length] = source.split('/');
    const least = address.includes(':') ? leastPrefix.ipv6 : leastPrefix.ipv4;
    if (length !== undefined && Number(length) < least)
      throw new ApiError('trunk_source_wide', { field: `sources.${index}`, params: { source } });
  });
  const { prefixes = ['+'], priority = 10, weight = 1 } = entry;
  return { ...trunk, tenantId, prefixes, priority, weight };
}

/** Those of a company's trunks that a number is called over, in the order drawn for this call. */
export function inOrder(trunks: readonly TenantTrunk[], number: string): Trunk[] {
  const fitting = trunks.filter(({ prefixes }) => prefixes.some(prefix => number.startsWith(prefix)));
  const priorities = [...new Set(fitting.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap(wanted =>
    drawOrder(
      fitting.filter(({ priority }) => priority === wanted).map(trunk => ({ trunk, weight: trunk.weight })),
    ),
  );
}
