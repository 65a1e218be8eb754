/** What a proxy refuses to forward (RFC 3261 section 16.3, RFC 5393 section 5). */
import type { SipRequest } from '../message/message.js';
import { splitList } from '../message/name-addr.js';
import { reasonPhrase } from '../message/status.js';
import type { TemplateField } from '../message/template.js';
import type { Flow } from '../transport/transport.js';
import { isLoop, routingDigest } from './loop.js';
import type { OwnAddresses } from './own-addresses.js';

const defaultMaxForwards = 70;
const defaultMaxBreadth = 60;

/** A request that may be forwarded, with what is counted down on the way. */
export interface Forwardable {
  digest: string;
  /** As it goes on. */
  maxForwards: number;
  /** How many branches each of its own may have at once. */
  maxBreadth: number;
}

/** The answer to a request that goes no further. */
export interface Refusal {
  status: number;
  reason: string;
  fields?: readonly TemplateField[];
}

export const refusal = (status: number): Refusal => ({ status, reason: reasonPhrase(status) });

export const isRefusal = (checked: Forwardable | Refusal): checked is Refusal => 'status' in checked;

/**
 * Whether it may go on.
 * @param branches how many at once
 */
export function validated(
  request: SipRequest,
  inbound: Flow,
  own: OwnAddresses,
  branches: number,
): Forwardable | Refusal {
  const maxForwards = Number(request.first('max-forwards') ?? defaultMaxForwards + 1);
  if (maxForwards === 0) return refusal(483);
  const required = request.all('proxy-require').flatMap(splitList);
  if (required.length > 0) {
    const unsupported = { id: 'unsupported', name: 'Unsupported', value: required.join(', ') };
    return { ...refusal(420), fields: [unsupported] };
  }
  const digest = routingDigest(request, inbound);
  if (isLoop(request, digest, own)) return refusal(482);
  const maxBreadth = Math.floor(breadthOf(request) / branches);
  return maxBreadth < 1 ? refusal(440) : { digest, maxForwards: maxForwards - 1, maxBreadth };
}

function breadthOf(request: SipRequest): number {
  const value = request.first('max-breadth') ?? '';
  return /^\d{1,9}$/.test(value) ? Number(value) : defaultMaxBreadth;
}
