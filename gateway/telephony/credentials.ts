import { randomBytes } from 'node:crypto';
import { type Sql, transaction } from '../store/index.js';
import { dropCredential, replaceCredential, type SessionOfUser } from './credentials-sql.js';
import { ha1 } from './digest.js';
import { type IceServerSetting, iceServersFor } from './ice-servers.js';
import type { SoftphoneCredential } from './port.js';

export interface SoftphoneSettings {
  /** Where browsers reach the SIP server. */
  wsUrl: string;
  /** Host part of the softphones' addresses, and the realm of their digest. */
  domain: string;
  /** How long a credential is good, at most; it never outlives its session. */
  credentialSeconds: number;
  iceServers: readonly IceServerSetting[];
}

/** The login session is over. */
export class SessionOverError extends Error {
  override readonly name = 'SessionOverError';
  constructor() {
    super('The login session is over');
  }
}

/**
 * A new credential of the session in place of the one it had. The password is told this once; what is stored cannot be
 * turned back into it.
 * @throws SessionOverError
 */
export async function issueCredential(
  sql: Sql,
  session: SessionOfUser,
  { wsUrl, domain, credentialSeconds, iceServers }: SoftphoneSettings,
): Promise<{ credential: SoftphoneCredential; unregistered: boolean }> {
  const username = randomBytes(12).toString('hex');
  const password = randomBytes(16).toString('base64url');
  const { expiresAt, unregistered } = await replaceCredential(sql, session, {
    username,
    ha1: ha1(username, domain, password),
    lifeSeconds: credentialSeconds,
  });
  if (!expiresAt) throw new SessionOverError();
  const uri = `sip:${username}@${domain}`;
  return {
    credential: {
      wsUrl,
      uri,
      username,
      password,
      expiresAt: expiresAt.toISOString(),
      iceServers: iceServersFor(iceServers, username),
    },
    unregistered,
  };
}

/** Takes the session's credential and its bindings. Returns whether the user lost the last softphone by it. */
export async function revokeCredential(sql: Sql, session: SessionOfUser): Promise<boolean> {
  return await transaction(sql, tx => dropCredential(tx, session, 'logged_out'));
}
