/** An INVITE that was refused with 422, once more with the interval that the refusal asks for (RFC 4028 section 7.3). */
import type { SipResponse } from '../../message/message.js';
import { newBranch } from '../../message/token.js';
import type { BuiltRequest } from '../client/request-builder.js';
import { deltaSeconds } from './session-expires.js';

/** Undefined when there is nothing to be gained: no interval was asked for, or one as long as the peer wants. */
export function withLongerInterval(
  request: BuiltRequest,
  refusal: SipResponse,
  sequence: number,
): BuiltRequest | undefined {
  const least = deltaSeconds(refusal.first('min-se'));
  const end = request.text.indexOf('\r\n\r\n');
  const lines = request.text.slice(0, end).split('\r\n');
  const asked = lines.find(line => line.startsWith('Session-Expires: '));
  const seconds = deltaSeconds(asked?.slice('Session-Expires: '.length));
  if (asked === undefined || seconds === undefined || least === undefined || least <= seconds)
    return undefined;
  const branch = newBranch();
  const changed = lines
    .filter(line => !line.startsWith('Min-SE: '))
    .flatMap(line => {
      if (line === asked) return [line.replace(/\d+/, String(least)), `Min-SE: ${least}`];
      if (line.startsWith('CSeq: ')) return [`CSeq: ${sequence} ${request.method}`];
      return [line.startsWith('Via: ') ? line.replace(request.branch, branch) : line];
    });
  return { ...request, branch, sequence, text: changed.join('\r\n') + request.text.slice(end) };
}
