import { type Static, Type } from '@fastify/type-provider-typebox';
import { ApiError } from '../../errors.js';
import { NullableTimestamp } from '../../schemas.js';
import type { Fragment, Sql } from '../../store/index.js';
import { auditEvent } from './audit.js';
import { refusingConflicts } from './conflicts.js';
import type { Resource } from './resource.js';

const E164 = Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$', description: 'E.164 with +.' });
const Label = Type.String({ maxLength: 80 });

export const NumberView = Type.Object({
  number: Type.String(),
  label: Type.String(),
  /** Null until it is proven: it cannot be presented before. */
  verifiedAt: NullableTimestamp,
  isCallerId: Type.Boolean(),
  version: Type.Integer(),
});
type NumberView = Static<typeof NumberView>;

const create = Type.Object({ number: E164, label: Type.Optional(Label) }, { additionalProperties: false });
const change = Type.Object({ label: Type.Optional(Label) });

function select(sql: Sql, tenantId: string, more: Fragment = sql``) {
  return sql<NumberView[]>`
    select n.number, n.label, n.verified_at as "verifiedAt", n.number = t.caller_id as "isCallerId", n.version
    from tenant_numbers n join tenants t on t.id = n.tenant_id
    where n.tenant_id = ${tenantId} ${more} order by n.number`;
}

/** The company's own numbers. Whether one is proven is not for the company to say: see gateway/numbers. */
export function numbersResource(sql: Sql) {
  return {
    name: 'numbers',
    noun: 'a number of the company',
    key: E164,
    view: NumberView,
    create,
    change,
    list: tenantId => select(sql, tenantId),
    async add(by, { number, label = '' }) {
      await refusingConflicts(
        () => sql`
          with changed as (
            insert into tenant_numbers (tenant_id, number, label) values (${by.tenantId}, ${number}, ${label.trim()})
            returning number
          ) ${auditEvent(sql, by, { kind: 'number', action: 'created', name: sql`number` }, { label })}`,
      );
      const [added] = await select(sql, by.tenantId, sql`and n.number = ${number}`);
      return added!;
    },
    async edit(by, number, version, { label }) {
      const rows = await sql`
        with changed as (
          update tenant_numbers set version = version + 1, label = coalesce(${label?.trim() ?? null}, label)
          where tenant_id = ${by.tenantId} and number = ${number} and version = ${version} returning number
        ), audited as (${auditEvent(sql, by, { kind: 'number', action: 'changed', name: sql`number` }, { label })})
        select number from changed`;
      if (rows.length === 0) return undefined;
      const [edited] = await select(sql, by.tenantId, sql`and n.number = ${number}`);
      return edited;
    },
    async remove(by, number, version) {
      const [known] = await select(sql, by.tenantId, sql`and n.number = ${number}`);
      // The number that customers see goes only after another has taken its place.
      if (known?.isCallerId) throw new ApiError('still_used');
      const rows = await sql`
        with changed as (
          delete from tenant_numbers n
          where n.tenant_id = ${by.tenantId} and n.number = ${number} and n.version = ${version}
            and not exists (select from tenants t where t.id = n.tenant_id and t.caller_id = n.number) returning n.number
        ), audited as (${auditEvent(sql, by, { kind: 'number', action: 'removed', name: sql`number` })})
        select number from changed`;
      return rows.length > 0;
    },
  } satisfies Resource<typeof NumberView, typeof create, typeof change>;
}
