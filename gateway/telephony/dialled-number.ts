import type { Trunk } from './dialplan/index.js';
import { readNumber } from './phone-number.js';
import type { SipRequest } from './srf.js';
import { userOf } from './uri.js';

/**
 * What was dialled. It stands in the request's URI; a trunk that we register with has our contact there, and the number in
 * P-Called-Party-ID (RFC 7315 4.2) or To. The name of our account there is a number only where no other one is meant.
 */
export function dialledNumber(request: Pick<SipRequest, 'uri' | 'get'>, trunk: Trunk): string | undefined {
  const { numberFormat, country, auth, number } = trunk;
  const read = (uri: string) => readNumber(uri, numberFormat, country);
  const account = auth?.username;
  const target = userOf(request.uri);
  const named = ['P-Called-Party-ID', 'To'].map(header => userOf(request.get(header) ?? ''));
  const users = [target === account ? '' : target, ...named.filter(user => !number || user !== account)];
  return users.map(read).find(found => found !== undefined) ?? number;
}
