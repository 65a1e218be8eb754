import type { SipRequest } from './message.js';

/** The option tags that are registered (RFC 3261 section 27.1, and the registry it founds), in lower case. */
const registered = new Set([
  ...['100rel', '199', 'answermode', 'early-session', 'eventlist', 'explicitsub', 'from-change'],
  ...['geolocation-http', 'geolocation-sip', 'gin', 'gruu', 'histinfo', 'ice', 'join', 'multiple-refer'],
  ...['norefersub', 'nosub', 'outbound', 'path', 'policy', 'precondition', 'pref', 'privacy'],
  ...['recipient-list-invite', 'recipient-list-message', 'recipient-list-subscribe', 'record-aware'],
  ...['replaces', 'resource-priority', 'sdp-anat', 'sec-agree', 'siprec', 'tdialog', 'timer'],
  ...['trickle-ice', 'uui'],
]);

/**
 * What a request demands that nobody can know (RFC 3261 section 8.2.2.3), as the value of Unsupported; undefined when
 * there is nothing of that kind. Whether a registered extension is supported is for the application to say.
 */
export function unknownExtensions(request: SipRequest): string | undefined {
  if (request.first('require') === undefined) return undefined;
  const demanded = request
    .all('require')
    .flatMap(value => value.split(','))
    .map(tag => tag.trim());
  const unknown = demanded.filter(tag => tag !== '' && !registered.has(tag.toLowerCase()));
  return unknown.length > 0 ? unknown.join(', ') : undefined;
}
