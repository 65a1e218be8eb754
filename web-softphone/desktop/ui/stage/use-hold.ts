import type { Interaction } from '../../api/types.js';
import { isOnHold } from '../../softphone/call.js';
import { useAction, useDesktop, useStore } from '../hooks.js';

/** The hold of a talk: what the server knows of it, and what may be done with it here. */
export interface Hold {
  state: 'none' | 'holding' | 'held' | 'resuming';
  /** Holds, or takes back; null: not now. */
  toggle: (() => void) | null;
  /** Why the last try failed. */
  failure: unknown;
}

/**
 * The server holds, and knows for how long. Who helps a colleague has no customer of his own: his line here holds. What a
 * telephone holds, that one takes back.
 */
export function useHold(interaction: Interaction): Hold {
  const { hold, softphone } = useDesktop();
  const { phase } = useStore(softphone.call);
  const changing = useAction(hold, interaction.id);
  const held = interaction.heldSince !== null;
  const pending = changing.pending || phase === 'holding' || phase === 'resuming';
  const byLine = interaction.partOf !== null || isOnHold(phase);
  const possible =
    interaction.state === 'bridged' &&
    interaction.agentAwayUntil === null &&
    !pending &&
    (byLine ? phase === 'connected' || phase === 'held' : !interaction.heldByPhone);
  const toggle = byLine ? () => softphone.toggleHold() : () => void hold.run(interaction.id, !held);
  return {
    state: pending ? (held ? 'resuming' : 'holding') : held ? 'held' : 'none',
    toggle: possible ? toggle : null,
    failure: changing.failure,
  };
}
