import { createHash, randomBytes } from 'node:crypto';
import { ApiError } from '../../errors.js';
import type { Sql } from '../../store/index.js';
import { hashPassword } from '../password.js';
import { type Administrator, auditEvent } from './audit.js';

const invitationDays = 7;

const hashOf = (token: string) => createHash('sha256').update(token).digest();

export interface Invitation {
  /** Shown once; only its hash is kept. */
  token: string;
  expiresAt: Date;
}

/**
 * Lets a user choose a password: the first one, or a new one. An earlier invitation of his is void by it.
 * @throws ApiError not_found
 */
export async function invite(sql: Sql, by: Administrator, userId: string): Promise<Invitation> {
  const token = randomBytes(32).toString('base64url');
  const [row] = await sql<{ expiresAt: Date }[]>`
    with changed as (
      select tenant_id, id, name from users where tenant_id = ${by.tenantId} and id = ${userId} and disabled_at is null
    ), invited as (
      insert into invitations (tenant_id, user_id, token_hash, expires_at)
      select tenant_id, id, ${hashOf(token)}, now() + make_interval(days => ${invitationDays}) from changed
      on conflict (user_id) do update set token_hash = excluded.token_hash, expires_at = excluded.expires_at
      returning expires_at
    ), audited as (${auditEvent(sql, by, { kind: 'invitation', action: 'created', name: sql`name` })})
    select expires_at as "expiresAt" from invited`;
  if (!row) throw new ApiError('not_found');
  return { token, expiresAt: row.expiresAt };
}

/**
 * Takes an invitation: sets the password, ends what was signed in with the old one. An invitation works once.
 * @returns whose it was
 * @throws ApiError invitation_invalid
 */
export async function acceptInvitation(
  sql: Sql,
  token: string,
  password: string,
): Promise<{ tenantId: string; userId: string; email: string }> {
  const passwordHash = await hashPassword(password);
  const [row] = await sql<{ tenantId: string; userId: string; email: string }[]>`
    with used as (
      delete from invitations where token_hash = ${hashOf(token)} and expires_at > now() returning tenant_id, user_id
    ), set as (
      update users u set password_hash = ${passwordHash}, version = version + 1 from used
      where u.tenant_id = used.tenant_id and u.id = used.user_id and u.disabled_at is null
      returning u.tenant_id, u.id, u.email
    ), logged as (
      insert into events (tenant_id, type, user_id) select tenant_id, 'password_set', id from set
    )
    select tenant_id as "tenantId", id as "userId", email from set`;
  if (!row) throw new ApiError('invitation_invalid');
  return row;
}
