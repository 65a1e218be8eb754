import type { Fragment, Sql } from '../../store/index.js';

/** Who changes something. */
export interface Administrator {
  tenantId: string;
  userId: string;
}

export type AdminAction = 'created' | 'changed' | 'removed';

/**
 * The event of a change, as a CTE's body over a row of `changed`: to be written in the statement that makes the change.
 * @param what the kind of thing, and which one: a column of `changed`
 */
export function auditEvent(
  sql: Sql,
  { tenantId, userId }: Administrator,
  what: { kind: string; action: AdminAction; name: Fragment },
  change: object = {},
): Fragment {
  return sql`
    insert into events (tenant_id, type, user_id, data)
    select ${tenantId}::uuid, 'administered', ${userId}::uuid, jsonb_build_object(
      'kind', ${what.kind}::text, 'action', ${what.action}::text, 'name', (${what.name})::text,
      'change', ${sql.json(change as never)}::jsonb)
    from changed`;
}

export interface AuditEntry {
  id: string;
  at: Date;
  /** Without an id: at a command line. */
  by: { id: string | null; name: string };
  kind: string;
  action: AdminAction;
  name: string;
  change: Record<string, unknown>;
}

export interface AuditFilter {
  limit: number;
  /** Pages on from an entry's id. */
  before?: string | undefined;
  kind?: string | undefined;
  /** Id of who changed it. */
  by?: string | undefined;
  from?: string | undefined;
  until?: string | undefined;
  /** Part of the name of what was changed. */
  name?: string | undefined;
}

/** What administrators of a company have changed, the newest first. */
export async function listAudit(
  sql: Sql,
  tenantId: string,
  { limit, before, kind, by, from, until, name }: AuditFilter,
): Promise<AuditEntry[]> {
  return await sql<AuditEntry[]>`
    select e.id::text, e.at, json_build_object('id', u.id, 'name', coalesce(u.name, e.data ->> 'by', '')) as by,
      e.data ->> 'kind' as kind, e.data ->> 'action' as action, e.data ->> 'name' as name, e.data -> 'change' as change
    from events e left join users u on u.tenant_id = e.tenant_id and u.id = e.user_id
    where e.tenant_id = ${tenantId} and e.type = 'administered'
      ${before === undefined ? sql`` : sql`and e.id < ${before}::bigint`}
      ${kind === undefined ? sql`` : sql`and e.data ->> 'kind' = ${kind}`}
      ${by === undefined ? sql`` : sql`and e.user_id = ${by}`}
      ${from === undefined ? sql`` : sql`and e.at >= ${from}::timestamptz`}
      ${until === undefined ? sql`` : sql`and e.at < ${until}::timestamptz`}
      ${name === undefined ? sql`` : sql`and position(lower(${name}) in lower(e.data ->> 'name')) > 0`}
    order by e.id desc limit ${limit}`;
}
