import { isDeepStrictEqual } from 'node:util';
import { type Sql, transaction } from '../../store/index.js';
import { lockTenant, newestFlows, numbersOfOthers, storeFlows } from './flows-sql.js';
import type { FlowDefinition } from './schema.js';
import type { FlowSource } from './source.js';
import type { World } from './world.js';

/** What became of the flows of one company. */
export interface Applied {
  tenant: string;
  /** Of the set that holds now; 0: none. */
  version: number;
  /** In words; none: nothing has changed, and there is no new version. */
  changes: string[];
}

/**
 * Makes the files what holds, all companies of them in one transaction or none. A company without a file keeps what it
 * has. Calls under way go on by the version they began with.
 * @throws DialplanError for a number that another company has
 */
export async function applyFlows(
  sql: Sql,
  sources: readonly FlowSource[],
  world: World,
  { by, pretend = false }: { by: string; pretend?: boolean },
): Promise<Applied[]> {
  const slugs = [...new Set(sources.map(({ flow }) => flow.tenant))].sort();
  return await transaction(sql, async tx => {
    const applied: Applied[] = [];
    for (const slug of slugs) {
      const tenantId = world.get(slug)!.id;
      const own = sources.filter(({ flow }) => flow.tenant === slug);
      await lockTenant(tx, tenantId);
      await refuseOthers(tx, tenantId, own);
      const before = await newestFlows(tx, tenantId);
      const flows = own.map(({ flow }) => flow);
      const changes = changesBetween(before.flows, flows);
      const version =
        changes.length === 0 || pretend
          ? before.version
          : await storeFlows(tx, { tenantId, flows, by, changes });
      applied.push({ tenant: slug, version, changes });
    }
    return applied;
  });
}

async function refuseOthers(tx: Sql, tenantId: string, sources: readonly FlowSource[]): Promise<void> {
  const all = sources.flatMap(({ flow }) => flow.numbers);
  const [taken] = await numbersOfOthers(tx, tenantId, all);
  if (taken === undefined) return;
  const source = sources.find(({ flow }) => flow.numbers.includes(taken)) as FlowSource;
  throw source.error(
    ['numbers', source.flow.numbers.indexOf(taken)],
    `${taken} leads to a flow of another company`,
  );
}

/** What is different, in words, by flow and step. */
export function changesBetween(
  before: readonly FlowDefinition[],
  after: readonly FlowDefinition[],
): string[] {
  const [old, fresh] = [byName(before), byName(after)];
  return [
    ...[...old.keys()].filter(name => !fresh.has(name)).map(name => `flow ${name}: removed`),
    ...[...fresh].flatMap(([name, flow]) => {
      const known = old.get(name);
      const change = (what: string) => `flow ${name}: ${what}`;
      if (!known)
        return [
          change(`added, with ${Object.keys(flow.steps).length} steps`),
          ...numbersOf([], flow).map(change),
        ];
      return [...headOf(known, flow), ...numbersOf(known.numbers, flow), ...stepsOf(known, flow)].map(change);
    }),
  ];
}

const byName = (flows: readonly FlowDefinition[]) => new Map(flows.map(flow => [flow.flow, flow]));

function headOf(known: FlowDefinition, flow: FlowDefinition): string[] {
  return (['language', 'start', 'onFault'] as const)
    .filter(key => known[key] !== flow[key])
    .map(key => `${key} ${known[key]} → ${flow[key]}`);
}

function numbersOf(known: readonly string[], { numbers }: FlowDefinition): string[] {
  return [
    ...known.filter(number => !numbers.includes(number)).map(number => `${number} leads here no more`),
    ...numbers.filter(number => !known.includes(number)).map(number => `${number} leads here`),
  ];
}

function stepsOf({ steps: known }: FlowDefinition, { steps }: FlowDefinition): string[] {
  return [
    ...Object.keys(known)
      .filter(name => !(name in steps))
      .map(name => `step ${name} removed`),
    ...Object.entries(steps).flatMap(([name, step]) => {
      const before = known[name];
      if (!before) return [`step ${name} added`];
      return isDeepStrictEqual(before, step) ? [] : [`step ${name} changed: ${keysChanged(before, step)}`];
    }),
  ];
}

function keysChanged(before: object, after: object): string {
  const [a, b] = [before as Record<string, unknown>, after as Record<string, unknown>];
  const show = (value: unknown) => (value === undefined ? 'none' : JSON.stringify(value));
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter(key => !isDeepStrictEqual(a[key], b[key]))
    .map(key => `${key} ${show(a[key])} → ${show(b[key])}`)
    .join(', ');
}
