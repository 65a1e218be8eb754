/** What the store holds of the trunks that companies have of their own. */
import type { Sql } from '../../store/index.js';
import type { TenantTrunkEntry } from '../dialplan/schema.js';

export interface TrunkRow {
  tenantId: string;
  id: string;
  name: string;
  settings: Omit<TenantTrunkEntry, 'name'>;
  password: Uint8Array | null;
  /** Its name in `trunks`. */
  key: string;
  version: number;
}

/** No trunk of a file has a name with a colon. */
const columns = (sql: Sql) => sql`
  tenant_id as "tenantId", id, name, settings, password, 'own:' || line as key, version`;

/** All that are in use. */
export async function trunksInUse(sql: Sql): Promise<TrunkRow[]> {
  return await sql<TrunkRow[]>`
    select ${columns(sql)} from tenant_trunks where disabled_at is null order by tenant_id, name`;
}

/** Those of one company, disabled or not. */
export async function trunksOf(sql: Sql, tenantId: string): Promise<TrunkRow[]> {
  return await sql<TrunkRow[]>`
    select ${columns(sql)} from tenant_trunks where tenant_id = ${tenantId} order by name`;
}

/** Companies whose calls do not go over the operator's trunks. */
export async function withoutOperator(sql: Sql): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select id from tenants where not operator_trunks`;
  return rows.map(({ id }) => id);
}

/**
 * Of trunks that call from the same address, the companies which have the number that is called: who has proven it before
 * who only says so.
 * @param wanted number and company, pair by pair
 */
export async function companiesOf(
  sql: Sql,
  wanted: readonly { number: string; tenantId: string }[],
): Promise<string[]> {
  const rows = await sql<{ tenantId: string }[]>`
    select n.tenant_id as "tenantId" from tenant_numbers n
    join unnest(${wanted.map(({ number }) => number)}::text[], ${wanted.map(({ tenantId }) => tenantId)}::text[])
      w (number, tenant_id) on n.number = w.number and n.tenant_id = w.tenant_id::uuid
    order by n.verified_at nulls last`;
  return rows.map(({ tenantId }) => tenantId);
}

/** Forgets what was known of lines that are no more, as soon as no call goes over them. */
export async function forgetLines(sql: Sql): Promise<void> {
  await sql`
    delete from trunks t
    where t.name like 'own:%' and coalesce(t.registered_until, '-infinity') < clock_timestamp()
      and not exists (select from tenant_trunks l where 'own:' || l.line = t.name)
      and not exists (select from trunk_channels c where c.trunk = t.name)`;
}
