/**
 * Dialogs that outlive their application and go to the next one of its name. An extension of the control protocol, off
 * unless an application logs in with a tag `resume:NAME`; docs/sip-server.md says what an application sees of it.
 *
 * When such an application is gone, a stand-in has its dialogs until another of that name takes them, or the time for
 * that is over. Whoever has the tag and a route for `notify` is told what there is: NOTIFY requests of the server's own,
 * a page of the list in each, the next one when the last is answered. A 2xx takes what the page offers. No message from
 * the network keeps a header field X-Ringbridge-Dialogs, so a NOTIFY that has it comes from this server.
 */
import { dialogsMarker, SipRequest } from '../../message/message.js';
import { parseMessage } from '../../message/parser.js';
import { requestText } from '../../message/serializer.js';
import { newBranch, newTag, randomToken } from '../../message/token.js';
import type { Clock } from '../../transaction/clock.js';
import { nowhere } from '../../transport/nowhere.js';
import type { Application, Applications } from '../application.js';
import type { Dialog } from '../dialog.js';
import { endReason } from '../hang-up.js';
import type { Uas } from '../server/uas.js';
import { type DialogEntry, entryOf, type Holders, holdings, idsOf, ownerOf } from './dialog-list.js';
import type { Estate } from './estate.js';
import { Farewells } from './farewells.js';
import { StandIn } from './stand-in.js';

export interface SuccessionContext extends Holders {
  applications: Applications;
  estate: Estate;
  uas: Uas;
  clock: Clock;
  /** How long a stand-in waits. */
  graceMs: number;
}

/** What one application is being told. */
interface Offer {
  /** Dialogs that it is still to be told of. */
  ids: string[];
  pages: number;
  /** A page is out and not yet answered. */
  open: boolean;
}

const maxEntries = 100;
const maxPageBytes = 256 * 1024;
const unlimited = {
  maxMessageBytes: Number.POSITIVE_INFINITY,
  maxHeaderFields: Number.POSITIVE_INFINITY,
  maxHeaderBytes: Number.POSITIVE_INFINITY,
};

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

export class Succession {
  readonly #offers = new Map<Application, Offer>();
  /** Who has a page with that dialog and has not answered yet. */
  readonly #offered = new Map<string, Application>();
  readonly #farewells: Farewells;

  constructor(private readonly context: SuccessionContext) {
    this.#farewells = new Farewells(context.clock);
  }

  /** An application with a name is gone: a stand-in gets what it had, for the next one. */
  inherit(application: Application, name: string): void {
    const { dialogs, estate, clock, graceMs } = this.context;
    this.#offers.delete(application);
    const standIn = new StandIn(name, dialogId => {
      const dialog = dialogs.ofId(dialogId);
      if (dialog !== undefined) estate.dialog(dialog, 'answered');
    });
    estate.settleAll(application, 'inherited', standIn);
    const ids = idsOf(owner => owner === standIn, this.context);
    if (ids.size === 0) return;
    clock.after(graceMs, () => {
      standIn.dismiss();
      this.#keepFarewells(standIn);
      estate.settleAll(standIn, 'unclaimed');
    });
    this.#offer(standIn, [...ids]);
  }

  /** An application has a name, and now a route for the list: it gets all there is under the name. */
  attend(application: Application, name: string): void {
    const ids = idsOf(owner => owner.resumeName === name && owner !== application, this.context);
    this.#enqueue(application, [...ids, ...this.#farewells.idsOf(name)]);
  }

  /** An application names a dialog: it has it from now on, if it may. */
  claim(dialog: Dialog, application: Application): void {
    const { application: owner } = dialog;
    if (!owner.connected) dialog.application = application;
    else if (owner instanceof StandIn && owner.resumeName === application.resumeName)
      queueMicrotask(() => this.#take(application, [dialog.id]));
  }

  /** It names one that the far end has ended meanwhile: its BYE waits to be delivered. */
  claimEnded(dialogId: string, application: Application): void {
    const [holding] = holdings([dialogId], this.context);
    const owner = holding && ownerOf(holding);
    if (owner instanceof StandIn && owner.resumeName === application.resumeName)
      queueMicrotask(() => this.#take(application, [dialogId]));
  }

  /** Nobody has come, and what ends now by itself some far ends had ended: whoever comes later is told. */
  #keepFarewells(standIn: StandIn): void {
    const ids = idsOf(owner => owner === standIn, this.context);
    for (const holding of holdings(ids, this.context))
      if (holding.exchanges.some(({ request }) => request.method === 'BYE'))
        this.#farewells.keep(standIn.resumeName, entryOf(holding, 'none', this.context.clock.now()));
  }

  #offer(standIn: StandIn, ids: string[]): void {
    const successor = this.context.applications.successor(standIn.resumeName, standIn.refusedBy);
    if (successor !== undefined) this.#enqueue(successor, ids);
  }

