import type { RingingJournal } from '../journal/ringing-journal.js';
import type { SipRequest } from '../message/message.js';
import type { Clock } from '../transaction/clock.js';
import type { Application } from './application.js';
import { type Dialog, dialogId } from './dialog.js';

/** All dialogs there are, by id and by Call-ID. */
export class DialogStore {
  readonly #byId = new Map<string, Dialog>();
  readonly #byCallId = new Map<string, Dialog[]>();
  constructor(
    private readonly maxDialogs: number,
    private readonly clock: Clock,
    /** Absent when the next run need not know who talks. */
    private readonly journal?: RingingJournal,
  ) {}

  get size(): number {
    return this.#byId.size;
  }

  get full(): boolean {
    return this.#byId.size >= this.maxDialogs;
  }

  /** False when there is one of that id. */
  add(dialog: Dialog): boolean {
    if (this.#byId.has(dialog.id)) return false;
    dialog.since = this.clock.now();
    this.#byId.set(dialog.id, dialog);
    const same = this.#byCallId.get(dialog.callId);
    if (same === undefined) this.#byCallId.set(dialog.callId, [dialog]);
    else same.push(dialog);
    return true;
  }

  /** Adds another early dialog of one INVITE (RFC 3261 section 12.1): the id is of the newest, requests find them all. */
  addFork(dialog: Dialog): boolean {
    this.#byId.delete(dialog.id);
    return this.add(dialog);
  }

  /** The call in it is answered. For the next run of the server, should this one be killed. */
  answered(dialog: Dialog): void {
    const { id, callId, localTag, remoteTag, local, remote, remoteTarget, localContact, flow } = dialog;
    const { localSequence, remoteSequence } = dialog;
    const routeSet = [...dialog.routeSet];
    const { protocol, remoteAddress: address, remotePort: port, domain } = flow;
    this.journal?.began(id, {
      ...{ protocol, address, port, domain },
      dialog: {
        ...{ id, callId, localTag, remoteTag, local, remote, remoteTarget, localContact, routeSet },
        ...{ localSequence, remoteSequence },
      },
    });
  }

  /** Ends the call in a dialog, and the dialog with it, unless a subscription uses it: then nothing finds it any more. */
  remove(dialog: Dialog): void {
    dialog.state = 'terminated';
    // Whoever ends it with a message has told already; no end is without a record.
    dialog.call?.ended('application', 'system-error-initiated-termination');
    dialog.awaitedAck?.stop();
    dialog.awaitedAck = undefined;
    dialog.inviteOut?.cancel();
    dialog.timer?.stop();
    this.journal?.ended(dialog.id);
    this.release(dialog);
  }

  /** Forgets a dialog that nothing uses any more. */
  release(dialog: Dialog): void {
    if (dialog.state !== 'terminated' || dialog.subscriptions.length > 0) return;
    const same = this.#byCallId.get(dialog.callId);
    if (same === undefined || !same.includes(dialog)) return;
    const rest = same.filter(other => other !== dialog);
    const fork = rest.findLast(({ id }) => id === dialog.id);
    if (fork !== undefined) this.#byId.set(dialog.id, fork);
    else this.#byId.delete(dialog.id);
    if (rest.length === 0) this.#byCallId.delete(dialog.callId);
    else this.#byCallId.set(dialog.callId, rest);
  }

  ofId(id: string): Dialog | undefined {
    return this.#byId.get(id);
  }

  /** The newest dialog of that Call-ID. */
  ofCallId(callId: string): Dialog | undefined {
    return this.#byCallId.get(callId)?.at(-1);
  }

  /** The dialog that a request from the network belongs to: both tags must agree (RFC 3261 section 12.2.2). */
  ofRequest(request: SipRequest): Dialog | undefined {
    const local = request.toTag;
    if (local === undefined) return undefined;
    const remote = request.fromTag ?? '';
    const matches = (dialog: Dialog | undefined) => dialog?.localTag === local && dialog.remoteTag === remote;
    for (const creator of [remote, local]) {
      const dialog = this.#byId.get(dialogId(request.callId, creator));
      if (matches(dialog)) return dialog;
    }
    return this.#byCallId.get(request.callId)?.find(matches);
  }

  all(): Dialog[] {
    return [...this.#byId.values()];
  }

  ofApplication(application: Application): Dialog[] {
    return [...this.#byId.values()].filter(dialog => dialog.application === application);
  }
}
