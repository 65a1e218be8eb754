/**
 * Where softphones are (RFC 3261 section 10). Every change of a user's bindings happens under a lock on that user, so
 * that the events `softphone_registered` and `softphone_unregistered` alternate and each is written in the statement
 * that made it true. One who stays registered over a connection that was made anew is `softphone_moved`.
 */
import { type Sql, transaction } from '../store/index.js';

export interface SoftphoneOwner {
  tenantId: string;
  userId: string;
}

export type Transport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

export interface Binding {
  username: string;
  contact: string;
  transport: Transport;
}

export interface ContactRequest {
  uri: string;
  /** 0 takes the contact away. */
  expiresSeconds: number;
}

export interface RegisterRequest extends SoftphoneOwner {
  username: string;
  transport: Transport;
  /** Where it came from, as `address:port`. */
  source: string;
  callId: string;
  cseq: number;
  contacts: ContactRequest[];
  /** `Contact: *`: takes every contact of the username away. */
  allGone: boolean;
  /** Of one username; the oldest go first. */
  maxContacts: number;
}

export type RegisterResult =
  | { result: 'bound'; changed: boolean; contacts: { uri: string; expiresSeconds: number }[] }
  /** A binding has the same Call-ID and a CSeq that is not lower (RFC 3261 10.3 steps 6 and 7): nothing was changed. */
  | { result: 'out_of_order' }
  /** The credential went between the digest and now. */
  | { result: 'no_credential' };

export type UnregisterReason = 'expired' | 'flow_closed' | 'unreachable' | 'logged_out' | 'replaced';

/** Bindings of one user change one at a time. */
async function lockUser(tx: Sql, { tenantId, userId }: SoftphoneOwner): Promise<void> {
  await tx`select 1 from users where tenant_id = ${tenantId} and id = ${userId} for no key update`;
}

/**
 * A REGISTER that has proven its credential: adds, refreshes and takes away contacts, all or none; drops what has
 * expired; keeps at most `maxContacts`, the newest. No binding outlives its credential.
 */
export async function register(sql: Sql, request: RegisterRequest): Promise<RegisterResult> {
  const { tenantId, userId, username, transport, source, callId, cseq, contacts, allGone, maxContacts } =
    request;
  const [row] = await transaction(sql, async tx => {
    await lockUser(tx, request);
    return await tx<
      {
        out_of_order: boolean;
        changed: boolean;
        contacts: { uri: string; expiresSeconds: number }[] | null;
      }[]
    >`
      with credential as (
        select tenant_id, user_id, username, expires_at from softphone_credentials
        where tenant_id = ${tenantId} and user_id = ${userId} and username = ${username} and expires_at > now()
      ), wanted as (
        select contact, seconds from unnest(
          ${contacts.map(contact => contact.uri)}::text[],
          ${contacts.map(contact => contact.expiresSeconds)}::int[]) as w(contact, seconds)
      ), held as (
        select r.*, w.seconds, w.contact is not null or ${allGone} as named
        from registrations r join credential c using (tenant_id, username)
        left join wanted w on w.contact = r.contact
      ), verdict as (
        select exists (select 1 from held where named and call_id = ${callId} and cseq >= ${cseq}) as out_of_order
      ), kept as (
        select contact, expires_at from held
        where not named and expires_at > now()
        order by registered_at desc
        limit greatest(${maxContacts} - (select count(*) from wanted where seconds > 0), 0)
      ), dropped as (
        delete from registrations r using held h, verdict
        where r.tenant_id = ${tenantId} and r.username = h.username and r.contact = h.contact
          and not verdict.out_of_order and coalesce(h.seconds, 0) = 0
          and not exists (select 1 from kept where kept.contact = h.contact)
        returning r.contact
      ), bound as (
        insert into registrations (tenant_id, user_id, username, contact, transport, source, call_id, cseq, expires_at)
        select c.tenant_id, c.user_id, c.username, w.contact, ${transport}, ${source}, ${callId}, ${cseq},
          least(now() + make_interval(secs => w.seconds), c.expires_at)
        from credential c, wanted w, verdict
        where w.seconds > 0 and not verdict.out_of_order
        on conflict (username, contact) do update set transport = excluded.transport, source = excluded.source,
          call_id = excluded.call_id, cseq = excluded.cseq, expires_at = excluded.expires_at,
          registered_at = case when registrations.source is distinct from excluded.source then now()
            else registrations.registered_at end
        returning contact, expires_at
      ), state as (
        select exists (select 1 from registrations where tenant_id = ${tenantId} and user_id = ${userId}) as before,
          exists (select 1 from bound) or exists (
            select 1 from registrations r where r.tenant_id = ${tenantId} and r.user_id = ${userId}
            and not (r.username = ${username} and r.contact in (select contact from dropped))) as after
      ), announced as (
        insert into events (tenant_id, type, user_id, data)
        select c.tenant_id, case when after then 'softphone_registered' else 'softphone_unregistered' end, c.user_id,
          case when after then jsonb_build_object('transport', ${transport}::text)
            else jsonb_build_object('reason', 'unregistered') end
        from credential c, state, verdict where before <> after and not verdict.out_of_order
        returning 1
      ), moved as (
        insert into events (tenant_id, type, user_id)
        select c.tenant_id, 'softphone_moved', c.user_id from credential c, state, verdict
        where before and after and not verdict.out_of_order
          and exists (select from held h where h.seconds > 0 and h.source is distinct from ${source})
      ), now_bound as (
        select contact, expires_at from bound union all select contact, expires_at from kept
      )
      select out_of_order, exists (select 1 from announced) as changed,
        (select json_agg(json_build_object(
          'uri', contact, 'expiresSeconds', ceil(extract(epoch from expires_at - now()))::int)) from now_bound) as contacts
      from verdict where exists (select 1 from credential)`;
  });
  if (!row) return { result: 'no_credential' };
  if (row.out_of_order) return { result: 'out_of_order' };
  return { result: 'bound', changed: row.changed, contacts: row.contacts ?? [] };
}

