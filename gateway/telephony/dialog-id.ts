import { createHash, randomUUID } from 'node:crypto';

/**
 * The SIP server names a dialog by its Call-ID and the caller's From tag. Both are made here, the tag from the Call-ID,
 * so that the Call-ID alone is enough to end a dialog of an earlier run. It is random, and so then is the tag
 * (RFC 3261 19.3).
 */
export const newCallId = (): string => randomUUID();

export function fromTag(callId: string): string {
  return createHash('sha256').update(callId).digest('hex').slice(0, 16);
}

/**
 * The SIP server's name for a dialog: of one that we began, from its Call-ID; one that the peer began is called by that
 * name from the beginning, for its tag is the peer's.
 */
export const dialogIdOf = (callId: string): string =>
  callId.includes(';from-tag=') ? callId : `${callId};from-tag=${fromTag(callId)}`;
