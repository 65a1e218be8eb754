import { cancel, enqueueCallback } from '../acd/index.js';
import { ApiError, type Locale } from '../errors.js';
import type { Sql } from '../store/index.js';
import { findSite, type Site } from '../tenants/index.js';
import type { CallbackStream } from './event-stream.js';
import { callableNumber } from './number-policy.js';
import type { CallbackTokens } from './token.js';
import { type Counter, listCounters, type VisitorView, viewCallback } from './visitor-view.js';

/** What a visitor sends. */
export interface CallbackForm {
  siteKey: string;
  queue: string;
  phone: string;
  name?: string;
  note?: string;
  locale?: string;
  page?: { url: string; title?: string };
}

/** Where a request comes from. */
export interface Requester {
  address: string;
  /** The Origin header, where a browser sent one. */
  origin: string | undefined;
  locale: Locale;
}

/** The visitor's side of the promise: ask, look, take back. */
export class CallbackRequests {
  readonly #sql: Sql;
  readonly #tokens: CallbackTokens;

  constructor(sql: Sql, tokens: CallbackTokens) {
    this.#sql = sql;
    this.#tokens = tokens;
  }

  /**
   * The site with its counters, in the visitor's language.
   * @throws ApiError site_unknown, origin_not_allowed
   */
  async describeSite(
    siteKey: string,
    origin: string | undefined,
    locale: Locale,
  ): Promise<Site & { queues: Counter[] }> {
    const site = await this.#site(siteKey, origin);
    return { ...site, queues: await listCounters(this.#sql, site.tenantId, locale) };
  }

  /**
   * Takes a request: when this returns, it is on disk. Whoever asks again while the first request lives gets that one.
   * @throws ApiError site_unknown, origin_not_allowed, queue_unknown, queue_closed, phone_…
   */
  async ask(form: CallbackForm, requester: Requester): Promise<VisitorView & { token: string }> {
    const site = await this.#site(form.siteKey, requester.origin);
    const phone = callableNumber(form.phone, site.countries);
    const queue = await this.#queue(site.tenantId, form.queue);
    const requesterMac = this.#tokens.requester(requester.address);
    const request = await enqueueCallback(this.#sql, {
      tenantId: site.tenantId,
      siteId: site.id,
      queueId: queue.id,
      phone,
      name: clean(form.name),
      note: clean(form.note),
      locale: site.locales.find(locale => locale === form.locale) ?? requester.locale,
      pageUrl: form.page?.url,
      pageTitle: clean(form.page?.title),
      requester: requesterMac,
    });
    const view = await this.#view(request.id);
    // Whoever merely knows a customer's number may learn where the request stands, but not take it back.
    const scope = request.created || request.requester.equals(requesterMac) ? 'full' : 'view';
    return { ...view, token: this.#tokens.issue(request.id, scope) };
  }

  /** @throws ApiError unauthorized */
  async look(id: string, token: string | undefined): Promise<VisitorView> {
    this.#tokens.verify(id, token);
    return await this.#view(id);
  }

  /**
   * What it takes to follow the callback as it changes.
   * @throws ApiError unauthorized, not_found
   */
  async follow(id: string, token: string | undefined): Promise<CallbackStream> {
    this.#tokens.verify(id, token);
    return { id, ...(await this.#whereabouts(id)), look: () => this.#view(id) };
  }

  /**
   * Takes the request back, at any moment; while they talk it ends the talk. What is over stays as it is.
   * @throws ApiError unauthorized, forbidden, not_found
   */
  async cancel(id: string, token: string | undefined): Promise<VisitorView> {
    if (this.#tokens.verify(id, token) !== 'full') throw new ApiError('forbidden');
    const { tenantId } = await this.#whereabouts(id);
    await cancel(this.#sql, { id, tenantId });
    return await this.#view(id);
  }

  /** The one place where a callback is found without its tenant: its visitor knows only its id, and the token proves it. */
  async #whereabouts(id: string): Promise<{ tenantId: string; queueId: string }> {
    const [row] = await this.#sql<{ tenantId: string; queueId: string }[]>`
      select tenant_id as "tenantId", queue_id as "queueId" from interactions where id = ${id}`;
    if (!row) throw new ApiError('not_found');
    return row;
  }

  async #view(id: string): Promise<VisitorView> {
    const view = await viewCallback(this.#sql, id);
    if (!view) throw new ApiError('not_found');
    return view;
  }

  async #site(key: string, origin: string | undefined): Promise<Site> {
    const site = await findSite(this.#sql, key);
    if (!site) throw new ApiError('site_unknown', { field: 'siteKey' });
    if (origin !== undefined && !site.origins.includes(origin)) throw new ApiError('origin_not_allowed');
    return site;
  }

  async #queue(tenantId: string, key: string): Promise<{ id: string }> {
    const [queue] = await this.#sql<{ id: string; open: boolean }[]>`
      select id, open from queues where tenant_id = ${tenantId} and key = ${key}`;
    if (!queue) throw new ApiError('queue_unknown', { field: 'queue' });
    if (!queue.open) throw new ApiError('queue_closed', { field: 'queue' });
    return queue;
  }
}

/** Text of a visitor as it is stored: no control characters (they end up in SIP headers and on screens), no blank ends. */
function clean(text: string | undefined): string | undefined {
  const cleaned = text?.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return cleaned === '' ? undefined : cleaned;
}
