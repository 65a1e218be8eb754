/** Provisional responses that are sent reliably (RFC 3262), server side: repeated until their PRACK comes. */
import type { SipRequest, SipResponse } from '../message/message.js';
import { splitList } from '../message/name-addr.js';
import { type Template, templateValue } from '../message/template.js';
import { newSequence } from '../message/token.js';
import type { Clock, TimerHandle } from '../transaction/clock.js';
import type { Timers } from '../transaction/timers.js';
import type { Flow } from '../transport/transport.js';
import type { Dialog } from './dialog.js';

interface Outstanding {
  rseq: number;
  /** The CSeq number of the INVITE. */
  sequence: number;
  /** It carries an offer or answer: the 2xx has to wait for its PRACK (RFC 3262 section 3). */
  blocking: boolean;
  stop(): void;
}

interface State {
  nextSequence: number;
  outstanding: Outstanding[];
  /** The 2xx that waits. */
  held?: () => void;
}

export interface ReliableProvisional {
  flow: Flow;
  sequence: number;
  text: string;
  blocking: boolean;
  /** No PRACK in 64*T1. */
  unacknowledged(): void;
}

const optionTag = '100rel';

const lists = (values: string[]): boolean =>
  values.flatMap(splitList).some(tag => tag.toLowerCase() === optionTag);

/** Whether the application wants a response sent reliably. */
export const wantsReliable = (template: Template): boolean =>
  lists([templateValue(template, 'require') ?? '']);

/** Whether the caller can take one. */
export const takesReliable = (invite: SipRequest): boolean =>
  lists([...invite.all('supported'), ...invite.all('require')]);

/** The RSeq of a response that was sent reliably; undefined when it was not. */
export function reliableSequence(response: SipResponse): number | undefined {
  const value = response.first('rseq') ?? '';
  return lists(response.all('require')) && /^\d{1,10}$/.test(value) ? Number(value) : undefined;
}

export class ReliableProvisionals {
  readonly #states = new Map<Dialog, State>();
  constructor(
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {}

  /** The RSeq of the next one: a random start, then one more each time. */
  nextSequence(dialog: Dialog): number {
    const state = this.#states.get(dialog) ?? { nextSequence: newSequence() + 1, outstanding: [] };
    this.#states.set(dialog, state);
    state.nextSequence += 1;
    return state.nextSequence;
  }

  /** Repeats a response that has just been sent, until its PRACK comes. */
  repeat(dialog: Dialog, rseq: number, provisional: ReliableProvisional): void {
    const { clock, timers } = this;
    let interval = timers.T1;
    let next: TimerHandle = clock.after(interval, again);
    function again(): void {
      provisional.flow.send(provisional.text);
      interval *= 2;
      next = clock.after(interval, again);
    }
    const limit = clock.after(64 * timers.T1, () => provisional.unacknowledged());
    const { sequence, blocking } = provisional;
    const stop = () => {
      clock.cancel(next);
      clock.cancel(limit);
    };
    this.#states.get(dialog)?.outstanding.push({ rseq, sequence, blocking, stop });
  }

  /** A PRACK: stops what it acknowledges. False when it acknowledges nothing. */
  acknowledge(dialog: Dialog, rack: string): boolean {
    const match = /^(\d{1,10})\s+(\d{1,10})\s+INVITE/.exec(rack);
    const outstanding = this.#states.get(dialog)?.outstanding ?? [];
    const index = outstanding.findIndex(
      ({ rseq, sequence }) => rseq === Number(match?.[1]) && sequence === Number(match?.[2]),
    );
    if (index < 0) return false;
    outstanding.splice(index, 1)[0]?.stop();
    return true;
  }

  /** Runs `send` (a 2xx) as soon as nothing blocks it: at once, or in `release`. */
  whenUnblocked(dialog: Dialog, send: () => void): void {
    const state = this.#states.get(dialog);
    if (state?.outstanding.some(({ blocking }) => blocking)) state.held = send;
    else send();
  }

  /** Whether a 2xx of the application waits in that dialog. */
  holds(dialog: Dialog): boolean {
    return this.#states.get(dialog)?.held !== undefined;
  }

  /** After a PRACK: lets a 2xx go that waited for it. */
  release(dialog: Dialog): void {
    const state = this.#states.get(dialog);
    if (state?.held === undefined || state.outstanding.some(({ blocking }) => blocking)) return;
    const { held } = state;
    state.held = undefined;
    held();
  }

  /** The INVITE has its final response: nothing is repeated any more. */
  stop(dialog: Dialog): void {
    for (const { stop } of this.#states.get(dialog)?.outstanding ?? []) stop();
    this.#states.delete(dialog);
  }
}
