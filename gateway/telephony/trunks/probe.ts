import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from '../../errors.js';
import type { Trunk } from '../dialplan/index.js';
import type { TrunkTest } from '../port.js';
import type { TrunkJudge } from './check.js';
import { TrunkBarred, type TrunkLink } from './link.js';

/** RFC 3261 17.1.2.2 waits for half a minute; who has pressed a button waits for so long, milliseconds. */
const patienceMs = 8_000;

/** Asks a trunk by OPTIONS because somebody wants to know. An answer makes one good again that was passed over. */
export async function probe(
  trunk: Trunk,
  { link, judge }: { link: TrunkLink; judge: TrunkJudge },
): Promise<TrunkTest> {
  const began = performance.now();
  const took = () => Math.round(performance.now() - began);
  const late = new AbortController();
  try {
    const response = await Promise.race([
      link.request(trunk, { method: 'OPTIONS' }),
      delay(patienceMs, undefined, { signal: late.signal, ref: false }),
    ]);
    // Without an address the SIP server has made it up: nobody answered.
    if (!response?.source_address)
      return { answered: false, status: null, reason: 'no_answer', milliseconds: took() };
    const { status, reason } = response;
    const milliseconds = took();
    if (status !== 503) await judge.judge(trunk, 'works');
    return { answered: true, status, reason, milliseconds };
  } catch (error) {
    if (!link.connected()) throw new ApiError('unavailable', { cause: error });
    // Else the SIP server will not send it: it does not have the transport.
    const reason = error instanceof TrunkBarred ? 'not_public' : 'not_sent';
    return { answered: false, status: null, reason, milliseconds: took() };
  } finally {
    late.abort();
  }
}
