import { type Static, Type } from '@fastify/type-provider-typebox';
import { ApiError } from '../../errors.js';
import { BothNames, Uuid } from '../../schemas.js';
import type { Fragment, Sql } from '../../store/index.js';
import { auditEvent, type Resource, refusingConflicts } from '../../tenants/index.js';

const SkillView = Type.Object({
  id: Type.String(),
  key: Type.String(),
  name: BothNames,
  /** How many agents have it. */
  agents: Type.Integer(),
  /** Keys of the queues that ask for it. */
  queues: Type.Array(Type.String()),
  version: Type.Integer(),
});
type SkillView = Static<typeof SkillView>;

const create = Type.Object(
  {
    key: Type.String({ pattern: '^[a-z0-9-]{1,40}$', description: 'It never changes.' }),
    name: BothNames,
  },
  { additionalProperties: false },
);
const change = Type.Object({ name: Type.Optional(BothNames) });

function select(sql: Sql, tenantId: string, more: Fragment = sql``) {
  return sql<SkillView[]>`
    select s.id, s.key, s.name, s.version,
      (select count(*)::int from agents a where a.tenant_id = s.tenant_id and a.skills ? s.key) as agents,
      array(select q.key from queues q where q.tenant_id = s.tenant_id and s.key = any(skills_named(q.skill_steps))
        order by q.position, q.key) as queues
    from skills s where s.tenant_id = ${tenantId} ${more} order by s.key`;
}

/** What agents may be good at. One that an agent has or a queue asks for is not removed. */
export function skillsResource(sql: Sql) {
  async function one(tenantId: string, id: string): Promise<SkillView> {
    const [skill] = await select(sql, tenantId, sql`and s.id = ${id}`);
    if (!skill) throw new ApiError('not_found');
    return skill;
  }

  return {
    name: 'skills',
    noun: 'a skill',
    key: Uuid,
    view: SkillView,
    create,
    change,
    list: tenantId => select(sql, tenantId),
    async add(by, { key, name }) {
      const [row] = await refusingConflicts(
        () => sql<{ id: string }[]>`
          with changed as (
            insert into skills (tenant_id, key, name) values (${by.tenantId}, ${key}, ${sql.json(name)}) returning id, key
          ), audited as (${auditEvent(sql, by, { kind: 'skill', action: 'created', name: sql`key` }, { name })})
          select id from changed`,
      );
      return await one(by.tenantId, row!.id);
    },
    async edit(by, id, version, { name }) {
      const rows = await sql`
        with changed as (
          update skills set version = version + 1,
            name = coalesce(${name === undefined ? null : sql.json(name)}::jsonb, name)
          where tenant_id = ${by.tenantId} and id = ${id} and version = ${version} returning id, key
        ), audited as (${auditEvent(sql, by, { kind: 'skill', action: 'changed', name: sql`key` }, { name })})
        select id from changed`;
      return rows.length > 0 ? await one(by.tenantId, id) : undefined;
    },
    async remove(by, id, version) {
      const [known] = await select(sql, by.tenantId, sql`and s.id = ${id}`);
      const isLanguage = known?.key === 'en' || known?.key === 'ko';
      if (known && (isLanguage || known.agents > 0 || known.queues.length > 0))
        throw new ApiError('still_used');
      const rows = await sql`
        with changed as (
          delete from skills where tenant_id = ${by.tenantId} and id = ${id} and version = ${version} returning key
        ), audited as (${auditEvent(sql, by, { kind: 'skill', action: 'removed', name: sql`key` })})
        select key from changed`;
      return rows.length > 0;
    },
  } satisfies Resource<typeof SkillView, typeof create, typeof change>;
}
