import type { Sql } from '../store/index.js';
import type { Telephony } from '../telephony/index.js';
import { closeSession, expiredSessions, type Session, sessionsOf } from './sessions.js';

/** Ends a login: first its softphone, which others are told of, then the session itself. */
export async function signOut(sql: Sql, telephony: Telephony, session: Session): Promise<void> {
  const { id: sessionId, tenantId, user } = session;
  await telephony.revokeCredential({ tenantId, userId: user.id, sessionId });
  await closeSession(sql, session);
}

/** Ends every login of a user. */
export async function signOutEverywhere(
  sql: Sql,
  telephony: Telephony,
  user: { tenantId: string; userId: string },
): Promise<void> {
  for (const session of await sessionsOf(sql, user)) await signOut(sql, telephony, session);
}

/** Ends the logins whose time is over. */
export async function sweepSessions(sql: Sql, telephony: Telephony): Promise<void> {
  for (const session of await expiredSessions(sql)) await signOut(sql, telephony, session);
}
