/**
 * What an agent is, as a table: state × event → state. No column holds it: it follows from what he says he wants to be
 * (intent), whether his desktop answers, and the state of what he is engaged with (docs/decisions/0010). A test walks
 * every cell against the database.
 */
export const agentStates = [
  'offline',
  'ready',
  /** Something is reserved for him, and his desktop is asked whether he is there. */
  'reserved',
  /** It rings. */
  'offered',
  /** He has taken it: his line is made, the customer is called, they talk. */
  'talking',
  'wrap_up',
  'paused',
  /** Ready by his own word, but his desktop did not answer. */
  'unreachable',
] as const;
export type AgentState = (typeof agentStates)[number];

export const agentEvents = [
  'goes_ready',
  'pauses',
  'goes_offline',
  /** His last desktop has been gone for the grace time. */
  'desktop_closed',
  /** The page of his last desktop does not answer. */
  'desktop_frozen',
  'matched',
  /** He calls somebody himself. */
  'dials',
  'probe_answered',
  'probe_unanswered',
  'accepts',
  'declines',
  /** Ring, no answer (RONA). */
  'offer_expires',
  /** It was offered to others, too, and one of them has it. */
  'offer_taken',
  'customer_cancels',
  'talk_ends',
  'wrap_up_ends',
] as const;
export type AgentEvent = (typeof agentEvents)[number];

type Row = Partial<Record<AgentEvent, AgentState>>;

/** What he says of himself while he is engaged is what comes afterwards: nothing is cut by it, so it is in no such row. */
export const agentTransitions: Readonly<Record<AgentState, Row>> = {
  offline: { goes_ready: 'ready', pauses: 'paused' },
  ready: {
    pauses: 'paused',
    goes_offline: 'offline',
    desktop_closed: 'offline',
    desktop_frozen: 'unreachable',
    matched: 'reserved',
    dials: 'talking',
  },
  reserved: {
    probe_answered: 'offered',
    probe_unanswered: 'unreachable',
    accepts: 'talking',
    declines: 'ready',
    offer_expires: 'paused',
    offer_taken: 'ready',
    customer_cancels: 'ready',
  },
  offered: {
    accepts: 'talking',
    declines: 'ready',
    offer_expires: 'paused',
    offer_taken: 'ready',
    customer_cancels: 'ready',
  },
  talking: { talk_ends: 'wrap_up', customer_cancels: 'wrap_up' },
  wrap_up: { wrap_up_ends: 'ready' },
  paused: { goes_ready: 'ready', goes_offline: 'offline', desktop_closed: 'offline', dials: 'talking' },
  unreachable: {
    goes_ready: 'ready',
    pauses: 'paused',
    goes_offline: 'offline',
    desktop_closed: 'offline',
    dials: 'talking',
  },
};
