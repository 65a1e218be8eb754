/** One branch at work: runs the branch table over a client transaction. */
import type { Call } from '../dialog/call-events.js';
import { type Answer, madeUpAnswer, type Sent } from '../dialog/client/answer.js';
import { cancelText, type Outgoing } from '../dialog/client/request-builder.js';
import type { Sendable, Sender } from '../dialog/client/sender.js';
import type { TemplateField } from '../message/template.js';
import type { TimerHandle } from '../transaction/clock.js';
import {
  type BranchAction,
  type BranchEvent,
  type BranchState,
  branchTable,
  pendingStates,
} from './branch-table.js';

/** Milliseconds; undefined: no limit. */
export interface BranchTimeouts {
  /** Until the first 1xx or final response. */
  provisionalMs: number | undefined;
  /** Until the final response. */
  finalMs: number | undefined;
  timerCMs: number;
}

/** What the response context is told. */
export interface BranchUser {
  /** A final response of a target, before anything is done about it. */
  received(answer: Answer): void;
  /** A 1xx or 2xx that goes to the caller at once. */
  forward(answer: Answer): void;
  /** The branch has a final response, or will get none that counts. */
  decided(branch: Branch): void;
}

export class Branch {
  /** What it contributes to the choice of the best response. */
  outcome: Answer | undefined;
  #state: BranchState = 'idle';
  #answer: Answer | undefined;
  #call: Call | undefined;
  #sent: Sent | undefined;
  #cancelReasons: readonly TemplateField[] = [];
  #timers = new Map<'provisional' | 'final' | 'C' | 'giveUp', TimerHandle>();

  constructor(
    private readonly sender: Sender,
    private readonly request: Outgoing,
    private readonly route: Sendable,
    private readonly timeouts: BranchTimeouts,
    private readonly user: BranchUser,
    /** A call that is to be recorded is under way. */
    private readonly attempt?: (invite: string) => Call,
  ) {}

  get state(): BranchState {
    return this.#state;
  }

  /** Whether the choice of the best response has to wait for it. */
  get pending(): boolean {
    return pendingStates.has(this.#state);
  }

  start(): void {
    this.#fire('start');
  }

  /** @param reasons for the CANCEL (RFC 3326) */
  cancel(reasons: readonly TemplateField[]): void {
    this.#cancelReasons = reasons;
    this.#fire('cancel');
  }

  get #isInvite(): boolean {
    return this.request.method === 'INVITE';
  }

  #answered(answer: Answer): void {
    if (answer.late) {
      // Of a target that was given up: it goes back like any 2xx, and ends the search of this branch too.
      this.user.received(answer);
      this.#forward(answer);
      return;
    }
    this.#answer = answer;
    if (answer.status >= 200 && answer.response !== undefined) this.user.received(answer);
    this.#fire(answer.status < 200 ? 'provisional' : answer.status < 300 ? 'success' : 'failure');
  }

  #fire(event: BranchEvent): void {
    const cell = branchTable[this.#state][event];
    this.#state = cell.next;
    for (const action of cell.actions) this.#act(action);
  }

  #act(action: BranchAction): void {
    switch (action) {
      case 'send':
        if (this.#isInvite) this.#call = this.attempt?.(this.request.text);
        this.#sent = this.sender.send(this.request, this.route, answer => this.#answered(answer));
        return;
      case 'startTimers':
        this.#startTimers();
        return;
      case 'settle':
        // Nothing has left yet, and nothing will.
        if (this.#sent?.settle() === false) queueMicrotask(() => this.#fire('giveUp'));
        return;
      case 'heard':
        this.#stop('provisional');
        // RFC 3261 section 16.7 item 2: a 100 does not count.
        if (this.#isInvite && this.#answer?.status !== 100) this.#start('C', this.timeouts.timerCMs, 'late');
        return;
      case 'stopTimers':
        for (const name of [...this.#timers.keys()]) this.#stop(name);
        return;
      case 'forward':
        if (this.#answer !== undefined) this.#forward(this.#answer);
        return;
      case 'keep':
        if (this.#answer !== undefined) this.#keep(this.#answer);
        return;
      case 'keepTimeout':
        this.#keep(madeUpAnswer(this.request.text, 408));
        return;
      case 'keepTerminated':
        this.#keep(madeUpAnswer(this.request.text, 487));
        return;
      case 'sendCancel':
        this.#sendCancel();
        return;
      case 'abandon':
        this.#sent?.abandon();
        return;
      case 'decide':
        this.user.decided(this);
        return;
    }
  }

  #forward(answer: Answer): void {
    if (answer.status >= 200) this.#call?.answered('network', answer.text());
    this.user.forward(answer);
  }

  #keep(answer: Answer): void {
    this.outcome = answer;
    this.#call?.failed(
      answer.response === undefined ? 'application' : 'network',
      answer.status,
      answer.text(),
    );
  }

  #startTimers(): void {
    const { provisionalMs, finalMs, timerCMs } = this.timeouts;
    if (finalMs !== undefined) this.#start('final', finalMs, 'late');
    // Others than INVITE are answered at once, or not provisionally (RFC 4320).
    if (!this.#isInvite) return;
    if (provisionalMs !== undefined) this.#start('provisional', provisionalMs, 'late');
    this.#start('C', timerCMs, 'late');
  }

  #start(name: 'provisional' | 'final' | 'C' | 'giveUp', ms: number, event: BranchEvent): void {
    this.#stop(name);
    const { clock } = this.sender.transactions;
    this.#timers.set(
      name,
      clock.after(ms, () => {
        this.#timers.delete(name);
        this.#fire(event);
      }),
    );
  }

  #stop(name: 'provisional' | 'final' | 'C' | 'giveUp'): void {
    const handle = this.#timers.get(name);
    if (handle !== undefined) this.sender.transactions.clock.cancel(handle);
    this.#timers.delete(name);
  }

  /** RFC 3261 section 9.1: for an INVITE only, with its branch, to where it went. */
  #sendCancel(): void {
    const { flow, request } = this.#sent ?? {};
    if (!this.#isInvite || flow === undefined || request === undefined) return;
    const text = cancelText(request.text, { startLine: '', fields: [...this.#cancelReasons], body: '' });
    const cancel = { ...request, method: 'CANCEL', text };
    this.sender.send(cancel, { kind: 'flow', flow }, () => undefined);
    this.#start('giveUp', 64 * this.sender.transactions.timers.T1, 'giveUp');
  }
}
