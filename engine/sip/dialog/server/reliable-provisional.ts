/** Provisional responses that are sent reliably (RFC 3262), server side: one after the other, repeated until PRACK. */
import type { SipRequest, SipResponse } from '../../message/message.js';
import { lists } from '../../message/option-tags.js';
import { type Template, templateValue } from '../../message/template.js';
import { newSequence } from '../../message/token.js';
import type { Clock, TimerHandle } from '../../transaction/clock.js';
import type { Timers } from '../../transaction/timers.js';
import type { Dialog } from '../dialog.js';

export interface ReliableProvisional {
  rseq: number;
  /** The CSeq number of the INVITE. */
  sequence: number;
  /** It carries an offer or answer: the 2xx has to wait for its PRACK (RFC 3262 section 3). */
  blocking: boolean;
  /** Sends it, and repeats it. */
  send(): void;
  /** No PRACK in 64*T1. */
  unacknowledged(): void;
}

interface State {
  nextSequence: number;
  /** The one that is repeated, with what ends that. */
  outstanding?: { provisional: ReliableProvisional; stop(): void };
  /** Those that wait for its PRACK. */
  queue: ReliableProvisional[];
  /** No longer repeated since the 2xx; its PRACK may still come. */
  overtaken?: ReliableProvisional;
  /** The 2xx that waits. */
  held?: () => void;
}

export const reliably = '100rel';

/** Whether the application wants a response sent reliably. */
export const wantsReliable = (template: Template): boolean =>
  lists([templateValue(template, 'require') ?? ''], reliably);

/** Whether the caller takes no other (RFC 3262 section 3). */
export const demandsReliable = (invite: SipRequest): boolean => lists(invite.all('require'), reliably);

/** Whether the caller can take one. */
export const takesReliable = (invite: SipRequest): boolean =>
  lists(invite.all('supported'), reliably) || demandsReliable(invite);

/** The RSeq of a response that was sent reliably; undefined when it was not. */
export function reliableSequence(response: SipResponse): number | undefined {
  const value = response.first('rseq') ?? '';
  return lists(response.all('require'), reliably) && /^\d{1,10}$/.test(value) ? Number(value) : undefined;
}

const isFor = (provisional: ReliableProvisional | undefined, rack: RegExpExecArray | null): boolean =>
  rack !== null && provisional?.rseq === Number(rack[1]) && provisional.sequence === Number(rack[2]);

export class ReliableProvisionals {
  readonly #states = new WeakMap<Dialog, State>();
  constructor(
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {}

  /** The RSeq of the next one: a random start, then one more each time. */
  nextSequence(dialog: Dialog): number {
    const state = this.#states.get(dialog) ?? { nextSequence: newSequence() + 1, queue: [] };
    this.#states.set(dialog, state);
    state.nextSequence += 1;
    return state.nextSequence;
  }

  /** Sends one, as soon as the one before is acknowledged. */
  send(dialog: Dialog, provisional: ReliableProvisional): void {
    const state = this.#states.get(dialog);
    if (state === undefined) return;
    if (state.outstanding === undefined) this.#start(state, provisional);
    else state.queue.push(provisional);
  }

  #start(state: State, provisional: ReliableProvisional): void {
    const { clock, timers } = this;
    let interval = timers.T1;
    let next: TimerHandle = clock.after(interval, again);
    function again(): void {
      provisional.send();
      interval *= 2;
      next = clock.after(interval, again);
    }
    const limit = clock.after(64 * timers.T1, () => provisional.unacknowledged());
    const stop = () => {
      clock.cancel(next);
      clock.cancel(limit);
    };
    state.outstanding = { provisional, stop };
    provisional.send();
  }

  /** A PRACK: stops what it acknowledges. False when it acknowledges nothing. */
  acknowledge(dialog: Dialog, rack: string): boolean {
    const match = /^(\d{1,10})\s+(\d{1,10})\s+INVITE/.exec(rack);
    const state = this.#states.get(dialog);
    if (isFor(state?.outstanding?.provisional, match)) {
      state?.outstanding?.stop();
      delete state?.outstanding;
    } else if (isFor(state?.overtaken, match)) delete state?.overtaken;
    else return false;
    return true;
  }

  /** Runs `send` (a 2xx) as soon as nothing blocks it: at once, or in `release`. */
  whenUnblocked(dialog: Dialog, send: () => void): void {
    const state = this.#states.get(dialog);
    if (state !== undefined && isBlocked(state)) state.held = send;
    else send();
  }

  /** Whether a 2xx of the application waits in that dialog. */
  holds(dialog: Dialog): boolean {
    return this.#states.get(dialog)?.held !== undefined;
  }

  /** After a PRACK: lets go what waited for it. */
  release(dialog: Dialog): void {
    const state = this.#states.get(dialog);
    if (state === undefined || state.outstanding !== undefined) return;
    const { held } = state;
    if (held !== undefined && !isBlocked(state)) {
      delete state.held;
      held();
      return;
    }
    const next = state.queue.shift();
    if (next !== undefined) this.#start(state, next);
  }

  /** The INVITE has its final response: nothing is sent or repeated any more (RFC 3262 section 3). */
  stop(dialog: Dialog): void {
    const state = this.#states.get(dialog);
    if (state === undefined) return;
    if (state.outstanding !== undefined) state.overtaken = state.outstanding.provisional;
    state.outstanding?.stop();
    delete state.outstanding;
    delete state.held;
    state.queue = [];
  }
}

const isBlocked = ({ outstanding, queue }: State): boolean =>
  outstanding?.provisional.blocking === true || queue.some(({ blocking }) => blocking);
