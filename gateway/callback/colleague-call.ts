import { askCallee, bridge, endConsult } from '../acd/index.js';
import type { Leg } from '../calls/index.js';
import { takeStep, untilTaken } from '../store/index.js';
import { CallFailure, type CallOutcome } from '../telephony/index.js';
import { watchSoftphone } from './agent-side.js';
import { askColleague } from './asked-colleague.js';
import { followPhoneHold } from './phone-hold.js';
import type { ServiceParts, Turn } from './turn.js';

/** Why a colleague did not come, as what his telephone would have said. */
const outcomes: Readonly<Record<string, CallOutcome>> = {
  rejected: 'rejected',
  no_answer: 'no_answer',
  busy: 'busy',
};

/**
 * Calls the colleague whom an agent wants to talk with, until he answers. He is asked as for anything else; his piece of
 * work is over when his line is.
 * @throws CallFailure
 */
export async function reachColleague(parts: ServiceParts, turn: Turn, signal: AbortSignal): Promise<Leg> {
  const { sql, logger } = parts;
  const { interaction, music } = turn;
  const part = await takeStep(interaction, ref => askCallee(sql, ref));
  if (!part) throw new CallFailure('busy', 'The colleague cannot be rung any more');
  return await new Promise<Leg>((resolve, reject) => {
    const asked = { part, inParticular: true, owner: interaction.id, music, unwanted: signal };
    askColleague(parts, asked, (own, leg) => talkUntilGone(parts, own, leg, resolve))
      .then(why => reject(new CallFailure(outcomes[why] ?? 'unreachable', `The colleague: ${why}`)), reject)
      .then(() => untilTaken(() => endConsult(sql, part)))
      .catch(error => logger.error({ err: error, part: part.id }, 'the end of a call is not written down'));
  });
}

/** He is there, and the caller's from now on; resolves when he is gone. */
async function talkUntilGone(
  parts: ServiceParts,
  own: Turn,
  leg: Leg,
  there: (leg: Leg) => void,
): Promise<string> {
  const unwatch = watchSoftphone(parts, own, leg);
  const hangUp = () => {
    leg.end().catch(error => own.logger.warn({ err: error }, 'leg not freed'));
  };
  own.stop.signal.addEventListener('abort', hangUp);
  try {
    const begun = await takeStep(own.interaction, ref => bridge(parts.sql, ref));
    if (!begun || own.stop.signal.aborted) {
      await leg.end();
      return 'hung_up';
    }
    followPhoneHold(parts, own.interaction, leg);
    there(leg);
    await leg.ended;
    return 'hung_up';
  } finally {
    unwatch();
  }
}
