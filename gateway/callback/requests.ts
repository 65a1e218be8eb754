import {
  bringForward,
  cancel,
  enqueueCallback,
  hasRoom,
  reschedule,
  type Slot,
  type SlotTerms,
  tellWait,
  withFreeSeats,
} from '../acd/index.js';
import {
  answerBrowserCall,
  type BrowserCall,
  browserCallOf,
  leaveBrowserCall,
  pageIsBack,
} from '../calls/index.js';
import { ApiError, type Locale } from '../errors.js';
import type { Sql } from '../store/index.js';
import type { SoftphoneCredential } from '../telephony/index.js';
import { type Site, siteFor } from '../tenants/index.js';
import { isTimeZone } from '../time-zone.js';
import type { CallbackStream } from './event-stream.js';
import { callableNumber } from './number-policy.js';
import { offeredQueues, type QueuePromise, slotsOf, takesCallsNow } from './promises.js';
import { rate } from './rating.js';
import type { CallbackTokens, TokenScope } from './token.js';
import { type CounterToChoose, countersToChoose, type VisitorView, viewCallback } from './visitor-view.js';

/** What a visitor sends. */
export interface CallbackForm {
  siteKey: string;
  queue: string;
  /** As the visitor typed it. */
  phone?: string;
  /** Where he wants to be called; on his phone by default. */
  via?: 'phone' | 'browser';
  name?: string;
  note?: string;
  locale?: string;
  /** RFC 3339, the beginning of a slot; absent: now. */
  at?: string;
  /** IANA name, as the browser says. One that is not known here is as good as none. */
  timeZone?: string;
  page?: { url: string; title?: string };
  /** What the site's own code tells the agent. */
  context?: Record<string, string | number | boolean>;
  /** The key of the greeting by which the visitor came. */
  greeting?: string;
}

/** How a callback stands, and what its page has to do. */
export interface VisitorCallback extends VisitorView {
  call: (BrowserCall & { iceServers: SoftphoneCredential['iceServers'] }) | null;
}

/** What a visitor is told of a request he has made. */
export interface Receipt extends VisitorCallback {
  token: string;
  /** Where it can be moved and taken back without a login; only for whoever asked first. */
  link: string | null;
}

/** Where a request comes from. */
export interface Requester {
  address: string;
  /** The Origin header, where a browser sent one. */
  origin: string | undefined;
  locale: Locale;
}

export interface RequestOptions {
  sql: Sql;
  tokens: CallbackTokens;
  /** How browsers reach us: where a link to a callback leads. */
  publicUrl: string;
  /** What a visitor's browser is told of STUN and TURN servers, by a name of its own. */
  iceServers: (name: string) => SoftphoneCredential['iceServers'];
}

/** The visitor's side of the promise: ask, look, move, take back. */
export class CallbackRequests {
  readonly #sql: Sql;
  readonly #tokens: CallbackTokens;
  readonly #publicUrl: string;
  readonly #iceServers: RequestOptions['iceServers'];

  constructor({ sql, tokens, publicUrl, iceServers }: RequestOptions) {
    this.#sql = sql;
    this.#tokens = tokens;
    this.#publicUrl = publicUrl;
    this.#iceServers = iceServers;
  }

