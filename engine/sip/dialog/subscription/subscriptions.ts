/** The subscriptions of all dialogs: what the messages of either side do to them. */
import type { SipRequest } from '../../message/message.js';
import { type Template, templateValue } from '../../message/template.js';
import type { Clock } from '../../transaction/clock.js';
import type { Timers } from '../../transaction/timers.js';
import type { NextHop } from '../client/next-hop.js';
import { dialogRequest } from '../client/request-builder.js';
import { localOf, type Sender } from '../client/sender.js';
import type { Dialog } from '../dialog.js';
import type { DialogStore } from '../dialog-store.js';
import {
  declinesSubscription,
  type EventName,
  type EventUse,
  eventUse,
  grantedSeconds,
  isAbout,
} from './event-use.js';
import { Subscription, type SubscriptionHost } from './subscription.js';
import { endNotice, finalRequest } from './subscription-messages.js';
import type { SubscriptionRole } from './subscription-states.js';

/** More than anybody needs in one dialog. */
const maxPerDialog = 32;
/** Answers that say that the subscription is no more (RFC 6665 sections 4.1.2.2 and 4.2.2), and that nobody is there. */
const ending = new Set([404, 405, 408, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604]);
const isChallenge = (status: number): boolean => status === 401 || status === 407;

/** What an answer says about a subscription. */
export interface EventAnswer {
  status: number;
  value(id: string): string | undefined;
}

export class Subscriptions implements SubscriptionHost {
  readonly clock: Clock;
  readonly timers: Timers;

  constructor(
    private readonly dialogs: DialogStore,
    private readonly sender: Sender,
    private readonly nextHop: NextHop,
  ) {
    this.clock = sender.transactions.clock;
    this.timers = sender.transactions.timers;
  }

  /** The subscription that a SUBSCRIBE or REFER is about, made when it is not there. */
  begin(dialog: Dialog, role: SubscriptionRole, use: EventUse): Subscription | undefined {
    const known = find(dialog, use.event, role);
    if (known !== undefined) return known;
    const live = this.dialogs.ofId(dialog.id) === dialog && dialog.subscriptions.length < maxPerDialog;
    if (!live) return undefined;
    const { event = { package: '' }, implicit } = use;
    const subscription = new Subscription({ dialog, role, event, implicit }, this);
    dialog.subscriptions = [...dialog.subscriptions, subscription];
    return subscription;
  }

  /** A request of the application is about to go out. Its NOTIFY may come before its answer. */
  sending(dialog: Dialog, use: EventUse | undefined): void {
    if (use !== undefined && use.method !== 'NOTIFY') this.begin(dialog, 'subscriber', use);
  }

  /** The final answer to a request of the application. */
  answered(dialog: Dialog, use: EventUse | undefined, answer: EventAnswer): void {
    if (use === undefined) return;
    if (use.method === 'NOTIFY') this.#notifyAnswered(dialog, use, answer.status);
    else this.#subscribeAnswered(find(dialog, use.event, 'subscriber'), use, answer);
  }

  #notifyAnswered(dialog: Dialog, use: EventUse, status: number): void {
    const subscription = find(dialog, use.event, 'notifier') ?? find(dialog, use.event, 'subscriber');
    const last = use.state === 'notifyTerminated';
    // Challenged, it is sent again with credentials, soon or never.
    if (isChallenge(status)) {
      if (last) subscription?.fire('closed');
    } else if (status < 300 || last) subscription?.fire(use.state, use.seconds);
    else if (ending.has(status)) subscription?.fire('failed');
  }

  #subscribeAnswered(subscription: Subscription | undefined, use: EventUse, answer: EventAnswer): void {
    if (subscription === undefined) return;
    if (answer.status < 300) {
      const seconds = grantedSeconds(use, answer.value('expires'));
      if (declinesSubscription(answer.value('refer-sub'))) subscription.fire('failed');
      else subscription.fire(seconds === 0 ? 'closed' : 'accepted', seconds);
    } else if (subscription.state === 'notifyWait' || ending.has(answer.status)) subscription.fire('failed');
  }

  /** A NOTIFY from the network. */
  notified(dialog: Dialog, request: SipRequest): void {
    const use = saidBy(request);
    if (use !== undefined) find(dialog, use.event, 'subscriber')?.fire(use.state, use.seconds);
  }

  /** The application has answered a request from the network. */
  responded(dialog: Dialog, request: SipRequest, status: number, template: Template): void {
    const use = saidBy(request);
    if (use === undefined || status < 200) return;
    if (use.method === 'NOTIFY') {
      if (ending.has(status)) find(dialog, use.event, 'subscriber')?.fire('failed');
      return;
    }
    if (status >= 300) {
      if (ending.has(status)) find(dialog, use.event, 'notifier')?.fire('failed');
      return;
    }
    if (declinesSubscription(templateValue(template, 'refer-sub'))) return;
    const seconds = grantedSeconds(use, templateValue(template, 'expires'));
    this.begin(dialog, 'notifier', use)?.fire(seconds === 0 ? 'closed' : 'accepted', seconds);
  }

  /** Ends all subscriptions of a dialog, with a word to the far end: a reason of RFC 6665 section 4.1.3. */
  finish(dialog: Dialog, reason: 'deactivated' | 'probation'): void {
    for (const subscription of dialog.subscriptions) subscription.finish(reason);
  }

  tell(subscription: Subscription): void {
    const { dialog, implicit } = subscription;
    const { application, flow, id } = dialog;
    if (implicit || !application.connected) return;
    const text = endNotice(subscription);
    const source = 'application';
    application.deliver({
      text,
      size: text.length,
      source,
      flow,
      transactionId: 'unsolicited',
      dialogId: id,
    });
  }

  sendFinal(subscription: Subscription, reason: string): void {
    if (subscription.implicit) return;
    const { dialog } = subscription;
    const route = this.nextHop.of(dialog);
    if (route.kind === 'refused') return;
    const { method, template } = finalRequest(subscription, reason);
    const line = { method, uri: 'sip:placeholder' };
    this.sender.send(dialogRequest(dialog, line, template, localOf(route)), route, () => undefined);
  }

  ended(subscription: Subscription): void {
    const { dialog } = subscription;
    dialog.subscriptions = dialog.subscriptions.filter(other => other !== subscription);
    this.dialogs.release(dialog);
  }
}

const saidBy = (request: SipRequest): EventUse | undefined =>
  eventUse(request.method, request.cseq?.number ?? 0, id => request.first(id));

/** The subscription of that side that a message is about; without an Event, the only one. */
function find(
  dialog: Dialog,
  event: EventName | undefined,
  role: SubscriptionRole,
): Subscription | undefined {
  const own = dialog.subscriptions.filter(subscription => subscription.role === role);
  if (event === undefined) return own.length === 1 ? own[0] : undefined;
  return own.find(subscription => isAbout(subscription, event));
}
