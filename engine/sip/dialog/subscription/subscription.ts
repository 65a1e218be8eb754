/** One subscription in a dialog (RFC 6665 section 4.4, RFC 5057 section 3): runs its table. */
import { detached } from '../../message/token.js';
import type { Clock, TimerHandle } from '../../transaction/clock.js';
import type { Timers } from '../../transaction/timers.js';
import type { Dialog } from '../dialog.js';
import type { EventName } from './event-use.js';
import {
  type SubscriptionAction,
  type SubscriptionEvent,
  type SubscriptionRole,
  type SubscriptionState,
  subscriptionStates,
} from './subscription-states.js';

/** What a subscription has done for it. */
export interface SubscriptionHost {
  clock: Clock;
  timers: Timers;
  tell(subscription: Subscription): void;
  sendFinal(subscription: Subscription, reason: string): void;
  ended(subscription: Subscription): void;
}

export interface SubscriptionParts {
  dialog: Dialog;
  role: SubscriptionRole;
  event: EventName;
  /** Installed by a REFER: its end is nobody's business but the peers'. */
  implicit: boolean;
}

export class Subscription {
  readonly dialog: Dialog;
  readonly role: SubscriptionRole;
  readonly event: EventName;
  readonly implicit: boolean;
  #state: SubscriptionState = 'notifyWait';
  #expiresAt = 0;
  #timer: TimerHandle | undefined;

  constructor(
    parts: SubscriptionParts,
    private readonly host: SubscriptionHost,
  ) {
    const { package: name, id } = parts.event;
    this.dialog = parts.dialog;
    this.role = parts.role;
    this.event = { package: detached(name), id: id === undefined ? undefined : detached(id) };
    this.implicit = parts.implicit;
    // RFC 6665 section 4.1.2.4: from the SUBSCRIBE on, the subscriber waits for a NOTIFY as long as timer N.
    if (this.role === 'subscriber') this.#wait(this.#slack);
  }

  get state(): SubscriptionState {
    return this.#state;
  }

  /** @param seconds how long it lasts from now on; undefined leaves that as it is */
  fire(event: SubscriptionEvent, seconds?: number): void {
    if (seconds !== undefined) this.#expiresAt = this.host.clock.now() + seconds * 1_000;
    const cell = subscriptionStates[this.role][this.#state][event];
    this.#state = cell.next;
    for (const action of cell.actions) this.#act(action);
  }

  /** Ends it at once, with a word to the far end. */
  finish(reason: string): void {
    if (this.#state === 'terminated') return;
    this.host.sendFinal(this, reason);
    this.#state = 'terminated';
    this.#act('end');
  }

  #act(action: SubscriptionAction): void {
    switch (action) {
      case 'waitExpiry':
        // A refresh, or the last NOTIFY, may be under way as long as a transaction lasts.
        this.#wait(Math.max(0, this.#expiresAt - this.host.clock.now()) + this.#slack);
        return;
      case 'waitNotify':
        this.#wait(this.#slack);
        return;
      case 'tell':
        this.host.tell(this);
        return;
      case 'sendFinal':
        this.host.sendFinal(this, 'timeout');
        return;
      case 'end':
        this.#stop();
        this.host.ended(this);
        return;
    }
  }

  get #slack(): number {
    return 64 * this.host.timers.T1;
  }

  #wait(ms: number): void {
    this.#stop();
    this.#timer = this.host.clock.after(ms, () => this.fire('timeUp'));
  }

  #stop(): void {
    if (this.#timer !== undefined) this.host.clock.cancel(this.#timer);
    this.#timer = undefined;
  }
}
