import { type Static, Type } from '@fastify/type-provider-typebox';
import type { FastifyPluginAsync } from 'fastify';
import { ApiError } from '../errors.js';
import { Uuid } from '../schemas.js';
import type { Fragment, Sql } from '../store/index.js';
import {
  auditEvent,
  mountResource,
  type Resource,
  refusingConflicts,
  requireSession,
  requireSettingsRole,
} from '../tenants/index.js';
import { ruledOutcomes } from './outcome-rules.js';

const whole = (minimum: number, maximum: number, description: string) =>
  Type.Integer({ minimum, maximum, description });

const Rule = Type.Object({
  retries: whole(0, 50, 'How often it is tried again after this outcome.'),
  delaySeconds: whole(10, 604_800, 'After how long the first time.'),
  growth: Type.Number({
    minimum: 1,
    maximum: 10,
    description: 'Each further time that much longer.',
  }),
  mostDelaySeconds: whole(10, 604_800, 'But never longer.'),
  withinMinutes: whole(1, 43_200, 'No later than this after the first attempt.'),
  keepsPlace: Type.Boolean({ description: 'Or else it stands behind all who ask before it is due again.' }),
  finally: Type.Union([Type.Literal('close'), Type.Literal('person')], {
    description: 'What then: closed with the outcome, or left for a person to decide.',
  }),
});
const Outcome = Type.Union(ruledOutcomes.map(outcome => Type.Literal(outcome)));

const RuleView = Type.Object({
  id: Type.String(),
  queue: Type.String({ description: 'Its key.' }),
  outcome: Type.String(),
  ...Rule.properties,
  version: Type.Integer(),
});
type RuleView = Static<typeof RuleView>;

const create = Type.Object(
  {
    queue: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }),
    outcome: Outcome,
    ...Type.Partial(Rule).properties,
    retries: Rule.properties.retries,
  },
  { additionalProperties: false },
);
const change = Type.Partial(Rule);

function select(sql: Sql, tenantId: string, more: Fragment = sql``) {
  return sql<RuleView[]>`
    select r.id, q.key as queue, r.outcome, r.retries, r.delay_seconds as "delaySeconds", r.growth::float8 as growth,
      r.most_delay_seconds as "mostDelaySeconds", r.within_minutes as "withinMinutes", r.keeps_place as "keepsPlace",
      r.finally, r.version
    from outcome_rules r join queues q on q.tenant_id = r.tenant_id and q.id = r.queue_id
    where r.tenant_id = ${tenantId} ${more} order by q.position, q.key, r.outcome`;
}

function columnsOf(fields: Static<typeof change>): Record<string, unknown> {
  const columns = {
    retries: fields.retries,
    delay_seconds: fields.delaySeconds,
    growth: fields.growth,
    most_delay_seconds: fields.mostDelaySeconds,
    within_minutes: fields.withinMinutes,
    keeps_place: fields.keepsPlace,
    finally: fields.finally,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/** What a queue does when an attempt has come to an outcome. Without a rule the callback is closed with it. */
export function outcomeRulesResource(sql: Sql) {
  async function one(tenantId: string, id: string): Promise<RuleView> {
    const [rule] = await select(sql, tenantId, sql`and r.id = ${id}`);
    if (!rule) throw new ApiError('not_found');
    return rule;
  }
  const named = sql`(select key from queues q where q.id = changed.queue_id) || ': ' || outcome`;

  return {
    name: 'outcome-rules',
    noun: 'a rule',
    key: Uuid,
    view: RuleView,
    create,
    change,
    list: tenantId => select(sql, tenantId),
    async add(by, { queue: key, outcome, ...fields }) {
      const { tenantId } = by;
      const [queue] = await sql<{ id: string }[]>`
        select id from queues where tenant_id = ${tenantId} and key = ${key}`;
      if (!queue) throw new ApiError('queue_unknown', { field: 'queue' });
      const row = { tenant_id: tenantId, queue_id: queue.id, outcome, ...columnsOf(fields) };
      const [added] = await refusingConflicts(
        () => sql<{ id: string }[]>`
          with changed as (insert into outcome_rules ${sql(row)} returning id, queue_id, outcome),
            audited as (${auditEvent(sql, by, { kind: 'outcome_rule', action: 'created', name: named }, fields)})
          select id from changed`,
      );
      return await one(tenantId, added!.id);
    },
    async edit(by, id, version, fields) {
      const rows = await sql`
        with changed as (
          update outcome_rules set ${sql({ ...columnsOf(fields), version: version + 1 })}
          where tenant_id = ${by.tenantId} and id = ${id} and version = ${version} returning id, queue_id, outcome
        ), audited as (${auditEvent(sql, by, { kind: 'outcome_rule', action: 'changed', name: named }, fields)})
        select id from changed`;
      return rows.length > 0 ? await one(by.tenantId, id) : undefined;
    },
    async remove(by, id, version) {
      const rows = await sql`
        with changed as (
          delete from outcome_rules where tenant_id = ${by.tenantId} and id = ${id} and version = ${version}
          returning id, queue_id, outcome
        ), audited as (${auditEvent(sql, by, { kind: 'outcome_rule', action: 'removed', name: named })})
        select id from changed`;
      return rows.length > 0;
    },
  } satisfies Resource<typeof RuleView, typeof create, typeof change>;
}

/** Outcome rules, for administrators. */
export const outcomeRuleRoutes: FastifyPluginAsync<{ sql: Sql }> = async (app, { sql }) => {
  app.addHook('onRequest', requireSession(sql));
  app.addHook('onRequest', requireSettingsRole);
  mountResource(app, outcomeRulesResource(sql));
};