export interface Removal extends SoftphoneOwner {
  reason: UnregisterReason;
  /** Only this binding; otherwise every binding of the user that has expired. */
  binding?: { username: string; contact: string };
}

/**
 * Takes away one binding, or the expired ones, of a user. The event is written when the user has none left.
 * @returns whether the user is now without a softphone and was not before
 */
export async function unbind(sql: Sql, removal: Removal): Promise<boolean> {
  const { tenantId, userId, reason, binding } = removal;
  return await transaction(sql, async tx => {
    await lockUser(tx, removal);
    const rows = await tx`
      with gone as (
        delete from registrations where tenant_id = ${tenantId} and user_id = ${userId}
          and ${binding ? tx`username = ${binding.username} and contact = ${binding.contact}` : tx`expires_at <= now()`}
        returning username, contact
      )
      insert into events (tenant_id, type, user_id, data)
      select ${tenantId}::uuid, 'softphone_unregistered', ${userId}::uuid, jsonb_build_object('reason', ${reason}::text)
      where exists (select 1 from gone) and not exists (
        select 1 from registrations r where r.tenant_id = ${tenantId} and r.user_id = ${userId}
        and not exists (select 1 from gone where gone.username = r.username and gone.contact = r.contact))
      returning id`;
    return rows.length > 0;
  });
}

/** Whose binding it is. The tenant becomes known by it. */
export async function findOwner(
  sql: Sql,
  binding: { username: string; contact: string },
): Promise<SoftphoneOwner | undefined> {
  const [row] = await sql<SoftphoneOwner[]>`
    select tenant_id as "tenantId", user_id as "userId" from registrations
    where username = ${binding.username} and contact = ${binding.contact}`;
  return row;
}

/** Users of any tenant with a binding that has expired and was not taken away yet; oldest first, at most 100. */
export async function findExpired(sql: Sql): Promise<SoftphoneOwner[]> {
  return await sql<SoftphoneOwner[]>`
    select tenant_id as "tenantId", user_id as "userId" from registrations where expires_at <= now()
    group by tenant_id, user_id order by min(expires_at) limit 100`;
}

/** A binding that the SIP server may not have heard of: the answer to its REGISTER may be on the way. */
export interface LiveBinding extends Binding {
  fresh: boolean;
}

/** The user's live bindings, the newest softphone first. */
export async function liveBindings(sql: Sql, { tenantId, userId }: SoftphoneOwner): Promise<LiveBinding[]> {
  return await sql<LiveBinding[]>`
    select username, contact, transport, registered_at > now() - interval '2 seconds' as fresh from registrations
    where tenant_id = ${tenantId} and user_id = ${userId} and expires_at > now()
    order by registered_at desc, contact`;
}
