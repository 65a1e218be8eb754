/** What all gateways know together of trunks: channels and rates, faults, whose turn it is to check and to register. */
import type { Sql } from '../../store/index.js';
import type { LineState } from '../port.js';

export type Verdict = 'granted' | 'down' | 'full' | 'rate';

export interface ChannelRequest {
  trunk: string;
  tenantId: string;
  interactionId: string;
  /** Calls at the same time; no limit when absent. */
  maxChannels: number | undefined;
  /** Of new calls; no limit when absent. */
  callsPerSecond: number | undefined;
  /** How long the call may wait for its turn. */
  maxWaitMs: number;
  /** How long the channel is taken without being renewed. */
  leaseSeconds: number;
  evenIfDown: boolean;
}

export interface ChannelVerdict {
  verdict: Verdict;
  channelId: string | null;
  waitMs: number;
}

export async function takeChannel(sql: Sql, request: ChannelRequest): Promise<ChannelVerdict> {
  const { trunk, tenantId, interactionId, maxChannels, callsPerSecond, maxWaitMs, leaseSeconds, evenIfDown } =
    request;
  const interval = callsPerSecond === undefined ? null : 1 / callsPerSecond;
  const [row] = await sql<ChannelVerdict[]>`
    select verdict, channel_id as "channelId", wait_ms as "waitMs"
    from take_trunk_channel(${trunk}, ${tenantId}, ${interactionId}, ${maxChannels ?? null},
      make_interval(secs => ${interval}), make_interval(secs => ${maxWaitMs / 1000}),
      make_interval(secs => ${leaseSeconds}), ${evenIfDown})`;
  return row!;
}

/** Renews leases, and clears away those that were left behind long ago. */
export async function renewChannels(sql: Sql, ids: readonly string[], leaseSeconds: number): Promise<void> {
  await sql`
    with left_behind as (delete from trunk_channels where expires_at < clock_timestamp() - interval '1 hour')
    update trunk_channels set expires_at = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    where id = any(${[...ids]}::text[]::uuid[])`;
}