  /**
   * The site with its counters, in the visitor's language.
   * @throws ApiError site_unknown, origin_not_allowed
   */
  async describeSite(
    siteKey: string,
    origin: string | undefined,
    locale: Locale,
  ): Promise<Site & { queues: CounterToChoose[] }> {
    const site = await siteFor(this.#sql, siteKey, origin);
    return { ...site, queues: await countersToChoose(this.#sql, site.tenantId, locale) };
  }

  /**
   * The times that can be chosen at a counter.
   * @throws ApiError site_unknown, origin_not_allowed, queue_unknown
   */
  async slots(siteKey: string, origin: string | undefined, queueKey: string): Promise<Slot[]> {
    const site = await siteFor(this.#sql, siteKey, origin);
    return await this.#freeSlots(await this.#queue(site.tenantId, ({ key }) => key === queueKey));
  }

  /**
   * Takes a request: when this returns, it is on disk. Whoever asks again while the first request lives gets that one.
   * @throws ApiError site_unknown, origin_not_allowed, queue_unknown, queue_closed, queue_full, slot_…, phone_…
   */
  async ask(form: CallbackForm, requester: Requester): Promise<Receipt> {
    const site = await siteFor(this.#sql, form.siteKey, requester.origin);
    const { via = 'phone' } = form;
    if (via === 'browser') requireBrowserCall(site, form);
    if (via === 'phone' && form.phone === undefined)
      throw new ApiError('validation_failed', {
        field: 'phone',
        params: { reason: 'is missing', field: 'phone' },
      });
    const phone =
      via === 'browser' && form.phone === undefined
        ? undefined
        : callableNumber(form.phone ?? '', site.countries);
    const queue = await this.#queue(site.tenantId, ({ key }) => key === form.queue);
    const slot = form.at === undefined ? undefined : slotTerms(queue, form.at);
    if (!slot) requireOpen(queue);
    const requesterMac = this.#tokens.requester(requester.address);
    const request = await enqueueCallback(this.#sql, {
      tenantId: site.tenantId,
      siteId: site.id,
      queueId: queue.id,
      phone,
      via,
      name: clean(form.name),
      note: clean(form.note),
      locale: site.locales.find(locale => locale === form.locale) ?? requester.locale,
      timeZone: form.timeZone !== undefined && isTimeZone(form.timeZone) ? form.timeZone : undefined,
      pageUrl: form.page?.url,
      pageTitle: clean(form.page?.title),
      context: form.context && cleanContext(form.context),
      greeting: site.widget.greetings?.find(({ key }) => key === form.greeting)?.key,
      requester: requesterMac,
      slot,
      sameSeconds: queue.sameSeconds,
    });
    if (request === 'slot_full') throw new ApiError('slot_taken', { field: 'at' });
    if (request === 'queue_full') throw await this.#full(queue);
    // Whoever merely knows a customer's number may learn where the request stands, but not take it back.
    const scope = request.created || request.requester?.equals(requesterMac) ? 'full' : 'view';
    const view = await this.#view(request.id, scope);
    const seconds = view.estimatedWaitSeconds;
    const ref = { id: request.id, tenantId: site.tenantId };
    const told = seconds === null ? undefined : await tellWait(this.#sql, ref, seconds);
    const token = this.#tokens.issue(request.id, scope);
    // Behind the #, so that it stays in the browser: no server on the way writes it into a log.
    const link = scope === 'full' ? `${this.#publicUrl}/callback/#${request.id}.${token}` : null;
    return { ...view, token, link, estimatedWait: told ?? view.estimatedWait };
  }

  /** @throws ApiError unauthorized */
  async look(id: string, token: string | undefined): Promise<VisitorCallback> {
    return await this.#view(id, this.#tokens.verify(id, token));
  }

  /**
   * What it takes to follow the callback as it changes.
   * @throws ApiError unauthorized, not_found
   */
  async follow(id: string, token: string | undefined): Promise<CallbackStream> {
    const scope = this.#tokens.verify(id, token);
    return { id, ...(await this.#whereabouts(id)), look: () => this.#view(id, scope) };
  }

  /**
   * Takes the request back, at any moment; while they talk it ends the talk. What is over stays as it is.
   * @throws ApiError unauthorized, forbidden, not_found
   */
  async cancel(id: string, token: string | undefined): Promise<VisitorCallback> {
    const { tenantId } = await this.#own(id, token);
    await cancel(this.#sql, { id, tenantId });
    return await this.#view(id);
  }

  /**
   * The page takes the call.
   * @throws ApiError unauthorized, forbidden, not_found, call_over
   */
  async answerCall(id: string, token: string | undefined, call: string, sdp: string): Promise<void> {
    const ref = await this.#call(id, token, call);
    if (!(await answerBrowserCall(this.#sql, ref, sdp))) throw new ApiError('call_over');
  }

  /**
   * The page hangs up, or does not take the call.
   * @throws ApiError unauthorized, forbidden, not_found
   */
  async leaveCall(id: string, token: string | undefined, call: string): Promise<void> {
    await leaveBrowserCall(this.#sql, await this.#call(id, token, call));
  }

  /**
   * A page was loaded in which the visitor wants to go on with the call that he was in.
   * @throws ApiError unauthorized, forbidden, not_found
   */
  async returnToCall(id: string, token: string | undefined): Promise<void> {
    const { tenantId } = await this.#own(id, token);
    await pageIsBack(this.#sql, { tenantId, interactionId: id });
  }

  async #call(interactionId: string, token: string | undefined, id: string) {
    const { tenantId } = await this.#own(interactionId, token);
    return { tenantId, interactionId, id };
  }

  /**
   * The times to which a callback can be moved.
   * @throws ApiError unauthorized, not_found
   */
  async slotsFor(id: string, token: string | undefined): Promise<Slot[]> {
    this.#tokens.verify(id, token);
    const { tenantId, queueId } = await this.#whereabouts(id);
    return await this.#freeSlots(await this.#queue(tenantId, queue => queue.id === queueId));
  }

  /**
   * Moves a callback to another slot, or to now.
   * @throws ApiError unauthorized, forbidden, not_found, queue_closed, slot_…, callback_under_way
   */
  async move(id: string, token: string | undefined, at: string | null): Promise<VisitorCallback> {
    const { tenantId, queueId } = await this.#own(id, token);
    const queue = await this.#queue(tenantId, ({ id }) => id === queueId);
    if (at === null) {
      requireOpen(queue);
      if (!(await hasRoom(this.#sql, queue.id))) throw await this.#full(queue);
      const moved = await bringForward(this.#sql, { id, tenantId });
      if (!moved && (await this.#view(id)).state !== 'waiting') throw new ApiError('callback_under_way');
    } else {
      if ((await this.#view(id)).via === 'browser')
        throw new ApiError('browser_call_now_only', { field: 'at' });
      const slot = slotTerms(queue, at);
      const result = await reschedule(this.#sql, { id, tenantId, queueId }, { slot });
      if (result === 'full') throw new ApiError('slot_taken', { field: 'at' });
      if (result === 'too_late') throw new ApiError('callback_under_way');
    }
    return await this.#view(id);
  }

  /**
   * What the visitor thought of the talk.
   * @throws ApiError unauthorized, forbidden, not_found, rating_closed
   */
  async rate(
    id: string,
    token: string | undefined,
    stars: number,
    comment: string | undefined,
  ): Promise<void> {
    const { tenantId } = await this.#own(id, token);
    if (!(await rate(this.#sql, { id, tenantId }, { stars, comment: clean(comment) ?? null })))
      throw new ApiError('rating_closed');
  }

  /**
   * Where a callback is, for who may do everything with it.
   * @throws ApiError unauthorized, forbidden, not_found
   */
  async #own(id: string, token: string | undefined): Promise<{ tenantId: string; queueId: string }> {
    if (this.#tokens.verify(id, token) !== 'full') throw new ApiError('forbidden');
    return await this.#whereabouts(id);
  }

  /** The one place where a callback is found without its tenant: its visitor knows only its id, and the token proves it. */
  async #whereabouts(id: string): Promise<{ tenantId: string; queueId: string }> {
    const [row] = await this.#sql<{ tenantId: string; queueId: string }[]>`
      select tenant_id as "tenantId", queue_id as "queueId" from interactions where id = ${id}`;
    if (!row) throw new ApiError('not_found');
    return row;
  }

  /** @param scope who may only look is not told of the call that the page has to answer */
  async #view(id: string, scope: TokenScope = 'full'): Promise<VisitorCallback> {
    const found = await viewCallback(this.#sql, id);
    if (!found) throw new ApiError('not_found');
    const { tenantId, ...view } = found;
    const call =
      view.via === 'browser' && view.state !== 'done' && scope === 'full'
        ? await browserCallOf(this.#sql, tenantId, id)
        : null;
    return { ...view, call: call && { ...call, iceServers: this.#iceServers(`visitor-${id}`) } };
  }

  async #queue(tenantId: string, match: (queue: QueuePromise) => boolean): Promise<QueuePromise> {
    const queue = (await offeredQueues(this.#sql, tenantId)).find(match);
    if (!queue) throw new ApiError('queue_unknown', { field: 'queue' });
    return queue;
  }

  /** So many wait that no more are taken: what can be promised instead is a time. */
  async #full(queue: QueuePromise): Promise<ApiError> {
    const [slot] = await this.#freeSlots(queue);
    return new ApiError('queue_full', { field: 'queue', ...(slot && { slot }) });
  }

  async #freeSlots(queue: QueuePromise): Promise<Slot[]> {
    return await withFreeSeats(this.#sql, { ...queue, queueId: queue.id }, slotsOf(queue, new Date()));
  }
}

/** A page cannot be trusted to be open at a time to come. */
function requireBrowserCall({ widget }: Site, { at }: CallbackForm): void {
  if (widget.browserCalls === false) throw new ApiError('browser_calls_off', { field: 'via' });
  if (at !== undefined) throw new ApiError('browser_call_now_only', { field: 'at' });
}

function requireOpen(queue: QueuePromise): void {
  if (!takesCallsNow(queue, new Date())) throw new ApiError('queue_closed', { field: 'queue' });
}

/** The slot that begins at a moment, if it can be promised; whether a seat is free is for the store to say. */
function slotTerms(queue: QueuePromise, at: string): SlotTerms {
  const moment = Date.parse(at);
  const slot = slotsOf(queue, new Date()).find(candidate => candidate.at.getTime() === moment);
  if (!slot) throw new ApiError('slot_unavailable', { field: 'at' });
  return { ...slot, capacity: queue.capacity, priority: queue.priority };
}

/** Text of a visitor as it is stored: no control characters (they end up in SIP headers and on screens), no blank ends. */
function clean(text: string | undefined): string | undefined {
  const cleaned = text?.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return cleaned === '' ? undefined : cleaned;
}

function cleanContext(context: Record<string, string | number | boolean>) {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [
      key,
      typeof value === 'string' ? (clean(value) ?? '') : value,
    ]),
  );
}
