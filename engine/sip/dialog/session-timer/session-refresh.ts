/** A refresh of a session by the server itself (RFC 4028 section 7.4): the application sees nothing of it. */
import type { SipResponse } from '../../message/message.js';
import type { TemplateField } from '../../message/template.js';
import type { Answer } from '../client/answer.js';
import type { NextHop } from '../client/next-hop.js';
import { type BuiltRequest, dialogRequest } from '../client/request-builder.js';
import { localOf, type Sendable, type Sender, sendUnanswered } from '../client/sender.js';
import type { Description, Dialog } from '../dialog.js';
import {
  deltaSeconds,
  leastInterval,
  listingTimer,
  minSe,
  sessionExpires,
  termsOf,
} from './session-expires.js';
import type { SessionTimer } from './session-timer.js';

const placeholder = 'sip:placeholder';
const noSuchMethod = new Set([405, 501]);
/** RFC 3261 section 12.2.1.2. */
const peerIsGone = new Set([408, 481]);

/** RFC 3261 section 14.1: who made the Call-ID waits longer. */
const glareDelayMs = (ours: boolean): number => (ours ? 2_100 : 0) + 10 * Math.floor(Math.random() * 191);

export class SessionRefresh {
  #ack: string | undefined;
  #settled: () => void = () => undefined;

  private constructor(
    private readonly sender: Sender,
    private readonly nextHop: NextHop,
    private readonly dialog: Dialog,
    private readonly timer: SessionTimer,
  ) {}

  /**
   * By UPDATE without a description where the peer takes that, else by INVITE with the last one we sent. Says how it
   * went to `timer`.
   */
  static send(sender: Sender, nextHop: NextHop, dialog: Dialog, timer: SessionTimer): void {
    new SessionRefresh(sender, nextHop, dialog, timer).#send();
  }

  #send(): void {
    const { dialog, timer } = this;
    const route = this.nextHop.of(dialog);
    if (route.kind === 'refused') timer.declined();
    else if (dialog.allowsUpdate || dialog.description === undefined) this.#update(route);
    else if (dialog.inviteOut !== undefined || dialog.inviteIn || dialog.awaitedAck !== undefined) {
      // The application or the peer changes the session just now, which refreshes it too.
      timer.again(glareDelayMs(this.#ours));
    } else this.#invite(route, dialog.description);
  }

  get #ours(): boolean {
    const { id, callId, localTag } = this.dialog;
    return id === `${callId};from-tag=${localTag}`;
  }

  #update(route: Sendable): void {
    this.sender.send(this.#request('UPDATE', route, undefined), route, answer => this.#answered(answer));
  }

  #invite(route: Sendable, description: Description): void {
    const { dialog } = this;
    const request = this.#request('INVITE', route, description);
    // A 200 to it is acknowledged even when the dialog is over by then, so there is nothing to take back.
    const mark = { cancel: () => undefined };
    dialog.inviteOut = mark;
    dialog.offers.request('us', 'INVITE', true);
    dialog.refreshing = new Promise(resolve => {
      this.#settled = () => {
        if (dialog.inviteOut === mark) dialog.inviteOut = undefined;
        dialog.refreshing = undefined;
        dialog.offers.closed('INVITE');
        this.#settled = () => undefined;
        resolve();
      };
    });
    this.sender.send(request, route, answer => {
      if (answer.status < 200) return;
      if (answer.status < 300 && answer.response !== undefined) this.#acknowledge(request, answer.response);
      this.#settled();
      this.#answered(answer);
    });
  }

  #request(method: string, route: Sendable, description: Description | undefined): BuiltRequest {
    const { dialog, timer } = this;
    const fields: TemplateField[] = listingTimer(
      [
        { id: 'contact', name: 'Contact', value: dialog.localContact },
        sessionExpires(timer.terms?.seconds ?? leastInterval, 'uac'),
        minSe(Math.max(timer.minSe, leastInterval)),
      ],
      'supported',
    );
    if (description !== undefined)
      fields.push({ id: 'content-type', name: 'Content-Type', value: description.type });
    const template = { startLine: '', fields, body: description?.body ?? '' };
    return dialogRequest(dialog, { method, uri: placeholder }, template, localOf(route));
  }

  #acknowledge(request: BuiltRequest, response: SipResponse): void {
    const { dialog } = this;
    dialog.refreshTarget(response);
    const route = this.nextHop.of(dialog);
    if (route.kind === 'refused') return;
    const line = { method: 'ACK', uri: placeholder };
    const ack = { sequence: request.sequence, credentials: [] };
    this.#ack ??= dialogRequest(
      dialog,
      line,
      { startLine: '', fields: [], body: '' },
      localOf(route),
      ack,
    ).text;
    sendUnanswered(route, this.#ack);
  }

  #answered({ status, response }: Answer): void {
    const { timer, dialog } = this;
    if (status < 200 || timer.state !== 'refreshing') return;
    if (status < 300 && response !== undefined) {
      dialog.refreshTarget(response);
      timer.refreshed(termsOf(response));
    } else if (peerIsGone.has(status)) timer.lost();
    else if (status === 491) timer.again(glareDelayMs(this.#ours));
    else if (status === 422 && this.#lengthened(response)) timer.again(0);
    else if (noSuchMethod.has(status) && dialog.allowsUpdate && dialog.description !== undefined) {
      dialog.allowsUpdate = false;
      timer.again(0);
    } else this.#failed(response);
  }

  /** Whatever else went wrong is tried again only if the peer says when; until then the session lives on. */
  #failed(response: SipResponse | undefined): void {
    const seconds = deltaSeconds(response?.first('retry-after')?.replace(/[ (].*$/, ''));
    if (seconds === undefined) this.timer.declined();
    else this.timer.again(seconds * 1_000);
  }

  /** Section 7.4: the interval becomes what the peer asks for, if that is more than we offered. */
  #lengthened(response: SipResponse | undefined): boolean {
    const least = deltaSeconds(response?.first('min-se'));
    const { terms } = this.timer;
    if (least === undefined || terms === undefined || least <= terms.seconds) return false;
    this.timer.lengthen(least);
    return true;
  }
}
