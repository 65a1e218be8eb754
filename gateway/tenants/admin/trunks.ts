import { randomUUID } from 'node:crypto';
import { type FastifyPluginAsyncTypebox, type Static, Type } from '@fastify/type-provider-typebox';
import { ApiError } from '../../errors.js';
import { NullableString, NullableTimestamp, refusals, Uuid } from '../../schemas.js';
import type { Sql } from '../../store/index.js';
import {
  ownerOf,
  type PasswordBox,
  readTenantTrunk,
  type Telephony,
  type TenantTrunkEntry,
  type TrunkState,
  tenantTrunk,
} from '../../telephony/index.js';
import { type Administrator, auditEvent } from './audit.js';
import { refusingConflicts } from './conflicts.js';
import { administrator, type Resource } from './resource.js';

/** Of one company. */
const mostTrunks = 50;

const { name: Name, address: Address, ...optional } = tenantTrunk.properties;
type Optional = typeof optional;

/** Each of what may be left out, as something that may be null: null takes it back. */
function orNull<const Key extends keyof Optional>(
  ...keys: Key[]
): { [K in Key]: ReturnType<typeof nullable<Optional[K]>> } {
  return Object.fromEntries(keys.map(key => [key, nullable(optional[key])])) as never;
}
function nullable<Schema extends Optional[keyof Optional]>(schema: Schema) {
  // As a second type: beside the schema, in a union, null would be what is made of a 0 that it refuses.
  const both =
    'type' in schema
      ? { ...schema, type: [schema.type, 'null'] }
      : Type.Union([Type.Unsafe(schema), Type.Null()]);
  return Type.Optional(Type.Unsafe<Static<Schema> | null>(both));
}

const fields = orNull(
  ...(['username', 'fromDomain', 'sources', 'country', 'numberFormat', 'callerIdFormat'] as const),
  ...(['maxChannels', 'callsPerSecond', 'inboundPerSecond', 'checkSeconds', 'registerSeconds'] as const),
  ...(['number', 'prefixes', 'priority', 'weight'] as const),
);
const Password = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'Of the digest credential. It is kept encrypted, and never told again.',
});

const create = Type.Object(
  { name: Name, address: Address, password: Type.Optional(Password), ...fields },
  { additionalProperties: false },
);
const change = Type.Object({
  name: Type.Optional(Name),
  address: Type.Optional(Address),
  password: Type.Optional(Password),
  ...fields,
  disabled: Type.Optional(
    Type.Boolean({ description: 'A disabled trunk carries no new calls; those under way go on.' }),
  ),
});

const view = Type.Object({
  id: Type.Union([Type.String(), Type.Null()], {
    description: "Null: the operator's, to be looked at and not to be changed (docs/dialplan.md).",
  }),
  name: Type.String(),
  address: NullableString,
  hasPassword: Type.Boolean(),
  ...fields,
  up: Type.Boolean({ description: 'False: it is passed over.' }),
  reason: Type.Union([Type.String(), Type.Null()], { description: 'Why it is passed over.' }),
  channels: Type.Integer({ description: "The company's calls on it now." }),
  registered: Type.Union([Type.Boolean(), Type.Null()], { description: 'Null: it does not register.' }),
  registerFault: NullableString,
  passwordLost: Type.Boolean({
    description: 'The password cannot be read any more, and the trunk is not used: enter it again.',
  }),
  disabledAt: NullableTimestamp,
  version: Type.Integer({ description: "0 where it is the operator's." }),
});
type View = Static<typeof view>;
type Given = Omit<Static<typeof create>, 'name' | 'address' | 'password'>;

interface StoredTrunk {
  id: string;
  name: string;
  settings: Omit<TenantTrunkEntry, 'name'>;
  password: Uint8Array | null;
  disabledAt: Date | null;
  version: number;
}

export interface TrunkParts {
  sql: Sql;
  telephony: Telephony;
  trunkPasswords: PasswordBox;
}

