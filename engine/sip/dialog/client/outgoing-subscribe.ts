/**
 * A SUBSCRIBE or REFER that an application sent outside a dialog. Its 2xx makes a dialog, and so does each NOTIFY of
 * another fork (RFC 6665 sections 4.1.2.4 and 4.4.1).
 *
 * A NOTIFY that overtakes the 2xx waits for it: an application knows its subscription from the answer on. When none
 * comes, the NOTIFY is proof enough that the subscription is there, and the answer is made up from it.
 */
import type { SipRequest } from '../../message/message.js';
import { madeUpResponse } from '../../message/serializer.js';
import type { TimerHandle } from '../../transaction/clock.js';
import type { Flow } from '../../transport/transport.js';
import type { Application } from '../application.js';
import { type Dialog, dialogId } from '../dialog.js';
import type { DialogStore } from '../dialog-store.js';
import { dialogOfNotify, dialogOfResponse } from '../new-dialog.js';
import { type EventUse, isAbout, parseEvent } from '../subscription/event-use.js';
import type { Subscriptions } from '../subscription/subscriptions.js';
import { type Answer, madeUpAnswer, type Sent } from './answer.js';
import type { BuiltRequest } from './request-builder.js';
import type { Sendable, Sender } from './sender.js';

const maxHeld = 16;

export interface SubscribeContext {
  dialogs: DialogStore;
  sender: Sender;
  subscriptions: Subscriptions;
  /** Those whose NOTIFYs may still make dialogs, by dialog id. */
  subscribes: Map<string, OutgoingSubscribe>;
}

interface Held {
  notify: SipRequest;
  flow: Flow;
  again: () => void;
}

export class OutgoingSubscribe {
  readonly #sent: Sent<BuiltRequest>;
  readonly #dialogId: string;
  #answered = false;
  #held: Held[] = [];
  #assume: TimerHandle | undefined;

  constructor(
    private readonly context: SubscribeContext,
    private readonly application: Application,
    request: BuiltRequest,
    private readonly use: EventUse,
    route: Sendable,
  ) {
    this.#dialogId = dialogId(request.callId, request.localTag);
    context.subscribes.set(this.#dialogId, this);
    this.#sent = context.sender.send(request, route, answer => this.#answer(answer));
  }

  get id(): string {
    return this.#sent.transactionId;
  }

  get flow(): Flow | undefined {
    return this.#sent.flow;
  }

  /**
   * A NOTIFY for it that is in no dialog: makes one, or is called for `again` once the answer is there. Undefined when
   * it is refused.
   */
  notified(notify: SipRequest, flow: Flow, again: () => void): Dialog | 'later' | undefined {
    const { event = { package: '' }, implicit } = this.use;
    if (!isAbout({ event, implicit }, parseEvent(notify.first('event')) ?? event)) return undefined;
    if (this.#answered) return this.#fork(notify, flow);
    if (this.#held.length >= maxHeld) return undefined;
    this.#held.push({ notify, flow, again });
    const { clock, timers } = this.context.sender.transactions;
    this.#assume ??= clock.after(timers.T2, () => this.#assumed());
    return 'later';
  }

  /** A NOTIFY of another fork than the one whose dialog has the plain id. */
  #fork(notify: SipRequest, flow: Flow): Dialog | undefined {
    const id = `${this.#dialogId};to-tag=${notify.fromTag}`;
    return this.#add(dialogOfNotify(this.#sent.request, notify, { ...this.#owner(flow), id }));
  }

  #owner(flow: Flow) {
    return { id: this.#dialogId, flow, application: this.application, state: 'terminated' as const };
  }

  #add(dialog: Dialog): Dialog | undefined {
    if (this.context.dialogs.full || !this.context.dialogs.add(dialog)) return undefined;
    this.context.subscriptions.begin(dialog, 'subscriber', this.use);
    return dialog;
  }

  #assumed(): void {
    const [first] = this.#held;
    if (this.#answered || first === undefined) return;
    const { notify, flow } = first;
    const dialog = this.#add(dialogOfNotify(this.#sent.request, notify, this.#owner(flow)));
    const text = madeUpResponse(this.#sent.request.text, 200)
      .replace(/^To: .*$/m, () => `To: ${notify.from}`)
      .replace(/^CSeq: .*\r\n/m, line => `${line}Contact: ${notify.first('contact')}\r\n`);
    if (dialog !== undefined) this.#settle({ status: 200, size: 0, text: () => text });
  }

  #answer(answer: Answer): void {
    // What a target that was given up has granted is known by its NOTIFY.
    if (answer.status === 100 || answer.late || this.#answered) return;
    const { response, flow } = answer;
    if (answer.status < 200) this.#deliver(answer);
    else if (answer.status >= 300 || response === undefined || flow === undefined) {
      this.#forget();
      this.#settle(answer);
    } else {
      const { subscriptions } = this.context;
      const dialog = dialogOfResponse(this.#sent.request, response, this.#owner(flow));
      const added = this.#add(dialog);
      subscriptions.answered(dialog, this.use, {
        status: answer.status,
        value: id => response.first(id),
      });
      if (added === undefined) {
        this.#forget();
        this.#settle(madeUpAnswer(this.#sent.request.text, 503));
      } else {
        this.#settle(answer);
        if (!this.application.connected) subscriptions.finish(dialog, 'deactivated');
      }
    }
  }

  /** The application gets its answer; NOTIFYs that waited for it come after. */
  #settle(answer: Answer): void {
    const { clock, timers } = this.context.sender.transactions;
    this.#answered = true;
    if (this.#assume !== undefined) clock.cancel(this.#assume);
    this.#deliver(answer);
    for (const { again } of this.#held.splice(0)) again();
    // RFC 6665 section 4.1.2.4, timer N: other forks have notified by then.
    if (this.context.subscribes.get(this.#dialogId) === this)
      clock.after(64 * timers.T1, () => this.#forget());
  }

  #forget(): void {
    const { subscribes } = this.context;
    if (subscribes.get(this.#dialogId) === this) subscribes.delete(this.#dialogId);
  }

  #deliver(answer: Answer): void {
    if (!this.application.connected) return;
    const { size, flow } = answer;
    const makesDialog =
      this.#sent.request.method === 'SUBSCRIBE' || (answer.status >= 200 && answer.status < 300);
    this.application.deliver({
      text: answer.text(),
      size,
      source: 'network',
      flow,
      transactionId: this.id,
      dialogId: makesDialog ? this.#dialogId : '',
    });
  }
}
