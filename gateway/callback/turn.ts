import type { Logger } from 'pino';
import type { ReservedInteraction, ServedInteraction, ServiceTerms, WrapUpClock } from '../acd/index.js';
import type { CallParts } from '../calls/index.js';
import type { PromptFiles } from '../prompts/index.js';
import type { Announcements, Sql } from '../store/index.js';
import type { completedElsewhere } from '../telephony/index.js';
import type { ExpectedOffers } from './expected-offers.js';

/** Why a turn ends before its time. */
export type StopReason =
  /** The interaction is over or has another time: cancelled, closed. */
  | 'taken_back'
  /** This agent is no longer asked: he declined, did not answer, was lost. */
  | 'passed_on'
  /** Of several who were asked another one has the customer. */
  | typeof completedElsewhere
  /** Somebody who was in the talk goes on with the customer. */
  | 'handed_over'
  /** The agent pressed hang up. */
  | 'hangup'
  /** The agent's softphone hung up by itself, or its media vanished. */
  | 'agent_left'
  | 'agent_lost'
  /** The same, and an engine of ours has lost it. */
  | 'agent_dropped'
  /** The customer hung up, or his media vanished; or an engine of ours has lost him. */
  | 'customer_left'
  | 'customer_lost'
  | 'customer_dropped'
  /** The gateway goes, and the calls with it. */
  | 'shutdown'
  /** The gateway goes, and the customer on the line stays for the next one. */
  | 'restart';

/** What stored events mean for a turn that is under way. */
export const endings: Readonly<Record<string, StopReason>> = {
  declined: 'passed_on',
  offer_expired: 'passed_on',
  agent_lost: 'passed_on',
  agent_gone: 'passed_on',
  requeued: 'passed_on',
  handed_over: 'handed_over',
  taken_over: 'handed_over',
  forwarded: 'handed_over',
  cancelled: 'taken_back',
  finished: 'taken_back',
  retry_scheduled: 'taken_back',
  held: 'taken_back',
  customer_left: 'taken_back',
  hangup_requested: 'hangup',
};

/** The agent has put the customer on hold, or taken him back. */
export const holds: ReadonlySet<string> = new Set(['customer_held', 'customer_resumed']);

/** After these whoever was asked, or passed on to, does not come: the interaction waits for somebody else. */
export const waitsAgain: ReadonlySet<string> = new Set([
  'declined',
  'offer_expired',
  'agent_lost',
  'agent_gone',
]);

/** One agent's turn with a customer: from the offer to him until he is free of it. */
export interface Turn {
  interaction: ServedInteraction;
  terms: ServiceTerms;
  /** The file with the music for whoever waits or is held. */
  music: string;
  /** Aborted with a StopReason: the agent's leg is freed, whatever it is doing. */
  stop: AbortController;
  /** Aborted when the agent has taken the offer. */
  accepted: AbortController;
  logger: Logger;
  /** What the endpoints of the talk are made beside. */
  owner: string;
}

/** What a callback is served with. */
export interface ServiceParts extends CallParts {
  sql: Sql;
  announcements: Announcements;
  prompts: PromptFiles;
  wrapUps: WrapUpClock;
  /** Offers that belong to a talk which is under way here. */
  expected: ExpectedOffers;
  /** How long the desktop of one of several agents may take to answer before he is rung. */
  desktopAnswerMs: number;
  /** Asks an agent whether he is there, and then has the offer served. */
  propose: (offer: ReservedInteraction) => void;
}

export function stopReason({ stop }: Turn): StopReason | undefined {
  return stop.signal.reason as StopReason | undefined;
}
