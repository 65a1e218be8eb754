import { agentGone, bridge, end, isAnotherFree, type Outcome } from '../acd/index.js';
import type { Leg } from '../calls/index.js';
import { untilTaken } from '../store/index.js';
import type { CustomerLine } from './customer-line.js';
import { type ServiceParts, type StopReason, stopReason, type Turn } from './turn.js';

/** What a talk that is stopped for a reason has come to; the others were written by whoever stopped it. */
const talkEndings: Partial<
  Record<StopReason, { outcome: Outcome; endedBy: 'agent' | 'customer' | 'system' }>
> = {
  hangup: { outcome: 'completed', endedBy: 'agent' },
  agent_left: { outcome: 'completed', endedBy: 'agent' },
  // While nobody else is free to go on with the customer.
  agent_lost: { outcome: 'agent_lost', endedBy: 'system' },
  customer_left: { outcome: 'completed', endedBy: 'customer' },
  customer_lost: { outcome: 'failed', endedBy: 'system' },
  shutdown: { outcome: 'failed', endedBy: 'system' },
};

/**
 * Joins agent and customer, lasts until somebody ends it, and writes down who and how.
 * @returns false when it did not begin: the interaction has moved on meanwhile
 */
export async function talk(
  { sql, wrapUps }: ServiceParts,
  turn: Turn,
  agent: Leg,
  customer: CustomerLine,
): Promise<boolean> {
  const { interaction, stop } = turn;
  const [, bridged] = await Promise.all([
    agent.endpoint.bridge(customer.endpoint),
    untilTaken(() => bridge(sql, interaction)),
  ]);
  if (!bridged) return false;
  if (!stop.signal.aborted) await new Promise(resolve => stop.signal.addEventListener('abort', resolve));
  const reason = stopReason(turn);
  if (reason === 'agent_lost' && (await untilTaken(() => isAnotherFree(sql, interaction)))) {
    await untilTaken(() => agentGone(sql, interaction, 'lost'));
    return true;
  }
  if (reason === 'agent_lost') await customer.end();
  const ending = reason && talkEndings[reason];
  if (!ending) return true;
  const ended = await untilTaken(() => end(sql, interaction, ending.outcome, ending.endedBy));
  if (ended) wrapUps.schedule(ended);
  return true;
}
