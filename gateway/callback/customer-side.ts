import type { Outcome } from '../acd/index.js';
import { dialPhone, type Leg } from '../calls/index.js';
import { untilTaken } from '../store/index.js';
import { CallFailure } from '../telephony/index.js';
import { letGo } from './agent-side.js';
import { EarlyMedia } from './early-media.js';
import { settleFailure } from './settle.js';
import { type ServiceParts, stopReason, type Turn } from './turn.js';

/**
 * Dials the customer, while the agent, where he is on the line already, hears it ring. Undefined: not reached, and the
 * interaction has moved on.
 */
export async function reachCustomer(parts: ServiceParts, turn: Turn, agent?: Leg): Promise<Leg | undefined> {
  const { interaction, terms, music, stop, logger } = turn;
  const rung = AbortSignal.timeout(terms.ringSeconds * 1000);
  const early = agent && new EarlyMedia(agent.endpoint, terms.country);
  try {
    return await dialPhone(parts, {
      tenantId: interaction.tenantId,
      interactionId: interaction.id,
      number: interaction.phone,
      callerId: terms.callerId,
      holdMusic: music,
      signal: AbortSignal.any([stop.signal, rung]),
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
    if (reason === 'hangup' || rung.aborted) await notReached(parts, turn, 'no_answer');
    else if (reason) await letGo(parts, turn, reason, { live: false });
    else await notReached(parts, turn, error.outcome);
    return undefined;
  }
}

async function notReached(parts: ServiceParts, { interaction }: Turn, outcome: Outcome): Promise<void> {
  const closed = await untilTaken(() => settleFailure(parts.sql, interaction, outcome));
  if (closed) parts.wrapUps.schedule(closed);
}
