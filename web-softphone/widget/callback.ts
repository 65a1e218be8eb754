/** What the API says of a site and of a callback, as far as the visitor's side needs it. */
export const states = ['scheduled', 'waiting', 'offered', 'accepted', 'dialing', 'bridged', 'done'] as const;
export type CallbackState = (typeof states)[number];

export const outcomes = [
  'completed',
  'cancelled',
  'busy',
  'no_answer',
  'rejected',
  'unreachable',
  'invalid_number',
  'no_trunk',
  'agent_lost',
  'failed',
  'abandoned',
  'not_confirmed',
  'queue_timeout',
] as const;
export type Outcome = (typeof outcomes)[number];

export interface Queue {
  key: string;
  name: string;
  /** Whether a call can be asked for now. */
  open: boolean;
  /** Open, but so many wait that no more are taken. */
  full: boolean;
  opensAt: string | null;
  /** Whether a time can be chosen. */
  later: boolean;
  estimatedWait: WaitRange | null;
}

/** In which time eight of ten are reached. */
export interface WaitRange {
  lowSeconds: number;
  highSeconds: number;
}

export interface Site {
  name: string;
  locales: string[];
  countries: string[];
  queues: Queue[];
}

/** A time that can be promised, RFC 3339. */
export interface Slot {
  at: string;
  until: string;
}

export interface Callback {
  id: string;
  state: CallbackState;
  outcome: Outcome | null;
  position: number | null;
  estimatedWait: WaitRange | null;
  queue: { key: string; name: string };
  dueAt: string | null;
  slot: Slot | null;
  /** Why nobody is asked for it although it waits, and until when. */
  waitsFor: 'opening' | null;
  opensAt: string | null;
  /** The counter it was asked for at, where it waits at another one now. */
  movedFrom: string | null;
  /** The visitor is asked to press 1 on his telephone. */
  confirming: boolean;
  via: Via;
  /** He talks in a page, and is not heard any more: he is waited for. */
  away: boolean;
  /** A fault of the system has cut off the talk, and he is called again. Of an older server it is not there. */
  cutOff?: boolean;
  call: Call | null;
}

/** Where the visitor is called. */
export type Via = 'phone' | 'browser';

/** A call that the page has to answer, or is in. */
export interface Call {
  id: string;
  /** SDP (RFC 3264), with all candidates. */
  offer: string;
  answered: boolean;
  /** The visitor was on the line already: the page was loaded anew, or lost its network. */
  again: boolean;
  iceServers: RTCIceServer[];
}

/** What is needed to follow a callback again after a reload. Nothing of the visitor is in it. */
export interface Ticket {
  id: string;
  token: string;
}

export interface CallbackRequest {
  siteKey: string;
  queue: string;
  phone?: string;
  via?: Via;
  name?: string;
  note?: string;
  locale: string;
  at?: string;
  timeZone?: string;
  page: { url: string; title: string };
  context?: Record<string, string | number | boolean>;
  greeting?: string;
}