  #enqueue(application: Application, ids: string[]): void {
    const offer = this.#offers.get(application) ?? { ids: [], pages: 0, open: false };
    this.#offers.set(application, offer);
    offer.ids.push(...ids);
    if (!offer.open) this.#send(application, offer);
  }

  /** The next page; the first one even when there is nothing to tell: then that is what it says. */
  #send(application: Application, offer: Offer): void {
    const entries = this.#page(offer.ids, application);
    if (entries.length === 0 && offer.pages > 0) {
      this.#offers.delete(application);
      return;
    }
    offer.pages += 1;
    offer.open = true;
    const ours = entries.filter(({ owner }) => owner === 'none');
    for (const { id } of ours) this.#offered.set(id, application);
    const body = JSON.stringify({ page: offer.pages, last: offer.ids.length === 0, dialogs: entries });
    const notice = noticeOf(application.resumeName ?? '', body);
    // The application's message is answered first, then what it asked for comes.
    this.context.uas.announce(notice, nowhere, application, status =>
      queueMicrotask(() => this.#answered(application, offer, ours, status)),
    );
  }

  /** Takes as many off `ids` as one page has room for; what the application has itself by now is no news. */
  #page(ids: string[], application: Application): DialogEntry[] {
    const entries: DialogEntry[] = [];
    let bytes = 0;
    while (ids.length > 0 && entries.length < maxEntries && bytes < maxPageBytes) {
      const next = ids.splice(0, maxEntries - entries.length);
      for (const id of next) {
        const entry = this.#farewells.of(id);
        if (entry === undefined) continue;
        entries.push(entry);
        bytes += JSON.stringify(entry).length;
      }
      for (const holding of holdings(next, this.context)) {
        if (ownerOf(holding) === application) continue;
        const free = ownerOf(holding) instanceof StandIn && !this.#offered.has(holding.id);
        const entry = entryOf(holding, free ? 'none' : 'other', this.context.clock.now());
        if (bytes < maxPageBytes) entries.push(entry);
        else ids.push(holding.id);
        bytes += JSON.stringify(entry).length;
      }
    }
    return entries;
  }

  #answered(application: Application, offer: Offer, entries: DialogEntry[], status: number): void {
    const ids = entries.map(({ id }) => id);
    for (const id of ids) this.#offered.delete(id);
    const taken = isSuccess(status) && application.connected;
    if (taken) this.#take(application, ids, entries);
    else this.#refused(application, ids);
    offer.open = false;
    if (application.connected && this.#offers.get(application) === offer) this.#send(application, offer);
  }

  /** Somebody else of that name may want them. */
  #refused(application: Application, ids: string[]): void {
    const byOwner = new Map<StandIn, string[]>();
    for (const holding of holdings(ids, this.context)) {
      const owner = ownerOf(holding);
      if (owner instanceof StandIn) byOwner.set(owner, [...(byOwner.get(owner) ?? []), holding.id]);
    }
    for (const [standIn, left] of byOwner) {
      standIn.refusedBy.add(application);
      this.#offer(standIn, left);
    }
  }

  /** The dialogs are the application's, which gets what waits in them; it hears of those that have ended meanwhile. */
  #take(application: Application, ids: string[], entries: DialogEntry[] = []): void {
    if (!application.connected) return;
    const found = holdings(ids, this.context);
    for (const holding of found) {
      const owner = ownerOf(holding);
      if (!(owner instanceof StandIn)) continue;
      const requests = this.context.estate.settle(holding, 'takenOver', owner, application);
      for (const delivery of owner.release(holding.id)) application.deliver(delivery);
      for (const request of requests) this.context.uas.redeliver(request);
    }
    const alive = new Set(found.map(({ id }) => id));
    for (const entry of entries) {
      if (alive.has(entry.id)) continue;
      tellEnded(application, entry);
      this.#farewells.forget(entry.id);
    }
  }
}

/** The BYE that an application would have been shown if it had had the dialog when the dialog ended. */
function tellEnded(application: Application, entry: DialogEntry): void {
  const text = requestText({
    method: 'BYE',
    uri: entry.remoteTarget,
    via: madeUpVia(),
    routes: [],
    maxForwards: 70,
    from: entry.local,
    to: entry.remote,
    callId: entry.callId,
    sequence: entry.localSequence + 1,
    fields: [{ id: 'reason', name: 'Reason', value: endReason('Ended before it was taken over') }],
    body: '',
  });
  const unsolicited = { source: 'application' as const, transactionId: 'unsolicited' };
  application.deliver({ text, size: text.length, ...unsolicited, dialogId: entry.id });
}

const madeUpVia = (): string => `SIP/2.0/UDP ringbridge.invalid;branch=${newBranch()}`;

function noticeOf(name: string, body: string): SipRequest {
  const text = requestText({
    method: 'NOTIFY',
    uri: 'sip:dialogs@ringbridge.invalid',
    via: madeUpVia(),
    routes: [],
    maxForwards: 70,
    from: `<sip:dialogs@ringbridge.invalid>;tag=${newTag()}`,
    to: '<sip:dialogs@ringbridge.invalid>',
    callId: randomToken(16),
    sequence: 1,
    fields: [
      { id: 'event', name: 'Event', value: 'ringbridge-dialogs' },
      { id: 'subscription-state', name: 'Subscription-State', value: 'active' },
      { id: 'content-type', name: 'Content-Type', value: 'application/json' },
      { id: dialogsMarker, name: 'X-Ringbridge-Dialogs', value: name },
    ],
    body,
  });
  const notice = parseMessage(text, unlimited);
  if (!(notice instanceof SipRequest)) throw new Error('the list of dialogs is no request');
  return notice;
}
