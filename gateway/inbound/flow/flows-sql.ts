import type { Sql } from '../../store/index.js';
import type { FlowDefinition } from './schema.js';

/** A flow of the store, and the set it belongs to. */
export interface StoredFlow {
  tenantId: string;
  version: number;
  flow: FlowDefinition;
}

/** Where a number leads now. Undefined: nowhere. */
export async function flowOf(sql: Sql, number: string): Promise<StoredFlow | undefined> {
  const [row] = await sql<StoredFlow[]>`
    select f.tenant_id as "tenantId", f.version, f.definition as flow
    from inbound_numbers n
    join flows f on f.tenant_id = n.tenant_id and f.name = n.flow
      and f.version = (select max(version) from flow_sets s where s.tenant_id = n.tenant_id)
    where n.number = ${number}`;
  return row;
}

/** The newest set of a company, in the order of its names; version 0 is none. */
export async function newestFlows(
  sql: Sql,
  tenantId: string,
): Promise<{ version: number; flows: FlowDefinition[] }> {
  const rows = await sql<{ version: number; flow: FlowDefinition | null }[]>`
    with newest as (select max(version) as version from flow_sets where tenant_id = ${tenantId})
    select coalesce(n.version, 0) as version, f.definition as flow
    from newest n left join flows f on f.tenant_id = ${tenantId} and f.version = n.version order by f.name`;
  return { version: rows[0]?.version ?? 0, flows: rows.flatMap(({ flow }) => flow ?? []) };
}

export interface SetChange {
  tenantId: string;
  flows: readonly FlowDefinition[];
  /** Who, in words. */
  by: string;
  /** What is different from the set before, for the audit. */
  changes: readonly string[];
}

/**
 * Makes a company's flows those of a new set, and its numbers lead to them; to be called in a transaction that has
 * locked the company's row. The event is the audit.
 * @returns the version of the set
 */
export async function storeFlows(tx: Sql, { tenantId, flows, by, changes }: SetChange): Promise<number> {
  const [set] = await tx<{ version: number }[]>`
    insert into flow_sets (tenant_id, version, applied_by)
    select ${tenantId}, coalesce(max(version), 0) + 1, ${by} from flow_sets where tenant_id = ${tenantId}
    returning version`;
  const version = set!.version;
  await tx`delete from inbound_numbers where tenant_id = ${tenantId}`;
  for (const flow of flows) {
    await tx`
      insert into flows (tenant_id, version, name, definition)
      values (${tenantId}, ${version}, ${flow.flow}, ${JSON.stringify(flow)}::text::json)`;
    for (const number of flow.numbers)
      await tx`insert into inbound_numbers (number, tenant_id, flow) values (${number}, ${tenantId}, ${flow.flow})`;
  }
  await tx`
    insert into events (tenant_id, type, data)
    values (${tenantId}, 'administered', ${tx.json({
      kind: 'flows',
      action: 'changed',
      name: `version ${version}`,
      by,
      change: { changes: [...changes] },
    })})`;
  return version;
}

/** Lets only one change a company's flows at a time. */
export async function lockTenant(tx: Sql, tenantId: string): Promise<void> {
  await tx`select from tenants where id = ${tenantId} for update`;
}

/** Numbers among these that lead to another company. */
export async function numbersOfOthers(
  sql: Sql,
  tenantId: string,
  numbers: readonly string[],
): Promise<string[]> {
  const rows = await sql<{ number: string }[]>`
    select number from inbound_numbers where tenant_id <> ${tenantId} and number = any(${[...numbers]}::text[])`;
  return rows.map(({ number }) => number);
}
