import type { Interaction, InteractionState } from '../api/types.js';
import { type CallPhase, isUp } from '../softphone/call.js';

/** The way from accepting to talking, as the agent sees it. */
export const callSteps = ['accepted', 'line', 'dialing', 'talking'] as const;
export type CallStep = (typeof callSteps)[number];

/** Whether its agent began it himself. */
export function isOwnCall({ channel, partOf }: Pick<Interaction, 'channel' | 'partOf'>): boolean {
  return partOf === null && (channel === 'outbound' || channel === 'internal');
}

/** Whether a customer has asked for it: on a page, or by calling. */
export function isAskedFor({ channel }: Pick<Interaction, 'channel'>): boolean {
  return channel === 'callback' || channel === 'call';
}

/** Whether nobody is to hear what his microphone hears: the customer is on hold, and the agent consults nobody meanwhile. */
export function isKeptFromHearing(
  interaction: Pick<Interaction, 'heldSince' | 'partOf' | 'parties'> | null,
): boolean {
  if (interaction === null || interaction.partOf !== null) return false;
  const consults = interaction.parties.some(
    ({ role, state }) => role === 'consult' && state === 'consulting',
  );
  return interaction.heldSince !== null && !consults;
}

/** The index of the step that is being taken: from the server's state, and from this browser's line. */
export function stepAt(state: InteractionState, phase: CallPhase): number {
  switch (state) {
    case 'dialing':
      return 2;
    case 'bridged':
      return 3;
    case 'accepted':
      // The line stands here, and the server is about to dial.
      return isUp(phase) ? 2 : 1;
    default:
      return 0;
  }
}
