import type { Callback, CallbackRequest, Site, Slot, Ticket } from './callback.js';
import { eventStreamParser } from './event-stream.js';

/** The server said no, with a sentence for the visitor and, where it is about one, the field. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | undefined,
    /** The time that can be had instead. */
    readonly slot?: Slot,
  ) {
    super(message);
  }

  /** The callback is unknown or not ours: asking again cannot help. */
  get final(): boolean {
    return this.status === 401 || this.status === 403 || this.status === 404 || this.status === 410;
  }
}

/** Longer than any answer should take, short enough to still be watched. */
const answerTimeoutMs = 15_000;
/** The server sends a comment every 15 s: three of them missing mean that the stream is dead. */
const silenceTimeoutMs = 45_000;

export interface Api {
  site(): Promise<Site>;
  request(request: CallbackRequest): Promise<Callback & { token: string }>;
  read(ticket: Ticket): Promise<Callback>;
  cancel(ticket: Ticket): Promise<Callback>;
  /** The times at a counter, or those to which a callback can be moved. */
  slots(of: string | Ticket): Promise<Slot[]>;
  /** To another time, or to now. */
  move(ticket: Ticket, at: string | null): Promise<Callback>;
  answer(ticket: Ticket, call: string, sdp: string): Promise<void>;
  /** Asks for the call that the page before was in, and may have left without a word. */
  comeBack(ticket: Ticket): Promise<void>;
  /** Hangs up, also from a page that is being left. */
  leave(ticket: Ticket, call: string): Promise<void>;
  /** What the visitor thought of the talk. */
  rate(ticket: Ticket, stars: number, comment?: string): Promise<void>;
  /** Calls `onCallback` for each event; resolves when the stream ends, rejects when it breaks. */
  stream(ticket: Ticket, signal: AbortSignal, onCallback: (callback: Callback) => void): Promise<void>;
}

async function refusalOf(response: Response): Promise<Refusal> {
  const body: unknown = await response.json().catch(() => null);
  const { code, message, field, slot } = (body ?? {}) as Record<string, unknown>;
  return new Refusal(
    response.status,
    typeof code === 'string' ? code : 'failed',
    typeof message === 'string' ? message : '',
    typeof field === 'string' ? field : undefined,
    slot as Slot | undefined,
  );
}

/** The API at `origin` for one site, answering in `language`. Rejections are `Refusal` or network errors. */
export function createApi(
  origin: string,
  siteKey: string,
  language: string,
  fetcher = fetch.bind(globalThis),
): Api {
  const callbacks = `${origin}/api/v1/callbacks`;
  const site = `${origin}/api/v1/sites/${encodeURIComponent(siteKey)}`;
  const json = { 'Content-Type': 'application/json' };
  const common = { 'Accept-Language': language };

  async function call<T>(url: string, init: RequestInit = {}): Promise<T> {
    const response = await fetcher(url, {
      ...init,
      headers: { ...common, ...init.headers },
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    if (!response.ok) throw await refusalOf(response);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }
  const at = (ticket: Ticket) => `${callbacks}/${encodeURIComponent(ticket.id)}`;
  const authorization = (ticket: Ticket) => ({ Authorization: `Bearer ${ticket.token}` });

  return {
    site: () => call(`${site}?locale=${language}`),
    request: request =>
      call(callbacks, {
        method: 'POST',
        headers: json,
        body: JSON.stringify(request),
      }),
    read: ticket => call(at(ticket), { headers: authorization(ticket) }),
    cancel: ticket => call(at(ticket), { method: 'DELETE', headers: authorization(ticket) }),
    slots: async of => {
      const found =
        typeof of === 'string'
          ? call<{ slots: Slot[] }>(`${site}/slots?queue=${encodeURIComponent(of)}`)
          : call<{ slots: Slot[] }>(`${at(of)}/slots`, { headers: authorization(of) });
      return (await found).slots;
    },
    move: (ticket, to) =>
      call(`${at(ticket)}/time`, {
        method: 'PUT',
        headers: { ...json, ...authorization(ticket) },
        body: JSON.stringify({ at: to }),
      }),
    answer: (ticket, id, sdp) =>
      call(`${at(ticket)}/calls/${encodeURIComponent(id)}`, {
        method: 'PUT',
        headers: { ...json, ...authorization(ticket) },
        body: JSON.stringify({ sdp }),
      }),
    comeBack: ticket => call(`${at(ticket)}/calls`, { method: 'POST', headers: authorization(ticket) }),
    leave: (ticket, id) =>
      call(`${at(ticket)}/calls/${encodeURIComponent(id)}`, {
        method: 'DELETE',
        headers: authorization(ticket),
        keepalive: true,
      }),
    // A page that is left at once sends it still.
    rate: (ticket, stars, comment) =>
      call(`${at(ticket)}/rating`, {
        method: 'PUT',
        headers: { ...json, ...authorization(ticket) },
        body: JSON.stringify({ stars, ...(comment && { comment }) }),
        keepalive: true,
      }),

    async stream(ticket, signal, onCallback) {
      const dead = new AbortController();
      const abort = () => dead.abort();
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      let silence = setTimeout(abort, answerTimeoutMs);
      try {
        const response = await fetcher(`${at(ticket)}/events`, {
          headers: { ...common, ...authorization(ticket), Accept: 'text/event-stream' },
          credentials: 'omit',
          cache: 'no-store',
          signal: dead.signal,
        });
        if (!response.ok) throw await refusalOf(response);
        const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
        const parse = eventStreamParser();
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return;
          clearTimeout(silence);
          silence = setTimeout(abort, silenceTimeoutMs);
          for (const { event, data } of parse(value)) {
            if (event === 'callback') onCallback(JSON.parse(data) as Callback);
          }
        }
      } finally {
        clearTimeout(silence);
        signal.removeEventListener('abort', abort);
        dead.abort();
      }
    },
  };
}
