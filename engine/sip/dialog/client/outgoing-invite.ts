/** An INVITE that an application sent, until its final response: inside a dialog or about to make one. */

import type { RingingJournal } from '../../journal/ringing-journal.js';
import type { SipResponse } from '../../message/message.js';
import type { Template } from '../../message/template.js';
import { newUuid } from '../../message/token.js';
import type { TimerHandle } from '../../transaction/clock.js';
import type { Flow } from '../../transport/transport.js';
import { type Application, type Outcome, refused } from '../application.js';
import { Call, type CallObserver } from '../call-events.js';
import { type Dialog, dialogId, type PendingAck, type ReliableReceived } from '../dialog.js';
import type { DialogStore } from '../dialog-store.js';
import { endReason, type HangUp } from '../hang-up.js';
import { dialogOfResponse } from '../new-dialog.js';
import { reliableSequence } from '../server/reliable-provisional.js';
import { withLongerInterval } from '../session-timer/longer-interval.js';
import type { SessionTimers } from '../session-timer/session-timers.js';
import { type Answer, madeUpAnswer, type Sent } from './answer.js';
import { type BuiltRequest, cancelText } from './request-builder.js';
import type { Sendable, Sender } from './sender.js';

export interface InviteContext {
  dialogs: DialogStore;
  sender: Sender;
  hangUp: HangUp;
  sessionTimers: SessionTimers;
  /** INVITEs without a final response, by transaction id: what a CANCEL can name. */
  pending: Map<string, OutgoingInvite>;
  /** Absent when calls are not recorded. */
  calls?: CallObserver;
  /** Absent when the next run need not know what rings. */
  journal?: RingingJournal;
}

/** How often the interval of a session timer is made longer before a 422 goes to the application. */
const maxLongerIntervals = 3;

const maxForks = 16;
const maxUnacknowledged = 16;

const cancelRace = endReason('ACK-BYE due to cancel race condition');

export class OutgoingInvite {
  readonly id: string;
  readonly dialogId: string;
  readonly #call: Call | undefined;
  #sent: Sent<BuiltRequest>;
  #longerIntervals = 0;
  #provisional = false;
  #cancel: string | undefined;
  #cancelSent = false;
  #giveUp: TimerHandle | undefined;
  /** The dialog it made, or the one it is in. */
  #dialog: Dialog | undefined;
  /** One for each fork that has answered reliably so far. */
  #early: Dialog[] = [];
  readonly #unacknowledged: ReliableReceived[] = [];
  #confirmed = false;
  #ringing = false;
  readonly #since: number;

  constructor(
    private readonly context: InviteContext,
    public application: Application,
    private request: BuiltRequest,
    private readonly route: Sendable,
    /** Given for a re-INVITE. */
    readonly within?: Dialog,
  ) {
    this.dialogId = within?.id ?? dialogId(request.callId, request.localTag);
    if (within !== undefined) {
      within.inviteOut = this;
      within.offers.request('us', 'INVITE', described(request.text));
    } else if (context.calls !== undefined)
      this.#call = new Call(context.calls, 'application', 'uac', request.text);
    this.#since = context.sender.transactions.clock.now();
    this.#sent = context.sender.send(request, route, answer => this.#answered(answer));
    this.id = this.#sent.transactionId;
    context.pending.set(this.id, this);
  }

  /** Where it went; undefined while that is looked up. */
  get flow(): Flow | undefined {
    return this.#sent.flow;
  }

  /** How it stands before there is a dialog, in the words of dialog-list.ts. */
  get description() {
    const { callId, localTag, from, to, contact, sequence } = this.request;
    return {
      state: this.#ringing ? ('early' as const) : ('trying' as const),
      direction: 'initiator' as const,
      ...{ callId, localTag, remoteTag: '', local: from, remote: to, localContact: contact ?? '' },
      ...{ remoteTarget: this.#target, routeSet: [], localSequence: sequence, remoteSequence: -1 },
      since: this.#since,
    };
  }

  get #target(): string {
    return /^\S+ (\S+)/.exec(this.request.text)?.[1] ?? '';
  }

