import { type Static, Type } from '@fastify/type-provider-typebox';
import { ApiError } from '../../errors.js';
import { BothNames, NullableString, NullableTimestamp, Uuid } from '../../schemas.js';
import { type Fragment, type Sql, transaction } from '../../store/index.js';
import { type Administrator, auditEvent, type Resource, refusingConflicts } from '../../tenants/index.js';
import { placeAnew } from '../waiting.js';
import { QueueSettings, settingColumns, settingsOf } from './queue-settings.js';
import { checkSkillSteps, SkillSteps } from './skill-steps.js';

const Clock = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', examples: ['21:00'] });
const QuietHours = Type.Union(
  [Type.Object({ from: Clock, until: Clock }, { additionalProperties: false }), Type.Null()],
  { description: 'When nobody is called again, by the customer’s own clock; null: at no time.' },
);
const HoursKey = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  pattern: '^[a-z0-9-]{1,40}$',
  description: 'Key of its opening hours; null: always open.',
});

const OverflowKey = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  pattern: '^[a-z0-9-]{1,40}$',
  description: 'Key of the queue that those go to who wait too long or behind too many; null: none.',
});

const QueueView = Type.Object({
  id: Type.String(),
  key: Type.String(),
  name: BothNames,
  hours: NullableString,
  overflow: NullableString,
  skillSteps: SkillSteps,
  quiet: QuietHours,
  ...QueueSettings.properties,
  /** How many agents serve it, and how many customers wait in it now. */
  agents: Type.Integer(),
  waiting: Type.Integer(),
  disabledAt: NullableTimestamp,
  version: Type.Integer(),
});
type QueueView = Static<typeof QueueView>;

const special = Type.Object({
  hours: HoursKey,
  overflow: OverflowKey,
  skillSteps: SkillSteps,
  quiet: QuietHours,
});
const create = Type.Object(
  {
    key: Type.String({ pattern: '^[a-z0-9-]{1,40}$', description: 'What the API names; it never changes.' }),
    name: BothNames,
    ...Type.Partial(special).properties,
    ...Type.Partial(QueueSettings).properties,
  },
  { additionalProperties: false },
);
const change = Type.Object({
  name: Type.Optional(BothNames),
  ...Type.Partial(special).properties,
  ...Type.Partial(QueueSettings).properties,
  disabled: Type.Optional(
    Type.Boolean({ description: 'Visitors no longer see it; who waits in it is still served.' }),
  ),
});
type Fields = Static<typeof change>;

async function select(sql: Sql, tenantId: string, more: Fragment = sql``): Promise<QueueView[]> {
  const rows = await sql<Record<string, unknown>[]>`
    select q.*, h.key as hours, o.key as overflow,
      case when q.quiet_from is not null then json_build_object(
        'from', to_char(q.quiet_from, 'HH24:MI'), 'until', to_char(q.quiet_until, 'HH24:MI')) end as quiet,
      (select count(*)::int from agent_queues s join users u on u.tenant_id = s.tenant_id and u.id = s.user_id
        where s.tenant_id = q.tenant_id and s.queue_id = q.id and u.disabled_at is null) as agents,
      (select count(*)::int from interactions i
        where i.tenant_id = q.tenant_id and i.queue_id = q.id and i.state = 'waiting') as waiting
    from queues q left join opening_hours h on h.tenant_id = q.tenant_id and h.id = q.opening_hours_id
    left join queues o on o.tenant_id = q.tenant_id and o.id = q.overflow_queue_id
    where q.tenant_id = ${tenantId} ${more} order by q.disabled_at nulls first, q.position, q.key`;
  return rows.map(row => {
    const { id, key, name, hours, overflow, quiet, agents, waiting, version } = row;
    return {
      ...{ id, key, name, hours, overflow, quiet, agents, waiting, version },
      ...settingsOf(row),
      skillSteps: row.skill_steps,
      disabledAt: row.disabled_at,
    } as QueueView;
  });
}

/** Queues: what visitors choose as counters, and the rules by which they are served. */
export function queuesResource(sql: Sql) {
  async function one(tenantId: string, id: string): Promise<QueueView> {
    const [queue] = await select(sql, tenantId, sql`and q.id = ${id}`);
    if (!queue) throw new ApiError('not_found');
    return queue;
  }

  /** Everything that was given, as columns. @throws ApiError what does not exist, or makes no sense */
  async function columnsOf({ tenantId }: Administrator, fields: Fields): Promise<Record<string, unknown>> {
    const { name, hours, overflow, skillSteps, quiet, disabled } = fields;
    const columns = settingColumns(fields);
    if (name) columns.name = sql.json(name);
    if (skillSteps) {
      await checkSkillSteps(sql, tenantId, skillSteps);
      columns.skill_steps = sql.json(skillSteps);
    }
    if (quiet !== undefined) {
      if (quiet?.from === quiet?.until && quiet) throw new ApiError('span_empty', { field: 'quiet.until' });
      columns.quiet_from = quiet?.from ?? null;
      columns.quiet_until = quiet?.until ?? null;
    }
    if (hours !== undefined) {
      const [row] = await sql<{ id: string }[]>`
        select id from opening_hours where tenant_id = ${tenantId} and key = ${hours}`;
      if (hours !== null && !row) throw new ApiError('hours_unknown', { field: 'hours' });
      columns.opening_hours_id = row?.id ?? null;
    }
    if (overflow !== undefined) {
      const [row] = await sql<{ id: string }[]>`
        select id from queues where tenant_id = ${tenantId} and key = ${overflow}`;
      if (overflow !== null && !row) throw new ApiError('queue_unknown', { field: 'overflow' });
      columns.overflow_queue_id = row?.id ?? null;
    }
    if (disabled !== undefined) columns.disabled_at = disabled ? new Date() : null;
    return columns;
  }

  return {
    name: 'queues',
    noun: 'a queue',
    key: Uuid,
    view: QueueView,
    create,
    change,
    list: tenantId => select(sql, tenantId),
    async add(by, { key, ...fields }) {
      const row = { tenant_id: by.tenantId, key, ...(await columnsOf(by, fields)) };
      const [added] = await refusingConflicts(
        () => sql<{ id: string }[]>`
          with changed as (insert into queues ${sql(row)} returning id, key),
            audited as (${auditEvent(sql, by, { kind: 'queue', action: 'created', name: sql`key` }, fields)})
          select id from changed`,
      );
      return await one(by.tenantId, added!.id);
    },
    async edit(by, id, version, fields) {
      const columns = await columnsOf(by, fields);
      if (columns.overflow_queue_id === id) throw new ApiError('queue_unknown', { field: 'overflow' });
      const edited = await transaction(sql, async tx => {
        const rows = await tx`
          with changed as (
            update queues set ${sql({ ...columns, version: version + 1 })}
            where tenant_id = ${by.tenantId} and id = ${id} and version = ${version} returning id, key
          ), audited as (${auditEvent(sql, by, { kind: 'queue', action: 'changed', name: sql`key` }, fields)})
          select id from changed`;
        if (rows.length === 0) return false;
        await placeAnew(tx, { tenantId: by.tenantId, queueId: id });
        return true;
      });
      return edited ? await one(by.tenantId, id) : undefined;
    },
  } satisfies Resource<typeof QueueView, typeof create, typeof change>;
}
