import { createHash, randomBytes } from 'node:crypto';
import { ApiError, type Locale } from '../errors.js';
import type { Fragment, Sql } from '../store/index.js';
import { nobodysHash, verifyPassword } from './password.js';

export interface User {
  id: string;
  name: string;
  email: string;
  role: 'agent' | 'supervisor' | 'admin';
  locale: Locale;
}

/** A login: who, of which company, until when. */
export interface Session {
  id: string;
  tenantId: string;
  expiresAt: Date;
  user: User;
}

/** Only the hash is stored: whoever reads the database cannot sign in. */
function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/**
 * Signs in. A wrong address and a wrong password are one answer, after the same work.
 * @throws ApiError login_failed
 */
export async function openSession(
  sql: Sql,
  { email, password, hours }: { email: string; password: string; hours: number },
): Promise<{ token: string; session: Session }> {
  const [user] = await sql<(User & { tenantId: string; passwordHash: string })[]>`
    select id, tenant_id as "tenantId", name, email, role, locale, password_hash as "passwordHash"
    from users where email = ${email.trim().toLowerCase()} and disabled_at is null`;
  const correct = await verifyPassword(password, user?.passwordHash ?? nobodysHash);
  if (!user || !correct) throw new ApiError('login_failed');
  const token = randomBytes(32).toString('base64url');
  const [row] = await sql<{ id: string; expiresAt: Date }[]>`
    with opened as (
      insert into sessions (tenant_id, user_id, token_hash, expires_at)
      values (${user.tenantId}, ${user.id}, ${hashToken(token)}, now() + make_interval(hours => ${hours}))
      returning id, tenant_id, user_id, expires_at
    ), logged as (
      insert into events (tenant_id, type, user_id) select tenant_id, 'session_opened', user_id from opened
    )
    select id, expires_at as "expiresAt" from opened`;
  if (!row) throw new Error('session was not stored');
  const { id, name, role, locale, tenantId } = user;
  return {
    token,
    session: {
      id: row.id,
      tenantId,
      expiresAt: row.expiresAt,
      user: { id, name, email: user.email, role, locale },
    },
  };
}

/** The live session of a token. */
export async function findSession(sql: Sql, token: string): Promise<Session | undefined> {
  const [row] = await sessionsWhere(
    sql,
    sql`s.token_hash = ${hashToken(token)} and s.expires_at > now() and u.disabled_at is null`,
  );
  return row;
}

/**
 * Ends a login: the session goes, and with it (by foreign key) its softphone credential and that one's registrations.
 * An agent without another session is offline.
 */
export async function closeSession(sql: Sql, { id, tenantId, user }: Session): Promise<void> {
  await sql`
    with closed as (
      delete from sessions where tenant_id = ${tenantId} and id = ${id} returning tenant_id, user_id
    ), gone as (
      update agents a set intent = 'offline', reason = 'signed_out',
        state_since = case when interaction_id is null then clock_timestamp() else state_since end
      from closed where a.tenant_id = closed.tenant_id and a.user_id = closed.user_id
        and not exists (select from sessions s where s.tenant_id = ${tenantId} and s.user_id = ${user.id}
          and s.id <> ${id} and s.expires_at > now())
    )
    insert into events (tenant_id, type, user_id) select tenant_id, 'session_closed', user_id from closed`;
}

function sessionsWhere(sql: Sql, condition: Fragment) {
  return sql<Session[]>`
    select s.id, s.tenant_id as "tenantId", s.expires_at as "expiresAt",
      json_build_object('id', u.id, 'name', u.name, 'email', u.email, 'role', u.role, 'locale', u.locale) as user
    from sessions s join users u on u.tenant_id = s.tenant_id and u.id = s.user_id
    where ${condition} limit 500`;
}

/** Sessions whose time is over and which nobody has closed. */
export const expiredSessions = (sql: Sql) => sessionsWhere(sql, sql`s.expires_at <= now()`);

/** All sessions of a user. */
export const sessionsOf = (sql: Sql, { tenantId, userId }: { tenantId: string; userId: string }) =>
  sessionsWhere(sql, sql`s.tenant_id = ${tenantId} and s.user_id = ${userId}`);