  /** The 2xx that has come, and is to be acknowledged. */
  #pendingAck(): PendingAck {
    const { sequence, credentials, text } = this.request;
    return { sequence, credentials, offered: !text.endsWith('\r\n\r\n') };
  }

  /**
   * Cancels: at once when the far end has answered provisionally, else as soon as it does (RFC 3261 section 9.1). One
   * that has not left yet never does.
   */
  cancel(template?: Template): Outcome {
    if (!this.context.pending.has(this.id))
      return refused(`unable to cancel unknown transaction id: ${this.id}`);
    const left = this.#sent.settle();
    const { text } = this.#sent.request;
    this.#cancel ??= cancelText(text, template);
    if (this.#provisional) this.#sendCancel();
    if (!left) queueMicrotask(() => this.#failed(madeUpAnswer(text, 487)));
    return {
      ok: true,
      text: this.#cancel,
      flow: this.flow,
      transactionId: newUuid(),
      dialogId: this.dialogId,
    };
  }

  /** The server ends, and hears no answer any more. */
  giveUp(): void {
    this.#call?.ended('application', 'system-initiated-termination');
  }

  #sendCancel(): void {
    const { flow, request } = this.#sent;
    if (this.#cancelSent || this.#cancel === undefined || flow === undefined) return;
    this.#cancelSent = true;
    const cancel = { ...request, method: 'CANCEL', text: this.#cancel };
    this.context.sender.send(cancel, { kind: 'flow', flow }, () => undefined);
    const { clock, timers } = this.context.sender.transactions;
    // RFC 3261 section 9.1: without a final response in 64*T1 the INVITE counts as cancelled.
    this.#giveUp = clock.after(64 * timers.T1, () => {
      this.#sent.abandon();
      this.#failed(madeUpAnswer(request.text, 487));
    });
  }

  #answered(answer: Answer): void {
    if (answer.status >= 300) {
      if (!this.#sentLonger(answer)) this.#failed(answer);
      return;
    }
    if (answer.response === undefined || answer.flow === undefined) return;
    if (answer.status < 200) {
      this.#progress(answer);
      return;
    }
    // Of a re-INVITE there is one dialog only, whichever way its answer came.
    if (answer.late === true && this.within === undefined) this.#release(answer.response, answer.flow);
    else this.#success(answer, answer.response, answer.flow);
  }

  /** For the next run of the server, should this one be killed. A re-INVITE rings nowhere. */
  #note(): void {
    const { flow, request } = this.#sent;
    if (flow === undefined || this.within !== undefined) return;
    const { protocol, remoteAddress: address, remotePort: port, domain } = flow;
    const head = request.text.slice(0, request.text.indexOf('\r\n\r\n') + 4);
    this.context.journal?.began(this.id, { protocol, address, port, domain, head });
  }

  #progress(answer: Answer): void {
    if (!this.#provisional) this.#note();
    this.#provisional = true;
    if (this.#cancel !== undefined) this.#sendCancel();
    this.#ringing ||= answer.status > 100;
    if (answer.status === 100 || answer.response === undefined || answer.flow === undefined) return;
    const rseq = reliableSequence(answer.response);
    if (rseq === undefined || this.#isNew(rseq, answer.response, answer.flow)) this.#deliver(answer);
  }

  /**
   * A reliable provisional response makes an early dialog for its PRACK. False when it is a repetition, or has overtaken
   * the one before: then it is neither acknowledged nor passed on, and will be repeated (RFC 3262 section 4).
   */
  #isNew(rseq: number, response: SipResponse, flow: Flow): boolean {
    const dialog = this.within ?? this.#earlyDialog(response, flow);
    if (dialog === undefined) return true;
    const { sequence } = this.request;
    const last = dialog.reliable?.sequence === sequence ? dialog.reliable.rseq : undefined;
    if (last !== undefined && rseq !== last + 1) return false;
    dialog.reliable = { dialog, rseq, sequence, acknowledged: false };
    dialog.unacknowledged ??= this.#unacknowledged;
    dialog.unacknowledged.push(dialog.reliable);
    if (dialog.unacknowledged.length > maxUnacknowledged) dialog.unacknowledged.shift();
    dialog.offers.inviteResponse('us', response.body !== '');
    return true;
  }

  /** The early dialog of that fork; undefined when there is no room. */
  #earlyDialog(response: SipResponse, flow: Flow): Dialog | undefined {
    const known = this.#early.find(({ remoteTag }) => remoteTag === (response.toTag ?? ''));
    if (known !== undefined || this.#early.length >= maxForks) return known;
    const { dialogs } = this.context;
    const dialog = this.#dialogOf(response, flow, 'early');
    if (dialogs.full) return undefined;
    if (!(this.#early.length === 0 ? dialogs.add(dialog) : dialogs.addFork(dialog))) return undefined;
    this.#early.push(dialog);
    return dialog;
  }

  /** The forks that are not, or no longer, the call. */
  #dropEarly(except?: Dialog): void {
    for (const dialog of this.#early) if (dialog !== except) this.context.dialogs.remove(dialog);
    this.#early = [];
  }

  /** The session timer is the server's work, and so is what its interval has to be. */
  #sentLonger({ status, response }: Answer): boolean {
    const { context, within, request } = this;
    if (status !== 422 || response === undefined || this.#cancel !== undefined) return false;
    if (!context.pending.has(this.id) || this.#longerIntervals >= maxLongerIntervals) return false;
    const sequence = (within?.localSequence ?? request.sequence) + 1;
    const longer = withLongerInterval(request, response, sequence);
    if (longer === undefined) return false;
    if (within !== undefined) within.localSequence = sequence;
    this.#dropEarly();
    this.#provisional = false;
    this.#longerIntervals += 1;
    this.request = longer;
    this.#sent = context.sender.send(longer, this.route, answer => this.#answered(answer));
    return true;
  }

  #failed(answer: Answer): void {
    if (!this.#settle()) return;
    const source = answer.response === undefined ? 'application' : 'network';
    this.#call?.failed(source, answer.status, answer.text());
    this.#dropEarly();
    this.within?.offers.closed('INVITE');
    this.#deliver(answer);
    if (this.within !== undefined) this.context.hangUp.lost(this.within, answer.status);
  }

  /** The INVITE has its final response. False when it had one before. */
  #settle(): boolean {
    if (this.#giveUp !== undefined) this.context.sender.transactions.clock.cancel(this.#giveUp);
    this.#giveUp = undefined;
    this.context.journal?.ended(this.id);
    if (this.within?.inviteOut === this) this.within.inviteOut = undefined;
    return this.context.pending.delete(this.id);
  }

  #success(answer: Answer, response: SipResponse, flow: Flow): void {
    if (this.#confirmed) {
      this.#repeated(response, flow);
      return;
    }
    this.#settle();
    this.#confirmed = true;
    this.#call?.answered('network', answer.text());
    const dialog = this.within ?? this.#newDialog(response, flow);
    if (dialog === undefined || dialog.state === 'terminated') {
      this.#call?.ended('application', 'system-error-initiated-termination');
      this.#release(response, flow);
      this.#deliver(madeUpAnswer(this.#sent.request.text, dialog === undefined ? 503 : 487));
      return;
    }
    this.#dialog = dialog;
    if (this.within === undefined) this.context.dialogs.answered(dialog);
    if (this.#call !== undefined) dialog.call = this.#call;
    if (this.within !== undefined) {
      dialog.refreshTarget(response);
      dialog.flow = flow;
    }
    dialog.pendingAck = this.#pendingAck();
    dialog.offers.inviteResponse('us', response.body !== '');
    this.context.sessionTimers.accepted(dialog, this.request.text, response);
    if (!this.application.connected) {
      this.context.hangUp.acknowledgeAndEnd(dialog, this.request.sequence, endReason('Application is gone'));
      return;
    }
    if (this.#cancel !== undefined) dialog.pendingAck.endReason = cancelRace;
    this.#deliver(answer);
  }

  /** A 2xx again: ours is acknowledged again; one of another fork is released (RFC 3261 section 13.2.2.4). */
  #repeated(response: SipResponse, flow: Flow): void {
    const dialog = this.#dialog;
    if (dialog === undefined || response.toTag !== dialog.remoteTag) {
      this.#release(response, flow);
      return;
    }
    const ack = dialog.pendingAck;
    if (ack?.sequence === this.request.sequence && ack.text !== undefined) flow.send(ack.text);
  }

  /** ACK and BYE for a 2xx whose dialog nobody wants. */
  #release(response: SipResponse, flow: Flow): void {
    const dialog = this.#dialogOf(response, flow, 'confirmed');
    dialog.pendingAck = this.#pendingAck();
    this.context.hangUp.acknowledge(dialog, this.request.sequence);
    if (response.toTag !== undefined)
      this.context.hangUp.endQuietly(dialog, endReason('Forked call not wanted'));
  }

  #newDialog(response: SipResponse, flow: Flow): Dialog | undefined {
    const early = this.#early.find(({ remoteTag }) => remoteTag === (response.toTag ?? ''));
    this.#dropEarly(early);
    if (early !== undefined) {
      early.confirm(response, flow);
      return early;
    }
    const dialog = this.#dialogOf(response, flow, 'confirmed');
    return !this.context.dialogs.full && this.context.dialogs.add(dialog) ? dialog : undefined;
  }

  #dialogOf(response: SipResponse, flow: Flow, state: 'early' | 'confirmed'): Dialog {
    const { dialogId: id, application, within } = this;
    const { request } = this.#sent;
    const localSequence = within?.localSequence ?? request.sequence;
    const dialog = dialogOfResponse(request, response, { id, flow, application, state, localSequence });
    dialog.offers.request('us', 'INVITE', described(request.text));
    return dialog;
  }

  #deliver(answer: Answer): void {
    if (!this.application.connected) return;
    this.application.deliver({
      text: answer.text(),
      size: answer.size,
      source: 'network',
      flow: answer.flow,
      transactionId: this.id,
      dialogId: this.dialogId,
    });
  }
}

/** Whether a message has a body. */
const described = (text: string): boolean => !text.endsWith('\r\n\r\n');
