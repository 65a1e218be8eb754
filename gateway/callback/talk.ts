import { aborted } from '../aborted.js';
import {
  agentGone,
  bridge,
  type CutOffCause,
  cutOff,
  end,
  forwardToNumber,
  handOver,
  type InteractionRef,
  type Outcome,
  type ServedInteraction,
} from '../acd/index.js';
import type { Party } from '../calls/index.js';
import { type Sql, takeStep } from '../store/index.js';
import type { AgentLine } from './agent-line.js';
import type { CustomerLine } from './customer-line.js';
import type { TalkParties } from './talk-parties.js';
import { type ServiceParts, type StopReason, stopReason, type Turn } from './turn.js';

/** Neither of the two has ended it, nor has the line of one: we have. */
const cuts: Partial<Record<StopReason, CutOffCause>> = {
  customer_dropped: 'engine_lost',
  shutdown: 'shutdown',
};

/** A talk, with an agent or with a number outside, that goes on by another call because we have cut it off. */
export async function goesOnLater({ sql }: ServiceParts, turn: Turn): Promise<boolean> {
  const reason = stopReason(turn);
  const cause = reason && cuts[reason];
  return cause !== undefined && (await takeStep(turn.interaction, ref => cutOff(sql, ref, cause)));
}

/** What a talk that is stopped for a reason has come to; the others were written by whoever stopped it. */
const talkEndings: Partial<
  Record<StopReason, { outcome: Outcome; endedBy: 'agent' | 'customer' | 'system' }>
> = {
  hangup: { outcome: 'completed', endedBy: 'agent' },
  agent_left: { outcome: 'completed', endedBy: 'agent' },
  agent_lost: { outcome: 'agent_lost', endedBy: 'system' },
  agent_dropped: { outcome: 'agent_lost', endedBy: 'system' },
  customer_left: { outcome: 'completed', endedBy: 'customer' },
  customer_lost: { outcome: 'failed', endedBy: 'system' },
  customer_dropped: { outcome: 'failed', endedBy: 'system' },
  shutdown: { outcome: 'failed', endedBy: 'system' },
};

/** Those who talk. */
interface Talkers {
  agent: AgentLine;
  customer: CustomerLine;
  parties: TalkParties;
  /** The agent was in the talk already, and goes on with the customer. */
  goesOn: boolean;
}

/**
 * Joins agent and customer, lasts until somebody ends it, and writes down who and how.
 * @returns false when it did not begin: the interaction has moved on meanwhile
 */
export async function talk(
  parts: ServiceParts,
  turn: Turn,
  { agent, customer, parties, goesOn }: Talkers,
): Promise<boolean> {
  const { sql, wrapUps } = parts;
  const { interaction, stop } = turn;
  const [, bridged] = await Promise.all([
    agent.talk(parties),
    goesOn || takeStep(interaction, ref => bridge(sql, ref)),
  ]);
  if (!bridged) return false;
  await aborted(stop.signal);
  const reason = stopReason(turn);
  if (leavesTalk(reason) && parties.successor && (await succeed(sql, interaction, parties.successor)))
    return true;
  // Whom an agent has called himself nobody else goes on with.
  const lost = reason === 'agent_lost' || reason === 'agent_dropped';
  if (lost && (await takeStep(interaction, ref => agentGone(sql, ref, 'lost')))) return true;
  if (await goesOnLater(parts, turn)) return true;
  if (leavesTalk(reason)) await customer.end();
  const ending = reason && talkEndings[reason];
  if (!ending) return true;
  const ended = await takeStep(interaction, ref => end(sql, ref, ending.outcome, ending.endedBy));
  if (ended) wrapUps.schedule(ended);
  return true;
}

/** The agent's line is over, and nobody has said that the talk is. */
export function leavesTalk(reason: StopReason | undefined): boolean {
  return reason === 'agent_left' || reason === 'agent_lost' || reason === 'agent_dropped';
}

/** An agent who leaves a talk of three leaves the customer to the third. */
async function succeed(sql: Sql, interaction: ServedInteraction, party: Party): Promise<boolean> {
  const { agentId } = interaction;
  if (!agentId) return false;
  const { phone: number } = party;
  const step = (ref: InteractionRef) =>
    number
      ? forwardToNumber(sql, ref, agentId, { number, partyId: party.id })
      : handOver(sql, ref, agentId, party);
  return (await takeStep(interaction, step)) !== undefined;
}
