import type { Fragment, Sql } from '../store/index.js';

/**
 * The life of a callback as a table: state × event → state. The statements in transitions/ take the states they may
 * leave from here, so the table is what the database enforces; a test walks every cell against it.
 *
 *   scheduled → waiting → offered → accepted → dialing → bridged → wrap_up → done
 */
export const states = [
  'scheduled',
  'waiting',
  'offered',
  'accepted',
  'dialing',
  'bridged',
  'wrap_up',
  'done',
] as const;
export type InteractionState = (typeof states)[number];

/** The states in which a request lives: the same one asked for again is this one. */
export const liveStates: InteractionState[] = states.filter(state => state !== 'wrap_up' && state !== 'done');

/**
 * The same, as written in a statement: an index for live requests alone is of use only where the plan is made knowing that these
 * are asked for. With parameters in their place the statement is planned anew each time.
 */
export function live(sql: Sql): Fragment {
  return sql.unsafe(`(${liveStates.map(state => `'${state}'`).join(', ')})`);
}

export type InteractionEvent =
  /** Its time has come. */
  | 'due'
  /** Another time was chosen, or now. */
  | 'rescheduled'
  /** An agent was reserved for it and is being rung; or several, of whom the first has it. */
  | 'offered'
  /** The agent took it. */
  | 'accepted'
  /** The agent does not want it: the next one is asked. */
  | 'declined'
  /** The agent did not take it in time (ring no answer): he is paused, the next one is asked. */
  | 'offer_expired'
  /** The agent's leg failed or was lost before the customer had answered: the next agent is asked. */
  | 'agent_lost'
  /** One of several to whom it is offered is not asked any more: the others still are. */
  | 'dropped_out'
  /** The customer's phone is being called. */
  | 'dialing'
  /** The customer is on the line, and is asked to press 1. */
  | 'confirm_asked'
  /** He has pressed it. */
  | 'confirmed'
  /** The customer is on the line before his agent is: from now on he hears music until the two hear each other. */
  | 'customer_answered'
  /** The customer answered; the two hear each other. */
  | 'bridged'
  /** The agent's line is lost while they talk: the customer hears music, and the agent is given time to come back. */
  | 'agent_away'
  /** He is back, and the two hear each other again. */
  | 'agent_back'
  /** The page in which the customer talks is lost: his agent hears music, and he is given time to come back. */
  | 'customer_away'
  /** He is back, and the two hear each other again. */
  | 'customer_back'
  /** The agent has put the customer on hold: he hears music. */
  | 'customer_held'
  /** The agent has taken him back, and the two hear each other again. */
  | 'customer_resumed'
  /** The agent is gone while the customer is on the line: he hears music, and the next agent is asked at once. */
  | 'agent_gone'
  /** No next agent came for the customer on the line: he is called again when there is one. */
  | 'customer_released'
  /** A caller on the line hangs up and keeps his place: he is called when it is his turn. */
  | 'place_kept'
  /** His flow leads a caller out of the queue. */
  | 'flowed_out'
  /** The customer hung up before he had talked with anybody. */
  | 'customer_left'
  /** The customer was being called or was on the line, and the system has lost him: he keeps his place, and is called again. */
  | 'customer_lost'
  /** We have cut off a talk: the customer keeps his place, and is called again. */
  | 'cut_off'
  /** The customer was not reached, and it is over. */
  | 'customer_failed'
  /** He was not reached, and is tried again at a time. */
  | 'retry_scheduled'
  /** He was not reached, or cut off again and again, and a person has to say what next. */
  | 'held'
  /** It waits in another queue from now on, by the rule of the one it was in. */
  | 'overflowed'
  /** It waits in another queue from now on, by a supervisor's word. */
  | 'moved'
  /** It has waited for the longest time of its queue: whoever holds the customer's line offers him something else. */
  | 'wait_limit'
  /** It is closed by a rule of its queue, and no agent has anything to finish. */
  | 'given_up'
  /** A supervisor lets it go first. */
  | 'called_now'
  /** The talk is over. */
  | 'ended'
  /** The agent passed the customer, who hears music, on to a colleague, who is rung. */
  | 'transferred'
  /** The agent passed the customer on to a queue: there he stands where he stood when he first asked. */
  | 'requeued'
  /** The agent passed the customer on to a number outside. */
  | 'forwarded'
  /** The customer's talk with the number outside is over. */
  | 'forward_ended'
  /** The colleague who was consulted goes on with the customer. */
  | 'handed_over'
  /** A supervisor goes on with the customer. */
  | 'taken_over'
  /** Whom the customer was passed on to does not have him: he goes back to the agent who did it. */
  | 'recalled'
  /** A colleague's help is over; he is free at once. */
  | 'consult_over'
  /** A call that its agent began himself is over, and leaves nothing to be finished. */
  | 'call_over'
  /** The customer took the request back. */
  | 'cancelled'
  /** Wrap-up is over; the agent is free again. */
  | 'finished';

