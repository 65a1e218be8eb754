import { loseCustomer } from '../acd/index.js';
import { callBrowser, dialPhone, type Leg } from '../calls/index.js';
import { untilTaken } from '../store/index.js';
import { CallFailure } from '../telephony/index.js';
import { letGo } from './agent-side.js';
import { reachColleague } from './colleague-call.js';
import { EarlyMedia } from './early-media.js';
import { notReached } from './settle.js';
import { type ServiceParts, stopReason, type Turn } from './turn.js';

/** A page that is open answers by itself, once its visitor has let it have the microphone. */
const browserRingSeconds = 25;

/** An engine of ours was lost while he was called: that says nothing of him. */
async function dropped({ sql }: ServiceParts, { interaction }: Turn): Promise<void> {
  await untilTaken(() => loseCustomer(sql, interaction, 'engine_lost'));
}

/** An agent on the line before his customer is. */
export interface Listening {
  leg: Leg;
  /** Resolves when he has been told whom he will hear. */
  whispered: Promise<unknown>;
}

/**
 * Dials the customer, or the colleague who is called, while the agent, where he is on the line already, hears it ring.
 * Undefined: not reached, and the interaction has moved on.
 */
export async function reachCustomer(
  parts: ServiceParts,
  turn: Turn,
  agent?: Listening,
): Promise<Leg | undefined> {
  const { interaction, terms, music, stop, logger } = turn;
  const inBrowser = terms.via === 'browser';
  const own = terms.channel === 'outbound' || terms.channel === 'internal';
  const rung = AbortSignal.timeout((inBrowser ? browserRingSeconds : terms.ringSeconds) * 1000);
  const early = agent && new EarlyMedia(agent.leg.endpoint, terms.country, agent.whispered);
  const signal = AbortSignal.any([stop.signal, rung]);
  const { tenantId, id: interactionId, phone: number } = interaction;
  try {
    // No network tells of ringing there: the agent hears that somebody is called.
    if (inBrowser || terms.channel === 'internal')
      early?.progress({ status: 180 }).catch(error => logger.warn({ err: error }, 'early media not heard'));
    if (terms.channel === 'internal') return await reachColleague(parts, turn, signal);
    if (inBrowser) return await callBrowser(parts, { tenantId, interactionId, holdMusic: music, signal });
    if (number === null) throw new CallFailure('invalid_number', 'The customer gave no number');
    return await dialPhone(parts, {
      ...{
        tenantId,
        interactionId,
        owner: turn.owner,
        number,
        callerId: terms.callerId,
        holdMusic: music,
        signal,
      },
      onProgress: (progress, endpoint) => {
        early
          ?.progress(progress, endpoint)
          .catch(error => logger.warn({ err: error }, 'early media not heard'));
      },
    });
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    const reason = stopReason(turn);
    logger.info({ outcome: error.outcome, sipStatus: error.sipStatus, reason }, 'customer not reached');
    if (reason === 'taken_back' || reason === 'passed_on') return undefined;
    // Who has called himself gives up himself; a customer who has asked for the call was not reached.
    if (own && (reason === 'hangup' || reason === 'agent_left')) await notReached(parts, turn, 'cancelled');
    else if (reason === 'hangup' || rung.aborted) await notReached(parts, turn, 'no_answer');
    // With an engine both lines are lost, in any order.
    else if (error.outcome === 'dropped' || reason === 'agent_dropped') await dropped(parts, turn);
    else if (reason) await letGo(parts, turn, reason, { live: false });
    else await notReached(parts, turn, error.outcome);
    return undefined;
  } finally {
    early?.end();
  }
}
