/**
 * Loops (RFC 3261 section 16.3 item 4, RFC 5393 section 4.2). Our branches end in a digest of all that a request is
 * routed by. It comes back with the same digest: a loop. It comes back with another, because its Request-URI or Route is
 * a different one by now or somebody else brought it: a spiral, which may go on.
 */
import { createHash } from 'node:crypto';
import type { SipRequest } from '../message/message.js';
import { splitList } from '../message/name-addr.js';
import { magicCookie, newBranch } from '../message/token.js';
import { parseVia } from '../message/via.js';
import type { Flow } from '../transport/transport.js';
import type { OwnAddresses } from './own-addresses.js';

const routedBy = ['route', 'proxy-require', 'authorization', 'proxy-authorization'];

/** The digest of a request as it came in; applications may route by its source as well. */
export function routingDigest(request: SipRequest, flow: Flow): string {
  const parts = [
    ...[request.uri, request.callId, request.fromTag ?? '', request.toTag ?? '', request.first('cseq') ?? ''],
    ...[flow.protocol, flow.remoteAddress, String(flow.remotePort)],
    ...routedBy.flatMap(id => request.all(id)),
  ];
  return createHash('sha256').update(parts.join('\n'), 'latin1').digest('hex').slice(0, 16);
}

/** A branch of its own for each target. */
export const branchOf = (digest: string): string => `${newBranch()}.${digest}`;

/** For what is forwarded without a transaction: the same each time it is repeated (RFC 3261 section 16.11). */
export function statelessBranch(request: SipRequest, digest: string): string {
  const via = createHash('sha256')
    .update(request.first('via') ?? '', 'latin1')
    .digest('hex');
  return `${magicCookie}${via.slice(0, 20)}.${digest}`;
}

/** Whether the request has been here before, just so. */
export function isLoop(request: SipRequest, digest: string, own: OwnAddresses): boolean {
  return request
    .all('via')
    .flatMap(splitList)
    .map(parseVia)
    .some(via => via?.branch?.endsWith(`.${digest}`) === true && own.hasSentBy(via));
}
