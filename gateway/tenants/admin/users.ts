import { type Static, Type } from '@fastify/type-provider-typebox';
import { ApiError } from '../../errors.js';
import { NullableTimestamp, Uuid } from '../../schemas.js';
import { type Fragment, type Sql, transaction } from '../../store/index.js';
import { nobodysHash } from '../password.js';
import { auditEvent } from './audit.js';
import { refusingConflicts } from './conflicts.js';
import type { Resource } from './resource.js';
import { setService } from './service.js';

const Role = Type.Union([Type.Literal('agent'), Type.Literal('supervisor'), Type.Literal('admin')]);
const Locale = Type.Union([Type.Literal('en'), Type.Literal('ko')]);
const Name = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' });
const Email = Type.String({ format: 'email', minLength: 3, maxLength: 254 });
const Queues = Type.Array(Type.String({ maxLength: 40 }), {
  maxItems: 200,
  uniqueItems: true,
  description: 'Keys of the queues this user serves; with any, the user takes calls.',
});
const Tiers = Type.Record(
  Type.String({ pattern: '^[a-z0-9-]{1,40}$' }),
  Type.Integer({ minimum: 0, maximum: 100 }),
  {
    maxProperties: 200,
    description: 'Queue → tier: the lower ones are asked first. 0 where it is not named.',
  },
);
const WrapUps = Type.Record(
  Type.String({ pattern: '^[a-z0-9-]{1,40}$' }),
  Type.Integer({ minimum: 0, maximum: 3600 }),
  {
    maxProperties: 200,
    description: 'Queue → seconds of wrap-up; as long as the queue says where it is not named.',
  },
);
const Skills = Type.Record(
  Type.String({ pattern: '^[a-z0-9-]{1,40}$' }),
  Type.Integer({ minimum: 1, maximum: 5 }),
  {
    maxProperties: 100,
    description: 'Skill → level.',
  },
);
const Capacity = Type.Object(
  {
    voice: Type.Integer({
      minimum: 0,
      maximum: 1,
      description: 'Calls at a time: 0 and queues give him none; colleagues may still ring him.',
    }),
  },
  { additionalProperties: false, description: 'What queues may give him at a time, by medium.' },
);
const agentFields = {
  queues: Type.Optional(Queues),
  tiers: Type.Optional(Tiers),
  wrapUps: Type.Optional(WrapUps),
  skills: Type.Optional(Skills),
  capacity: Type.Optional(Capacity),
};

export const UserView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: Type.String(),
  role: Role,
  locale: Locale,
  queues: Type.Array(Type.String()),
  tiers: Type.Record(Type.String(), Type.Integer()),
  wrapUps: Type.Record(Type.String(), Type.Integer()),
  skills: Type.Record(Type.String(), Type.Integer()),
  capacity: Capacity,
  disabledAt: NullableTimestamp,
  invitedUntil: NullableTimestamp,
  version: Type.Integer(),
});
type UserView = Static<typeof UserView>;

const create = Type.Object(
  { name: Name, email: Email, role: Role, locale: Type.Optional(Locale), ...agentFields },
  { additionalProperties: false },
);
const change = Type.Object({
  name: Type.Optional(Name),
  email: Type.Optional(Email),
  role: Type.Optional(Role),
  locale: Type.Optional(Locale),
  ...agentFields,
  disabled: Type.Optional(
    Type.Boolean({ description: 'A disabled user cannot sign in; his history stays.' }),
  ),
});

