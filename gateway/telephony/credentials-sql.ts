/** The credentials of softphones: one for each login session, gone with it. */
import { type Sql, transaction } from '../store/index.js';
import type { SoftphoneOwner } from './registrations-sql.js';

export interface SessionOfUser extends SoftphoneOwner {
  sessionId: string;
}

/** What a digest is checked against. */
export interface StoredCredential extends SoftphoneOwner {
  ha1: string;
}

/**
 * Gives the session a new credential and takes the one it had, with its bindings; both or none. It expires with the
 * session, and not later than `lifeSeconds` from now.
 * @returns when it expires, or undefined when the session is over; and whether the user lost the last softphone by it
 */
export async function replaceCredential(
  sql: Sql,
  session: SessionOfUser,
  credential: { username: string; ha1: string; lifeSeconds: number },
): Promise<{ expiresAt?: Date; unregistered: boolean }> {
  const { tenantId, userId, sessionId } = session;
  const { username, ha1, lifeSeconds } = credential;
  return await transaction(sql, async tx => {
    const unregistered = await dropCredential(tx, session, 'replaced');
    const [row] = await tx<{ expires_at: Date }[]>`
      insert into softphone_credentials (username, tenant_id, user_id, session_id, ha1, expires_at)
      select ${username}, tenant_id, user_id, id, ${ha1}, least(expires_at, now() + make_interval(secs => ${lifeSeconds}))
      from sessions
      where tenant_id = ${tenantId} and id = ${sessionId} and user_id = ${userId} and expires_at > now()
      returning expires_at`;
    return { expiresAt: row?.expires_at, unregistered };
  });
}

/**
 * Takes the session's credential and its bindings, with the event when the user has no softphone left. Must run in a
 * transaction, of which it keeps the lock on the user.
 */
export async function dropCredential(
  tx: Sql,
  { tenantId, userId, sessionId }: SessionOfUser,
  reason: 'logged_out' | 'replaced',
): Promise<boolean> {
  await tx`select 1 from users where tenant_id = ${tenantId} and id = ${userId} for no key update`;
  const rows = await tx`
    with revoked as (
      delete from softphone_credentials
      where tenant_id = ${tenantId} and session_id = ${sessionId} and user_id = ${userId}
      returning username
    ), gone as (
      delete from registrations
      where tenant_id = ${tenantId} and user_id = ${userId} and username in (select username from revoked)
      returning username
    )
    insert into events (tenant_id, type, user_id, data)
    select ${tenantId}::uuid, 'softphone_unregistered', ${userId}::uuid, jsonb_build_object('reason', ${reason}::text)
    where exists (select 1 from gone) and not exists (
      select 1 from registrations where tenant_id = ${tenantId} and user_id = ${userId}
      and username not in (select username from gone))
    returning id`;
  return rows.length > 0;
}

/** The live credential of a username; its session has to be alive too. The tenant becomes known by it. */
export async function findCredential(sql: Sql, username: string): Promise<StoredCredential | undefined> {
  const [row] = await sql<StoredCredential[]>`
    select c.tenant_id as "tenantId", c.user_id as "userId", c.ha1
    from softphone_credentials c
    join sessions s on s.tenant_id = c.tenant_id and s.id = c.session_id
    where c.username = ${username} and c.expires_at > now() and s.expires_at > now()`;
  return row;
}
