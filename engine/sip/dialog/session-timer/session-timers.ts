/** Session timers (RFC 4028) of all dialogs: what our requests and answers say of them, and what starts one. */
import type { SipRequest, SipResponse } from '../../message/message.js';
import { lists } from '../../message/option-tags.js';
import type { Template, TemplateField } from '../../message/template.js';
import { detached } from '../../message/token.js';
import type { Clock } from '../../transaction/clock.js';
import type { NextHop } from '../client/next-hop.js';
import type { Sender } from '../client/sender.js';
import type { Dialog } from '../dialog.js';
import { type HangUp, sessionExpired } from '../hang-up.js';
import {
  agree,
  deltaSeconds,
  givenSessionExpires,
  leastInterval,
  listingTimer,
  minSe,
  sessionExpires,
  type Terms,
  termsOf,
} from './session-expires.js';
import { SessionRefresh } from './session-refresh.js';
import { SessionTimer } from './session-timer.js';

/** The requests that refresh a session (section 7.4). */
export const refreshesSession = (method: string): boolean => method === 'INVITE' || method === 'UPDATE';

export interface SessionTimersContext {
  clock: Clock;
  sender: Sender;
  nextHop: NextHop;
  hangUp: HangUp;
}

/** A 2xx of ours: its fields, and what holds once it is sent. */
export interface AnswerTerms {
  fields: TemplateField[];
  terms: Terms | undefined;
}

export class SessionTimers {
  constructor(private readonly context: SessionTimersContext) {}

  /** A request of the application with what the timer of its dialog adds. Nothing is asked for that it did not ask. */
  asking(method: string, template: Template, dialog?: Dialog): Template {
    if (!refreshesSession(method)) return template;
    const given = givenSessionExpires(template);
    const terms = dialog?.state === 'confirmed' ? dialog.timer?.terms : undefined;
    if (given === undefined && terms === undefined) return template;
    const fields = listingTimer(template.fields, 'supported');
    if (given === undefined && terms !== undefined) {
      // Without it the session would lose its limit (section 7.4).
      fields.push(sessionExpires(terms.seconds, terms.weRefresh ? 'uac' : 'uas'));
      const least = dialog?.timer?.minSe ?? 0;
      if (least > leastInterval && !fields.some(({ id }) => id === 'min-se')) fields.push(minSe(least));
    }
    return { ...template, fields };
  }

  /** What the application's 2xx to an INVITE or UPDATE has to say; undefined when it stands as it is. */
  answering(request: SipRequest, template: Template, dialog: Dialog): AnswerTerms | undefined {
    const wanted = givenSessionExpires(template);
    if (wanted === undefined && dialog.timer === undefined && request.first('session-expires') === undefined)
      return undefined;
    const agreed = agree(request, wanted, dialog.timer?.terms);
    if (agreed === undefined) return undefined;
    const { seconds, refresher, require } = agreed;
    const fields = template.fields.filter(({ id }) => id !== 'session-expires');
    fields.push(sessionExpires(seconds, refresher));
    return {
      fields: require ? listingTimer(fields, 'require') : fields,
      terms: { seconds, weRefresh: refresher === 'uas' },
    };
  }

  /** A 2xx of ours to an INVITE or UPDATE of a confirmed dialog is sent. */
  answered(dialog: Dialog, request: SipRequest, sent: string, terms: Terms | undefined): void {
    this.#refreshed(dialog, request, sent, terms);
  }

  /** A 2xx to an INVITE or UPDATE of the application is there. */
  accepted(dialog: Dialog, sent: string, response: SipResponse): void {
    this.#refreshed(dialog, response, sent, termsOf(response));
  }

  /** What is sent may be the last description of the session; before the 2xx nobody knows whether it will be needed. */
  remember(dialog: Dialog, sent: string): void {
    if (dialog.timer?.terms === undefined && dialog.state !== 'early') return;
    const head = sent.indexOf('\r\n\r\n');
    if (head + 4 >= sent.length) return;
    const type = /\r\nContent-Type: ([^\r]*)/.exec(sent.slice(0, head))?.[1] ?? 'application/sdp';
    dialog.description = { type: detached(type), body: detached(sent.slice(head + 4)) };
  }

  #refreshed(dialog: Dialog, heard: SipRequest | SipResponse, sent: string, terms: Terms | undefined): void {
    if (terms === undefined && dialog.timer === undefined) {
      dialog.description = undefined;
      return;
    }
    dialog.timer ??= this.#timer(dialog);
    dialog.timer.minSe = Math.max(dialog.timer.minSe, deltaSeconds(heard.first('min-se')) ?? 0);
    const allow = heard.all('allow');
    if (allow.length > 0) dialog.allowsUpdate = lists(allow, 'update');
    dialog.timer.refreshed(terms);
    this.remember(dialog, sent);
  }

  #timer(dialog: Dialog): SessionTimer {
    const { clock, sender, nextHop, hangUp } = this.context;
    const user = {
      refresh: (timer: SessionTimer) => SessionRefresh.send(sender, nextHop, dialog, timer),
      expired: () => hangUp.end(dialog, sessionExpired),
    };
    return new SessionTimer(clock, user, leastInterval);
  }
}
