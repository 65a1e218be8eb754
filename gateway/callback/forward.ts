import { aborted } from '../aborted.js';
import { endForward, type ReservedInteraction, recall } from '../acd/index.js';
import { dialPhone, isLost, type Leg, partyJoins, partyLeaves, partyRings } from '../calls/index.js';
import { takeStep, untilTaken } from '../store/index.js';
import { CallFailure } from '../telephony/index.js';
import { type CustomerLine, isGone } from './customer-line.js';
import { EarlyMedia } from './early-media.js';
import { goesOnLater } from './talk.js';
import type { Heir } from './talk-parties.js';
import { type ServiceParts, type StopReason, stopReason, type Turn } from './turn.js';

/**
 * The customer and a number outside talk, without an agent, until either hangs up. If the number is not reached, the
 * customer goes back to the agent who passed him on, or to the next one.
 * @returns the offer to that agent, where there is one
 */
export async function forward(
  parts: ServiceParts,
  turn: Turn,
  customer: CustomerLine,
  { party, leg }: Heir,
): Promise<ReservedInteraction | undefined> {
  const { sql, logger } = parts;
  const { interaction, stop } = turn;
  let third: Leg;
  try {
    third = leg ?? (await dial(parts, turn, customer, party));
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    const reason = error.outcome;
    logger.info({ outcome: reason, sipStatus: error.sipStatus }, 'number outside not reached');
    await untilTaken(() => partyLeaves(sql, party, stop.signal.aborted ? 'talk_over' : reason));
    if (!stop.signal.aborted) {
      void customer.wait();
      return await takeStep(interaction, ref => recall(sql, ref, reason));
    }
    await over(parts, turn);
    return undefined;
  }
  const unfollow = customer.onMoved(() => {
    const heard = customer.away
      ? third.endpoint.play({ file: turn.music }, { times: 'forever' })
      : customer.join(third.endpoint);
    heard.catch(error => logger.warn({ err: error }, 'not everybody hears whom he should'));
  });
  try {
    await Promise.all([
      customer.away ? undefined : customer.join(third.endpoint),
      party.state === 'joined' ? undefined : untilTaken(() => partyJoins(sql, party)),
    ]);
    let how = 'talk_over';
    void third.ended.then(end => {
      if (end !== 'by_us') how = isLost(end) ? 'lost' : end;
      // An engine that loses one of the two has cut off the customer.
      stop.abort((end === 'dropped' ? 'customer_dropped' : 'agent_left') satisfies StopReason);
    });
    await aborted(stop.signal);
    await untilTaken(() => partyLeaves(sql, party, how));
    await over(parts, turn);
  } finally {
    unfollow();
    await third.end();
  }
  return undefined;
}

async function dial(
  parts: ServiceParts,
  turn: Turn,
  customer: CustomerLine,
  party: Heir['party'],
): Promise<Leg> {
  const { interaction, terms, stop, logger } = turn;
  const rung = AbortSignal.timeout(terms.ringSeconds * 1000);
  customer.stopWaiting();
  const early = new EarlyMedia(customer.endpoint, terms.country);
  await untilTaken(() => partyRings(parts.sql, party));
  try {
    return await dialPhone(parts, {
      tenantId: interaction.tenantId,
      interactionId: interaction.id,
      owner: turn.owner,
      number: party.phone ?? '',
      callerId: terms.callerId,
      role: 'third',
      holdMusic: turn.music,
      signal: AbortSignal.any([stop.signal, rung]),
      onProgress: (progress, endpoint) => {
        early
          .progress(progress, endpoint)
          .catch(error => logger.warn({ err: error }, 'early media not heard'));
      },
    });
  } catch (error) {
    if (rung.aborted && error instanceof CallFailure) throw new CallFailure('no_answer', error.message);
    throw error;
  }
}

async function over(parts: ServiceParts, turn: Turn): Promise<void> {
  const reason = stopReason(turn);
  if (reason === 'taken_back' || (await goesOnLater(parts, turn))) return;
  const endedBy =
    reason === 'customer_left'
      ? 'customer'
      : reason === 'shutdown' || (reason && isGone(reason))
        ? 'system'
        : 'agent';
  const outcome = endedBy === 'system' ? 'failed' : 'completed';
  await untilTaken(() => endForward(parts.sql, turn.interaction, { outcome, endedBy }));
}
