/** What the API says of a site and of a callback, as far as the visitor's side needs it. */
export const states = ['waiting', 'offered', 'accepted', 'dialing', 'bridged', 'done'] as const;
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
] as const;
export type Outcome = (typeof outcomes)[number];

export interface Queue {
  key: string;
  name: string;
  open: boolean;
  estimatedWaitSeconds: number | null;
}

export interface Site {
  name: string;
  locales: string[];
  countries: string[];
  queues: Queue[];
}

export interface Callback {
  id: string;
  state: CallbackState;
  outcome: Outcome | null;
  position: number | null;
  estimatedWaitSeconds: number | null;
  queue: { key: string; name: string };
}

/** What is needed to follow a callback again after a reload. Nothing of the visitor is in it. */
export interface Ticket {
  id: string;
  token: string;
}

export interface CallbackRequest {
  siteKey: string;
  queue: string;
  phone: string;
  name?: string;
  note?: string;
  locale: string;
  page: { url: string; title: string };
}
