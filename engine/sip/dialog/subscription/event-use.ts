/** What a SUBSCRIBE, NOTIFY or REFER says about a subscription (RFC 6665 section 8.2, RFC 3515 section 2.4.4). */
import { parameterOf } from '../../message/parameters.js';
import type { SubscriptionEvent } from './subscription-states.js';

/** An Event header field: compared byte by byte (RFC 6665 section 8.2.1). */
export interface EventName {
  package: string;
  id?: string;
}

export interface EventUse {
  method: string;
  /** Undefined when the message has no Event. */
  event?: EventName;
  /** What a NOTIFY says of the subscription's state. */
  state: SubscriptionEvent;
  /** How long it is to last; undefined when the message does not say. */
  seconds?: number;
  /** Installed by a REFER. */
  implicit: boolean;
}

/** Where the message does not say. Most event packages have an hour. */
const defaultSeconds = 3_600;
/** As long as a proxy lets a phone ring (timer C): by then the outcome of a REFER is known. */
const referSeconds = 180;
/** Longer than anybody means, and short enough for a timer. */
const maxSeconds = 2_000_000;

/** Undefined for a method that has nothing to do with subscriptions. `value` gives a header field by its id. */
export function eventUse(
  method: string,
  sequence: number,
  value: (id: string) => string | undefined,
): EventUse | undefined {
  if (method === 'REFER') {
    // RFC 3515 section 2.4.6: the id of the subscription is the CSeq number of the REFER.
    const event = { package: 'refer', id: String(sequence) };
    return { method, event, state: 'accepted', seconds: referSeconds, implicit: true };
  }
  if (method !== 'SUBSCRIBE' && method !== 'NOTIFY') return undefined;
  const event = parseEvent(value('event'));
  if (method === 'SUBSCRIBE') {
    return { method, event, state: 'accepted', seconds: parseSeconds(value('expires')), implicit: false };
  }
  const { name, parameters } = split(value('subscription-state') ?? 'active');
  const seconds = parseSeconds(parameterOf(parameters, 'expires'));
  return {
    method,
    event,
    state: notifyEvents[name.toLowerCase()] ?? 'notifyActive',
    seconds,
    implicit: false,
  };
}

/** RFC 6665 section 4.1.3: a state that is not known counts as active. */
const notifyEvents: Readonly<Record<string, SubscriptionEvent>> = {
  pending: 'notifyPending',
  terminated: 'notifyTerminated',
};

/** What a 2xx to a SUBSCRIBE or REFER grants: the Expires of the answer, else what was asked for. */
export const grantedSeconds = (use: EventUse, expires: string | undefined): number =>
  use.seconds === 0
    ? 0
    : ((use.implicit ? undefined : parseSeconds(expires)) ?? use.seconds ?? defaultSeconds);

/** RFC 4488 section 4: `Refer-Sub: false` in a 2xx to REFER says that there is no subscription. */
export const declinesSubscription = (referSub: string | undefined): boolean =>
  referSub !== undefined && split(referSub).name.toLowerCase() === 'false';

/** Whether a message with that Event is about the subscription. */
export function isAbout(subscribed: { event: EventName; implicit: boolean }, event: EventName): boolean {
  const { event: known, implicit } = subscribed;
  if (known.package === '') return true;
  if (known.package !== event.package) return false;
  // RFC 3515 section 2.4.6: the NOTIFYs of a REFER need not say which, as long as there is one.
  return known.id === event.id || (implicit && event.id === undefined);
}

/** As it goes into an Event header field. */
export const eventText = ({ package: name, id }: EventName): string =>
  id === undefined ? name : `${name};id=${id}`;

/** An Event header field value; undefined when there is none. */
export function parseEvent(value: string | undefined): EventName | undefined {
  if (value === undefined) return undefined;
  const { name, parameters } = split(value);
  return { package: name, id: parameterOf(parameters, 'id') };
}

function parseSeconds(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,10}$/.test(value) ? Math.min(Number(value), maxSeconds) : undefined;
}

function split(value: string): { name: string; parameters: string } {
  const semicolon = value.indexOf(';');
  return semicolon < 0
    ? { name: value.trim(), parameters: '' }
    : { name: value.slice(0, semicolon).trim(), parameters: value.slice(semicolon) };
}
