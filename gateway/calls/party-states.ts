/**
 * Whoever is in a talk beside its agent and its customer, as a table: state × event → state. The statements in
 * parties.ts take the states they may leave from here; a test walks every cell against the database.
 *
 *   asked → ringing → consulting → joined → left
 */
export const partyStates = [
  'asked',
  'ringing',
  /** Alone with the agent; the customer hears music. */
  'consulting',
  /** In the talk. */
  'joined',
  'left',
] as const;
export type PartyState = (typeof partyStates)[number];

export const partyEvents = [
  /** His phone rings, or he is offered it. */
  'party_rings',
  /** He answered, and talks with the agent alone. */
  'party_answered',
  /** He answered into the talk, or was let into it. */
  'party_joined',
  /** A supervisor listens, whispers or barges from now on. */
  'party_role',
  /** He did not come, went, was sent away, or goes on as the agent. */
  'party_left',
] as const;
export type PartyEvent = (typeof partyEvents)[number];

type Row = Partial<Record<PartyEvent, PartyState>>;

export const partyTransitions: Readonly<Record<PartyState, Row>> = {
  asked: { party_rings: 'ringing', party_role: 'asked', party_left: 'left' },
  ringing: {
    party_answered: 'consulting',
    party_joined: 'joined',
    party_role: 'ringing',
    party_left: 'left',
  },
  consulting: { party_joined: 'joined', party_role: 'consulting', party_left: 'left' },
  joined: { party_role: 'joined', party_left: 'left' },
  left: {},
};

/** The states that an event may find. */
export function partyStatesBefore(event: PartyEvent): PartyState[] {
  return partyStates.filter(state => partyTransitions[state][event] !== undefined);
}
