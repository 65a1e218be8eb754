/** The session timer of one dialog at work. */
import type { Clock, TimerHandle } from '../../transaction/clock.js';
import type { Terms } from './session-expires.js';
import {
  type SessionTimerAction,
  type SessionTimerEvent,
  type SessionTimerState,
  sessionTimer,
} from './session-timer-table.js';

export interface SessionTimerUser {
  /** Sends a refresh and reports how it went by `again`, `declined`, `lost` or `refreshed`. */
  refresh(timer: SessionTimer): void;
  /** The session is over: nobody refreshed it, or the peer is gone. */
  expired(): void;
}

export class SessionTimer {
  #state: SessionTimerState = 'off';
  #seconds = 0;
  #retryMs = 0;
  #refresh: TimerHandle | undefined;
  #expiry: TimerHandle | undefined;
  /** The longest Min-SE the peer or a proxy has asked for, which our refreshes repeat (section 7.4); seconds. */
  minSe: number;

  constructor(
    private readonly clock: Clock,
    private readonly user: SessionTimerUser,
    minSe: number,
  ) {
    this.minSe = minSe;
  }

  get state(): SessionTimerState {
    return this.#state;
  }

  /** What holds; undefined when the session has no limit. */
  get terms(): Terms | undefined {
    if (this.#state === 'off' || this.#state === 'ended') return undefined;
    return { seconds: this.#seconds, weRefresh: this.#state !== 'watching' };
  }

  /** A 2xx to an INVITE or UPDATE: the session is refreshed on these terms, or without a limit from now on. */
  refreshed(terms: Terms | undefined): void {
    if (terms === undefined) {
      this.#fire('unlimited');
      return;
    }
    this.#seconds = terms.seconds;
    this.#fire(terms.weRefresh ? 'weRefresh' : 'peerRefreshes');
  }

  /** The refresh was not possible, and will be tried again. */
  again(afterMs: number): void {
    this.#retryMs = afterMs;
    this.#fire('again');
  }

  /** The peer wants refreshes further apart; the session as it is ends when it did. Seconds. */
  lengthen(seconds: number): void {
    this.#seconds = seconds;
    this.minSe = seconds;
  }

  declined(): void {
    this.#fire('declined');
  }

  lost(): void {
    this.#fire('lost');
  }

  /** The dialog is over. */
  stop(): void {
    this.#fire('stop');
  }

  #fire(event: SessionTimerEvent): void {
    const cell = sessionTimer[this.#state][event];
    this.#state = cell.next;
    for (const action of cell.actions) this.#act(action);
  }

  #act(action: SessionTimerAction): void {
    switch (action) {
      case 'stopTimers':
        if (this.#refresh !== undefined) this.clock.cancel(this.#refresh);
        if (this.#expiry !== undefined) this.clock.cancel(this.#expiry);
        this.#refresh = undefined;
        this.#expiry = undefined;
        return;
      case 'startRefresh':
        // Section 7.2: after half the interval.
        this.#refreshAfter(this.#seconds * 500);
        return;
      case 'startRetry':
        this.#refreshAfter(this.#retryMs);
        return;
      case 'startExpiry':
        this.#expiry = this.clock.after(this.#lifetimeMs(), () => this.#fire('expired'));
        return;
      case 'sendRefresh':
        this.user.refresh(this);
        return;
      case 'hangUp':
        this.user.expired();
        return;
    }
  }

  #refreshAfter(ms: number): void {
    this.#refresh = this.clock.after(ms, () => {
      this.#refresh = undefined;
      this.#fire('refreshDue');
    });
  }

  /** Section 10: who only watches hangs up a little before the end. */
  #lifetimeMs(): number {
    const early = this.#state === 'watching' ? Math.min(32, this.#seconds / 3) : 0;
    return (this.#seconds - early) * 1_000;
  }
}