/** Renews the leases of an interaction's calls, whoever has taken them. */
export async function inheritChannels(
  sql: Sql,
  interactionId: string,
  leaseSeconds: number,
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    update trunk_channels set expires_at = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    where interaction_id = ${interactionId} returning id`;
  return rows.map(({ id }) => id);
}

/** Gives a channel back. */
export async function releaseChannel(sql: Sql, id: string): Promise<void> {
  await sql`delete from trunk_channels where id = ${id}`;
}

/** The trunk has worked. @returns whether it was down */
export async function markUp(sql: Sql, trunk: string): Promise<boolean> {
  const [row] = await sql<{ wasDown: boolean }[]>`
    with before as (select name, down_reason from trunks where name = ${trunk} and faults > 0 for update)
    update trunks t set faults = 0, down_until = '-infinity', down_reason = null from before
    where t.name = before.name returning before.down_reason is not null as "wasDown"`;
  return row?.wasDown ?? false;
}

/** How many faults in a row take a trunk down, and for how long: doubled with each more, up to the longest. */
export interface DownRule {
  afterFaults: number;
  firstSeconds: number;
  longestSeconds: number;
}

/**
 * The trunk has failed. Calls that fail on one that is down already were begun before: they count no more.
 * @returns for how many seconds it is passed over by this; undefined while the rule bears with it
 */
export async function markFault(
  sql: Sql,
  trunk: string,
  reason: string,
  { afterFaults, firstSeconds, longestSeconds }: DownRule,
): Promise<number | undefined> {
  const [row] = await sql<{ seconds: number | null }[]>`
    select mark_trunk_fault(${trunk}, ${reason}, ${afterFaults}, ${firstSeconds}, ${longestSeconds}) as seconds`;
  return row?.seconds ?? undefined;
}

/** Whether the check of a trunk is due, and ours to make: one gateway gets it. */
export async function takeCheck(sql: Sql, trunk: string, everySeconds: number): Promise<boolean> {
  const rows = await sql`
    insert into trunks (name, check_due_at) values (${trunk}, clock_timestamp() + make_interval(secs => ${everySeconds}))
    on conflict (name) do update set check_due_at = excluded.check_due_at
      where trunks.check_due_at <= clock_timestamp() + make_interval(secs => ${everySeconds / 10})
    returning name`;
  return rows.length > 0;
}

/** How long one REGISTER may take before another gateway may send the next, seconds. */
const registerLeaseSeconds = 40;

/**
 * Takes the registration of a trunk, if it is due.
 * @param newUser the user part of our contact, where the trunk was given none before
 * @returns the user part to register; undefined when it is not due, or another gateway makes it
 */
export async function takeRegistration(
  sql: Sql,
  trunk: string,
  newUser: string,
): Promise<string | undefined> {
  const [row] = await sql<{ contactUser: string }[]>`
    insert into trunks (name, register_due_at, contact_user)
    values (${trunk}, clock_timestamp() + make_interval(secs => ${registerLeaseSeconds}), ${newUser})
    on conflict (name) do update
      set register_due_at = excluded.register_due_at, contact_user = coalesce(trunks.contact_user, excluded.contact_user)
      where trunks.register_due_at <= clock_timestamp()
    returning contact_user as "contactUser"`;
  return row?.contactUser;
}

/**
 * Ends what a registration has given, if it lasts: its contact is nobody's from now on.
 * @returns the contact's user part, to the one gateway that is to take it back
 */
export async function endRegistration(sql: Sql, trunk: string): Promise<string | undefined> {
  const [row] = await sql<{ contactUser: string }[]>`
    update trunks set registered_until = null, registrar_address = null
    where name = ${trunk} and registered_until > clock_timestamp() returning contact_user as "contactUser"`;
  return row?.contactUser;
}

/** How a trunk that we register with is known when it calls. */
export interface RegisteredTrunk {
  key: string;
  contactUser: string;
  /** Who has granted the registration; null: nobody yet. */
  registrarAddress: string | null;
  /** It lasts. */
  bound: boolean;
}

export async function registeredTrunks(sql: Sql): Promise<RegisteredTrunk[]> {
  return await sql<RegisteredTrunk[]>`
    select name as key, contact_user as "contactUser", registrar_address as "registrarAddress",
      coalesce(registered_until > clock_timestamp(), false) as bound
    from trunks where contact_user is not null order by name`;
}

/** Milliseconds until somebody has to register the trunk again. */
export async function registrationDueMs(sql: Sql, trunk: string): Promise<number> {
  const [row] = await sql<{ ms: number }[]>`
    select greatest(0, extract(epoch from register_due_at - clock_timestamp()) * 1000)::float8 as ms
    from trunks where name = ${trunk} and register_due_at > '-infinity'`;
  return row?.ms ?? 0;
}

/** What came of a REGISTER: bound for so many seconds, or a fault; and when the next one is due. */
export async function noteRegistration(
  sql: Sql,
  trunk: string,
  result: { boundSeconds: number; registrarAddress: string } | { fault: string },
  nextSeconds: number,
): Promise<void> {
  const bound = 'boundSeconds' in result ? result.boundSeconds : null;
  const registrar = 'registrarAddress' in result ? result.registrarAddress : null;
  const fault = 'fault' in result ? result.fault : null;
  await sql`
    update trunks set register_due_at = clock_timestamp() + make_interval(secs => ${nextSeconds}), register_fault = ${fault},
      registrar_address = coalesce(${registrar}, registrar_address),
      registered_until = coalesce(clock_timestamp() + make_interval(secs => ${bound}), registered_until)
    where name = ${trunk}`;
}

/**
 * How trunks stand, in the order of their keys.
 * @param tenantId whose calls count; those of all when it is not given
 */
export async function trunkStates(
  sql: Sql,
  keys: readonly string[],
  tenantId?: string,
): Promise<LineState[]> {
  return await sql<LineState[]>`
    select coalesce(t.down_until, '-infinity') <= clock_timestamp() as up,
      case when t.down_until > clock_timestamp() then t.down_reason end as reason,
      (select count(*)::int from trunk_channels c where c.trunk = n.key and c.expires_at > clock_timestamp()
        and c.tenant_id = coalesce(${tenantId ?? null}::uuid, c.tenant_id)) as channels,
      case when t.register_due_at > '-infinity' then coalesce(t.registered_until, '-infinity') > clock_timestamp() end as registered,
      t.register_fault as "registerFault"
    from unnest(${[...keys]}::text[]) with ordinality n (key, place)
    left join trunks t on t.name = n.key order by n.place`;
}

/** Whether a tenant may present this number: it has proven that the number is its own. */
export async function mayPresent(sql: Sql, tenantId: string, number: string): Promise<boolean> {
  const rows = await sql`
    select from tenant_numbers where tenant_id = ${tenantId} and number = ${number} and verified_at is not null`;
  return rows.length > 0;
}