function select(sql: Sql, tenantId: string): Promise<StoredTrunk[]> {
  return sql<StoredTrunk[]>`
    select id, name, settings, password, disabled_at as "disabledAt", version from tenant_trunks
    where tenant_id = ${tenantId} order by disabled_at nulls first, name`;
}

/** What is given in the place of what was before: null takes it back, and what is not named stays. */
function merged(before: Partial<StoredTrunk['settings']>, given: Given & { address?: string }) {
  const all = Object.entries({ ...before, ...given });
  return Object.fromEntries(
    all.filter(([, value]) => value !== null && value !== undefined),
  ) as StoredTrunk['settings'];
}

/** What makes it another line: where it leads, as whom, and whether it is to be registered. */
function whereItLeads({ address, username, fromDomain, registerSeconds }: StoredTrunk['settings']): string {
  return JSON.stringify([address, username, fromDomain, registerSeconds]);
}

/** A company's own trunks. The operator's are among them in the list, to be looked at. */
export function trunksResource({ sql, telephony, trunkPasswords }: TrunkParts) {
  const empty = Object.fromEntries(Object.keys(fields).map(key => [key, null]));

  function shown(tenantId: string, state: TrunkState, row: StoredTrunk | undefined): View {
    const { id, name, tenantId: _whose, ...line } = state;
    const { password = null, disabledAt = null, version = 0 } = row ?? {};
    const lost =
      password !== null &&
      trunkPasswords.open(Buffer.from(password), ownerOf(tenantId, id ?? '')) === undefined;
    const flags = { hasPassword: password !== null, passwordLost: lost };
    return { ...empty, address: null, ...row?.settings, id, name, ...flags, ...line, disabledAt, version };
  }

  async function list(tenantId: string): Promise<View[]> {
    const [rows, states] = await Promise.all([select(sql, tenantId), telephony.trunks(tenantId)]);
    const own = rows.flatMap(row => {
      const state = states.find(({ id }) => id === row.id);
      return state ? [shown(tenantId, { ...state, name: row.name }, row)] : [];
    });
    const operators = states.filter(({ id }) => id === null);
    return [...own, ...operators.map(state => shown(tenantId, state, undefined))];
  }

  async function one(tenantId: string, id: string): Promise<View> {
    const found = (await list(tenantId)).find(trunk => trunk.id === id);
    if (!found) throw new ApiError('not_found');
    return found;
  }

  /**
   * @param look whether it has to lead to where a company's may
   * @throws ApiError what is wrong with it
   */
  async function requireSound(
    { tenantId }: Administrator,
    entry: TenantTrunkEntry,
    { hasPassword, look }: { hasPassword: boolean; look: boolean },
  ): Promise<void> {
    if (entry.username === undefined && hasPassword)
      throw new ApiError('trunk_account_missing', { field: 'username' });
    if (entry.username !== undefined && !hasPassword)
      throw new ApiError('trunk_password_missing', { field: 'password' });
    const auth = entry.username === undefined ? undefined : { username: entry.username, password: '' };
    const trunk = readTenantTrunk(entry, { tenantId, key: '', auth });
    if (look) await telephony.admitTrunk(trunk);
  }

  return {
    name: 'trunks',
    noun: "a trunk of the company's own",
    key: Uuid,
    view,
    create,
    change,
    list,
    async add(by, { name, address, password, ...given }) {
      const settings = merged({}, { address, ...given });
      await requireSound(by, { name, ...settings }, { hasPassword: password !== undefined, look: true });
      const id = randomUUID();
      const sealed = password === undefined ? null : trunkPasswords.seal(password, ownerOf(by.tenantId, id));
      const rows = await refusingConflicts(
        () => sql`
          with changed as (
            insert into tenant_trunks (id, tenant_id, name, settings, password)
            select ${id}, ${by.tenantId}, ${name}, ${sql.json(settings)}, ${sealed}
            where (select count(*) from tenant_trunks where tenant_id = ${by.tenantId}) < ${mostTrunks}
            returning name
          ), audited as (${auditEvent(sql, by, { kind: 'trunk', action: 'created', name: sql`name` }, settings)})
          select name from changed`,
      );
      if (rows.length === 0) throw new ApiError('trunk_limit', { params: { most: mostTrunks } });
      await telephony.readTrunks();
      return await one(by.tenantId, id);
    },
    async edit(by, id, version, { name, password, disabled, ...given }) {
      const known = (await select(sql, by.tenantId)).find(row => row.id === id);
      if (known?.version !== version) return undefined;
      const settings = merged(known.settings, given as Given & { address?: string });
      // Without an account there is nothing to prove.
      const kept = settings.username === undefined ? null : known.password;
      const hasPassword = password !== undefined || kept !== null;
      const enabled = disabled === false && known.disabledAt !== null;
      const look = enabled || given.address !== undefined;
      await requireSound(by, { name: name ?? known.name, ...settings }, { hasPassword, look });
      const other =
        enabled || password !== undefined || whereItLeads(settings) !== whereItLeads(known.settings);
      const sealed = password === undefined ? kept : trunkPasswords.seal(password, ownerOf(by.tenantId, id));
      const told = {
        ...{ name, disabled },
        ...given,
        ...(password !== undefined && { password: 'changed' }),
      };
      const rows = await refusingConflicts(
        () => sql`
          with changed as (
            update tenant_trunks set version = version + 1, name = coalesce(${name ?? null}, name),
              settings = ${sql.json(settings)}, password = ${sealed},
              line = case when ${other} then gen_random_uuid() else line end,
              disabled_at = case ${disabled ?? null}::boolean when true then coalesce(disabled_at, now()) when false then null
                else disabled_at end
            where tenant_id = ${by.tenantId} and id = ${id} and version = ${version} returning name
          ), audited as (${auditEvent(sql, by, { kind: 'trunk', action: 'changed', name: sql`name` }, told)})
          select name from changed`,
      );
      if (rows.length === 0) return undefined;
      await telephony.readTrunks();
      return await one(by.tenantId, id);
    },
    async remove(by, id, version) {
      const rows = await sql`
        with changed as (
          delete from tenant_trunks where tenant_id = ${by.tenantId} and id = ${id} and version = ${version} returning name
        ), audited as (${auditEvent(sql, by, { kind: 'trunk', action: 'removed', name: sql`name` })})
        select name from changed`;
      if (rows.length > 0) await telephony.readTrunks();
      return rows.length > 0;
    },
  } satisfies Resource<typeof view, typeof create, typeof change>;
}

const TrunkTest = Type.Object({
  answered: Type.Boolean({ description: 'Whether anybody answered; an answer that refuses is one.' }),
  status: Type.Union([Type.Integer(), Type.Null()], { description: 'The SIP status of the answer.' }),
  reason: Type.String({
    description:
      'The words of the answer. Without one: no_answer; not_public, which nothing is sent to; not_sent: the SIP server does not have the transport.',
  }),
  milliseconds: Type.Integer(),
});

/** Asks a trunk whether it is there. */
export const trunkTestRoutes: FastifyPluginAsyncTypebox<{ telephony: Telephony }> = async (
  app,
  { telephony },
) => {
  app.post(
    '/admin/trunks/:key/test',
    {
      config: { rateLimit: { max: 30, timeWindow: '1 minute' } },
      schema: {
        tags: ['administration'],
        summary: "Ask a trunk of the company's own by OPTIONS, in use or not",
        params: Type.Object({ key: Uuid }),
        response: { 200: TrunkTest, ...refusals },
      },
    },
    async request => {
      const { tenantId } = administrator(request);
      const test = await telephony.testTrunk(tenantId, request.params.key);
      if (!test) throw new ApiError('not_found');
      return test;
    },
  );
};