type Row = Partial<Record<InteractionEvent, InteractionState>>;

export const transitions: Readonly<Record<InteractionState, Row>> = {
  scheduled: { due: 'waiting', called_now: 'waiting', rescheduled: 'scheduled', cancelled: 'done' },
  waiting: {
    offered: 'offered',
    called_now: 'waiting',
    rescheduled: 'scheduled',
    overflowed: 'waiting',
    moved: 'waiting',
    wait_limit: 'waiting',
    customer_released: 'waiting',
    customer_lost: 'waiting',
    // Of a customer on the line whose agent is gone, by the rule for that.
    retry_scheduled: 'scheduled',
    held: 'scheduled',
    given_up: 'done',
    recalled: 'offered',
    consult_over: 'done',
    call_over: 'done',
    place_kept: 'scheduled',
    flowed_out: 'done',
    customer_left: 'done',
    cancelled: 'done',
  },
  offered: {
    accepted: 'accepted',
    // An agent whose phone is answered has taken the offer: `accepted` is logged with it.
    dialing: 'dialing',
    // A customer who is on the line is bridged as soon as his agent's phone is answered.
    bridged: 'bridged',
    dropped_out: 'offered',
    declined: 'waiting',
    offer_expired: 'waiting',
    agent_lost: 'waiting',
    agent_gone: 'waiting',
    customer_lost: 'waiting',
    held: 'scheduled',
    consult_over: 'done',
    call_over: 'done',
    customer_left: 'done',
    cancelled: 'done',
  },
  accepted: {
    dialing: 'dialing',
    bridged: 'bridged',
    declined: 'waiting',
    agent_lost: 'waiting',
    agent_gone: 'waiting',
    customer_lost: 'waiting',
    held: 'scheduled',
    consult_over: 'done',
    call_over: 'done',
    customer_left: 'done',
    cancelled: 'done',
  },
  dialing: {
    confirm_asked: 'dialing',
    confirmed: 'dialing',
    customer_answered: 'dialing',
    bridged: 'bridged',
    customer_failed: 'wrap_up',
    retry_scheduled: 'scheduled',
    held: 'scheduled',
    given_up: 'done',
    agent_lost: 'waiting',
    agent_gone: 'waiting',
    customer_lost: 'waiting',
    call_over: 'done',
    customer_left: 'done',
    cancelled: 'done',
  },
  bridged: {
    agent_away: 'bridged',
    agent_back: 'bridged',
    customer_away: 'bridged',
    customer_back: 'bridged',
    customer_held: 'bridged',
    customer_resumed: 'bridged',
    ended: 'wrap_up',
    agent_gone: 'waiting',
    cut_off: 'waiting',
    // He has been cut off too often.
    held: 'scheduled',
    transferred: 'offered',
    requeued: 'waiting',
    forwarded: 'bridged',
    forward_ended: 'done',
    handed_over: 'bridged',
    taken_over: 'bridged',
    recalled: 'offered',
    consult_over: 'done',
    call_over: 'done',
    cancelled: 'wrap_up',
  },
  wrap_up: { finished: 'done' },
  done: {},
};

/** The states that an event may find, and where it leads: all cells of its column lead to one state, but for `cancelled`. */
export function leaving(event: InteractionEvent, to: InteractionState): InteractionState[] {
  return states.filter(state => transitions[state][event] === to);
}

/** The states that an event may find. */
export function statesBefore(event: InteractionEvent): InteractionState[] {
  return states.filter(state => transitions[state][event] !== undefined);
}

export type Outcome =
  | 'completed'
  | 'cancelled'
  | 'busy'
  | 'no_answer'
  | 'rejected'
  | 'unreachable'
  | 'invalid_number'
  | 'no_trunk'
  | 'agent_lost'
  | 'failed'
  /** The customer hung up before he had talked with anybody. */
  | 'abandoned'
  /** He answered, and did not press 1. */
  | 'not_confirmed'
  /** It had waited for the longest time of its queue. */
  | 'queue_timeout'
  /** Of an agent's part: he passed the customer on. */
  | 'transferred'
  /** Of an agent's part: we have cut it off, and the customer is called again. */
  | 'cut_off'
  /** His flow led the caller out of the queue. */
  | 'flowed_out'
  /** He is promised a call already. */
  | 'merged';
