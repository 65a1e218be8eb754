/**
 * The states of a subscription, for either side: the subscriber's are those of RFC 6665 section 4.1.2, figure 1, the
 * notifier's those of section 4.2.1, figure 2. A subscription has one timer at most; what it means when it is up
 * follows from the state.
 */
import { type Table, to } from '../../transaction/table.js';

export type SubscriptionRole = 'subscriber' | 'notifier';

/**
 * `notifyWait`: made, and no NOTIFY seen. `closing`: unsubscribed or expired, and the last NOTIFY is due. The other
 * two are as the last NOTIFY said.
 */
export type SubscriptionState = 'notifyWait' | 'pending' | 'active' | 'closing' | 'terminated';

/**
 * `accepted`: 2xx to a SUBSCRIBE or REFER. `closed`: the same for one with `Expires: 0`. `notify…`: a NOTIFY with that
 * state, received, or sent and answered. `failed`: an answer to SUBSCRIBE or NOTIFY that ends the subscription.
 */
export type SubscriptionEvent =
  | 'accepted'
  | 'closed'
  | 'notifyPending'
  | 'notifyActive'
  | 'notifyTerminated'
  | 'failed'
  | 'timeUp';

/**
 * `waitExpiry`, `waitNotify`: set the timer to the expiry, or to timer N (64*T1). `tell`: the application hears of the
 * end as if the far end had ended it. `sendFinal`: the far end gets the NOTIFY that the application owes it.
 */
export type SubscriptionAction = 'waitExpiry' | 'waitNotify' | 'tell' | 'sendFinal' | 'end';

type States = Table<SubscriptionState, SubscriptionEvent, SubscriptionAction>;

const c = to<SubscriptionState, SubscriptionAction>;
const over = c('terminated', 'end');

const terminated: States['terminated'] = {
  accepted: c('terminated'),
  closed: c('terminated'),
  notifyPending: c('terminated'),
  notifyActive: c('terminated'),
  notifyTerminated: c('terminated'),
  failed: c('terminated'),
  timeUp: c('terminated'),
};

const subscriber: States = {
  notifyWait: {
    accepted: c('notifyWait'),
    closed: c('closing', 'waitNotify'),
    notifyPending: c('pending', 'waitExpiry'),
    notifyActive: c('active', 'waitExpiry'),
    notifyTerminated: over,
    failed: over,
    timeUp: c('terminated', 'tell', 'end'),
  },
  pending: {
    accepted: c('pending', 'waitExpiry'),
    closed: c('closing', 'waitNotify'),
    notifyPending: c('pending', 'waitExpiry'),
    notifyActive: c('active', 'waitExpiry'),
    notifyTerminated: over,
    failed: over,
    timeUp: c('terminated', 'tell', 'end'),
  },
  active: {
    accepted: c('active', 'waitExpiry'),
    closed: c('closing', 'waitNotify'),
    notifyPending: c('pending', 'waitExpiry'),
    notifyActive: c('active', 'waitExpiry'),
    notifyTerminated: over,
    failed: over,
    timeUp: c('terminated', 'tell', 'end'),
  },
  closing: {
    accepted: c('notifyWait', 'waitNotify'),
    closed: c('closing'),
    // Crossed the unsubscription.
    notifyPending: c('closing'),
    notifyActive: c('closing'),
    notifyTerminated: over,
    failed: over,
    timeUp: c('terminated', 'tell', 'end'),
  },
  terminated,
};

const notifier: States = {
  notifyWait: {
    accepted: c('notifyWait', 'waitExpiry'),
    closed: c('closing', 'waitNotify'),
    notifyPending: c('pending', 'waitExpiry'),
    notifyActive: c('active', 'waitExpiry'),
    notifyTerminated: over,
    failed: over,
    timeUp: c('closing', 'tell', 'waitNotify'),
  },
  pending: {
    accepted: c('pending', 'waitExpiry'),
    closed: c('closing', 'waitNotify'),
    notifyPending: c('pending', 'waitExpiry'),
    notifyActive: c('active', 'waitExpiry'),
    notifyTerminated: over,
    failed: over,
    timeUp: c('closing', 'tell', 'waitNotify'),
  },
  active: {
    accepted: c('active', 'waitExpiry'),
    closed: c('closing', 'waitNotify'),
    notifyPending: c('pending', 'waitExpiry'),
    notifyActive: c('active', 'waitExpiry'),
    notifyTerminated: over,
    failed: over,
    timeUp: c('closing', 'tell', 'waitNotify'),
  },
  closing: {
    // A refresh that came late, and the application took it all the same.
    accepted: c('notifyWait', 'waitExpiry'),
    closed: c('closing'),
    notifyPending: c('closing'),
    notifyActive: c('closing'),
    notifyTerminated: over,
    failed: over,
    timeUp: c('terminated', 'sendFinal', 'end'),
  },
  terminated,
};

export const subscriptionStates: Readonly<Record<SubscriptionRole, States>> = { subscriber, notifier };