function select(sql: Sql, tenantId: string, more: Fragment = sql``) {
  return sql<UserView[]>`
    select u.id, u.name, u.email, u.role, u.locale, u.disabled_at as "disabledAt", u.version,
      i.expires_at as "invitedUntil",
      array(select q.key from agent_queues s join queues q on q.tenant_id = s.tenant_id and q.id = s.queue_id
        where s.tenant_id = u.tenant_id and s.user_id = u.id order by q.position, q.key) as queues,
      coalesce((select jsonb_object_agg(q.key, s.tier) from agent_queues s join queues q on q.tenant_id = s.tenant_id and q.id = s.queue_id
        where s.tenant_id = u.tenant_id and s.user_id = u.id and s.tier > 0), '{}') as tiers,
      coalesce((select jsonb_object_agg(q.key, s.wrap_up_seconds) from agent_queues s join queues q on q.tenant_id = s.tenant_id and q.id = s.queue_id
        where s.tenant_id = u.tenant_id and s.user_id = u.id and s.wrap_up_seconds is not null), '{}') as "wrapUps",
      coalesce(a.skills, '{}') as skills, coalesce(a.capacity, '{"voice": 1}') as capacity
    from users u left join agents a on a.tenant_id = u.tenant_id and a.user_id = u.id left join invitations i on i.tenant_id = u.tenant_id and i.user_id = u.id
    where u.tenant_id = ${tenantId} ${more} order by u.disabled_at nulls first, lower(u.name), u.id`;
}

/** A company cannot be left without somebody who may change it. @throws ApiError last_admin */
async function keepAnAdmin(tx: Sql, tenantId: string): Promise<void> {
  const admins = await tx`
    select from users where tenant_id = ${tenantId} and role = 'admin' and disabled_at is null limit 1`;
  if (admins.length === 0) throw new ApiError('last_admin');
}

export interface UserActions {
  sql: Sql;
  /** Ends what a user who may no longer sign in has open: sessions, and with them his softphones. */
  signOutEverywhere(user: { tenantId: string; userId: string }): Promise<void>;
}

export function usersResource({ sql, signOutEverywhere }: UserActions) {
  async function one(tenantId: string, id: string): Promise<UserView> {
    const [user] = await select(sql, tenantId, sql`and u.id = ${id}`);
    if (!user) throw new ApiError('not_found');
    return user;
  }

  return {
    name: 'users',
    noun: 'a user',
    key: Uuid,
    view: UserView,
    create,
    change,
    list: tenantId => select(sql, tenantId),
    async add(by, { name, email, role, locale = 'en', ...service }) {
      const id = await refusingConflicts(() =>
        transaction(sql, async tx => {
          const [row] = await tx<{ id: string }[]>`
            with changed as (
              insert into users (tenant_id, email, name, role, locale, password_hash)
              values (${by.tenantId}, ${email.toLowerCase()}, ${name.trim()}, ${role}, ${locale}, ${nobodysHash})
              returning id, name
            ), audited as (${auditEvent(sql, by, { kind: 'user', action: 'created', name: sql`name` }, { email, role, ...service })})
            select id from changed`;
          await setService(tx, { tenantId: by.tenantId, userId: row!.id, role }, service);
          return row!.id;
        }),
      );
      return await one(by.tenantId, id);
    },
    async edit(by, id, version, { queues, tiers, wrapUps, skills, capacity, disabled, ...fields }) {
      const { name, email, role, locale } = fields;
      const edited = await refusingConflicts(() =>
        transaction(sql, async tx => {
          // Of two who would each take away the other's last admin, one waits for the other.
          await tx`select from tenants where id = ${by.tenantId} for update`;
          const rows = await tx`
            with changed as (
              update users set version = version + 1, name = coalesce(${name?.trim() ?? null}, name),
                email = coalesce(${email?.toLowerCase() ?? null}, email), role = coalesce(${role ?? null}, role),
                locale = coalesce(${locale ?? null}, locale),
                disabled_at = case ${disabled ?? null}::boolean when true then coalesce(disabled_at, now()) when false then null
                  else disabled_at end
              where tenant_id = ${by.tenantId} and id = ${id} and version = ${version}
              returning id, name
            ), audited as (${auditEvent(sql, by, { kind: 'user', action: 'changed', name: sql`name` }, { ...fields, queues, tiers, wrapUps, skills, capacity, disabled })})
            select id from changed`;
          if (rows.length === 0) return false;
          await keepAnAdmin(tx, by.tenantId);
          await setService(
            tx,
            { tenantId: by.tenantId, userId: id, role },
            { queues, tiers, wrapUps, skills, capacity },
          );
          return true;
        }),
      );
      if (!edited) return undefined;
      if (disabled) await signOutEverywhere({ tenantId: by.tenantId, userId: id });
      return await one(by.tenantId, id);
    },
  } satisfies Resource<typeof UserView, typeof create, typeof change>;
}
