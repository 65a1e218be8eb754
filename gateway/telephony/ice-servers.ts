import { createHmac } from 'node:crypto';
import type { SoftphoneCredential } from './port.js';

/** A STUN or TURN server as it is configured: with `secret`, credentials are made out of it. */
export interface IceServerSetting {
  urls: string;
  username?: string;
  credential?: string;
  secret?: string;
}

/** The draft's own recommendation, and longer than any talk: a TURN server asks again while a relay lives. */
const lifeSeconds = 86_400;

/**
 * What a softphone's browser is told. A TURN server with a shared secret believes whoever shows a name with an end and that
 * name's MAC (draft-uberti-behave-turn-rest-00 section 2.2): it knows no users, and the secret stays here.
 */
export function iceServersFor(
  settings: readonly IceServerSetting[],
  name: string,
  now = Date.now(),
): SoftphoneCredential['iceServers'] {
  return settings.map(({ secret, ...server }) => {
    if (secret === undefined) return server;
    const username = `${Math.floor(now / 1000) + lifeSeconds}:${name}`;
    return { ...server, username, credential: createHmac('sha1', secret).update(username).digest('base64') };
  });
}
