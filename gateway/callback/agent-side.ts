import { agentGone, decline, expireOffer, type InteractionRef, loseAgent } from '../acd/index.js';
import { type Leg, ringAgent } from '../calls/index.js';
import { takeStep } from '../store/index.js';
import { CallFailure, completedElsewhere } from '../telephony/index.js';
import { isGone } from './customer-line.js';
import { type ServiceParts, type StopReason, stopReason, type Turn } from './turn.js';

/** How long a softphone may take to answer once its agent has pressed accept, milliseconds. */
const softphoneGraceMs = 10_000;

/** A softphone that is not reachable and sends no audio for so long is gone, milliseconds. */
const silenceMs = 2_000;

/** Whether the customer is on the line: then he goes to the next agent and not back to his place. */
export interface Waiting {
  live: boolean;
}

/** Rings the agent until he answers. Undefined: he was not reached, and the interaction has moved on. */
export async function reachAgent(
  parts: ServiceParts,
  turn: Turn,
  { live }: Waiting,
): Promise<Leg | undefined> {
  const { interaction, music: holdMusic, stop, logger } = turn;
  const { sql, telephony } = parts;
  const { id: interactionId, tenantId, agentId, phone, name } = interaction;
  if (!agentId) throw new Error(`interaction ${interactionId} is offered to nobody`);
  const kind = await telephony.softphoneOf(tenantId, agentId);
  if (!kind) {
    await letGo(parts, turn, 'softphone_gone', { live });
    return undefined;
  }
  const clock = offerClock(parts, turn, { live });
  try {
    const callerName = name ?? undefined;
    return await ringAgent(parts, {
      ...{
        tenantId,
        interactionId,
        userId: agentId,
        kind,
        holdMusic,
        callerName,
        callerNumber: phone,
      },
      owner: turn.owner,
      signal: stop.signal,
    });
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    const reason = stopReason(turn);
    logger.info({ outcome: error.outcome, sipStatus: error.sipStatus, reason }, 'agent not reached');
    if (reason === 'taken_back' || reason === 'passed_on' || reason === completedElsewhere) return undefined;
    // The customer who hangs up while his next agent is rung is dealt with by whoever holds his leg.
    if (live && reason && isGone(reason)) return undefined;
    const refused = !reason && (error.outcome === 'rejected' || error.outcome === 'busy');
    const declined = refused && (await takeStep(interaction, ref => decline(sql, ref, agentId)));
    if (!declined) await letGo(parts, turn, reason ?? lossOf(error), { live });
    return undefined;
  } finally {
    clock.abort();
  }
}

/** Nobody has answered for a softphone that is gone; one that is there and cannot be reached says so. */
function lossOf({ outcome, sipStatus }: CallFailure): string {
  return outcome === 'unreachable' && sipStatus === undefined ? 'softphone_gone' : outcome;
}

/** The agent is no longer in it: the customer on the line gets the next one at once, any other keeps his place. */
export async function letGo(
  { sql }: ServiceParts,
  { interaction }: Turn,
  why: string,
  { live }: Waiting,
): Promise<boolean> {
  const stays = live && why !== ('shutdown' satisfies StopReason);
  const step = stays ? agentGone : loseAgent;
  return (await takeStep(interaction, ref => step(sql, ref, why))) !== undefined;
}

/** A softphone whose signalling is gone may still be talking; if it is silent, too, the agent has left. */
export function watchSoftphone(
  { announcements }: ServiceParts,
  { interaction, logger }: Turn,
  agent: Leg,
): () => void {
  return announcements.onEvent(({ type, userId }) => {
    if (type !== 'softphone_unregistered' || userId !== interaction.agentId) return;
    agent.loseIfSilent(silenceMs).catch(error => logger.error({ err: error }, 'silence not measured'));
  });
}

type Step = (ref: InteractionRef) => Promise<unknown>;

/**
 * The offer's time: until it expires, and after the accept until the softphone has to have answered. Where the customer
 * is on the line first nothing was offered to be accepted: the softphone is rung for as long as an offer lasts.
 */
function offerClock(
  parts: ServiceParts,
  { interaction, terms, stop, accepted, logger }: Turn,
  { live }: Waiting,
): AbortController {
  const { sql } = parts;
  const over = new AbortController();
  let timer: NodeJS.Timeout;
  const withdraw = async (step: Step) => {
    if (await takeStep(interaction, step)) stop.abort('passed_on' satisfies StopReason);
  };
  const limit = (ms: number, step: Step) => {
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        withdraw(step).catch(error => logger.error({ err: error }, 'offer not ended; the recovery ends it'));
      },
      Math.max(0, ms),
    );
  };
  const awaitSoftphone = () =>
    limit(softphoneGraceMs, ref => (live ? agentGone : loseAgent)(sql, ref, 'softphone_silent'));
  if (live && interaction.state === 'dialing')
    limit(terms.offerSeconds * 1000, ref => agentGone(sql, ref, 'no_answer'));
  else limit((interaction.offerExpiresAt?.getTime() ?? 0) - Date.now(), ref => expireOffer(sql, ref));
  if (accepted.signal.aborted) awaitSoftphone();
  accepted.signal.addEventListener('abort', awaitSoftphone, { signal: over.signal });
  for (const signal of [over.signal, stop.signal])
    signal.addEventListener('abort', () => clearTimeout(timer));
  return over;
}
