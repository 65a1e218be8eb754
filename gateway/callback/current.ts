import type { Heir } from './talk-parties.js';
import type { StopReason, Turn } from './turn.js';

/** After these the customer, if he is on the line, stays on it: for the next agent. */
const customerStays: ReadonlySet<StopReason | undefined> = new Set([
  'passed_on',
  'agent_lost',
  'agent_dropped',
  'restart',
  undefined,
]);

/** So long as nobody has talked with him, these leave him on it, too. */
const staysBeforeTalk: ReadonlySet<StopReason | undefined> = new Set(['hangup', 'agent_left']);

/** The turn under way, also before its terms are known. */
export interface Current extends Pick<Turn, 'interaction' | 'stop' | 'accepted'> {
  heir: Heir | undefined;
  /** Whether the customer talks with somebody, or has. */
  talks: boolean;
}

/** Whether its end leaves the customer, if he is on the line, on it. */
export function keepsCustomer({ stop, talks }: Current): boolean {
  const { reason } = stop.signal;
  return customerStays.has(reason) || (!talks && staysBeforeTalk.has(reason));
}

/** What is told of the agent before must not end the turn of this one; nor what is told of him that of his number. */
export function concerns(
  { interaction, heir }: Current,
  reason: StopReason,
  agentId: string | null,
): boolean {
  if (reason === 'taken_back') return true;
  if (agentId !== interaction.agentId) return false;
  return heir?.party.kind !== 'number' || reason === 'hangup';
}
