import type { Desk, Interaction } from '../api/types.js';

/** Something that happened at the desk without the agent's doing, and would otherwise just vanish. */
export type Notice =
  | { kind: 'offer_gone'; interaction: Interaction }
  /** It was offered to several, and a colleague took it. */
  | { kind: 'offer_taken'; interaction: Interaction; by: string }
  /** The agent's line failed before the customer was reached: somebody else is asked. */
  | { kind: 'sent_back'; interaction: Interaction }
  /** The talk, or the way to it, ended in this outcome. */
  | { kind: 'call_ended'; interaction: Interaction; outcome: string }
  /** The time for wrap-up was over. */
  | { kind: 'wrap_up_over'; interaction: Interaction };

const onTheWay: ReadonlySet<string> = new Set(['accepted', 'dialing', 'bridged']);

/** Whether it goes on as a part, or as the whole that it was a part of: a customer is passed on, or comes back. */
function isPassedOn(was: Interaction, { current, recent }: Desk): boolean {
  if (current && (current.partOf === was.id || current.id === was.partOf)) return true;
  return recent.some(({ partOf }) => partOf === was.id);
}

/** `mine` are the ids of the interactions that the agent is declining, hanging up or finishing. */
export function noticeOf(before: Desk | null, after: Desk, mine: ReadonlySet<string>): Notice | null {
  const was = before?.current ?? null;
  if (!was || mine.has(was.id) || isPassedOn(was, after)) return null;
  const is = after.current?.id === was.id ? after.current : null;
  if (was.state === 'offered' && !is)
    return after.taken?.id === was.id
      ? { kind: 'offer_taken', interaction: was, by: after.taken.by }
      : { kind: 'offer_gone', interaction: was };
  if (was.state === 'wrap_up' && !is) return { kind: 'wrap_up_over', interaction: was };
  if (!onTheWay.has(was.state)) return null;
  const ended = is ?? after.recent.find(interaction => interaction.id === was.id);
  if (!ended || ended.state === 'waiting') return { kind: 'sent_back', interaction: was };
  if (onTheWay.has(ended.state)) return null;
  if (ended.outcome === null || ended.outcome === 'completed') return null;
  return { kind: 'call_ended', interaction: ended, outcome: ended.outcome };
}
