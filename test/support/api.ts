/** The API as a program uses it. */
import { Readable } from 'node:stream';
import type { ReadableStream as WebReadable } from 'node:stream/web';

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

export interface VisitorCallback {
  id: string;
  token: string;
  state: string;
  outcome: string | null;
  position: number | null;
  estimatedWaitSeconds: number | null;
  queue: { key: string; name: string };
  waitsFor: 'opening' | null;
  opensAt: string | null;
  movedFrom: string | null;
  confirming: boolean;
  call: { id: string; offer: string } | null;
}

export interface CallOptions {
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export class Api {
  constructor(readonly url: string) {}

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<Answer<T>> {
    const { token, body, headers = {}, signal } = options;
    const raw =
      typeof body === 'string' || body instanceof Uint8Array
        ? body
        : body === undefined
          ? undefined
          : JSON.stringify(body);
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        // One that is kept may be that of a gateway which was killed.
        connection: 'close',
        ...(raw === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      ...(raw === undefined ? {} : { body: raw as BodyInit }),
      ...(signal ? { signal } : {}),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text ? JSON.parse(text) : undefined) as T,
    };
  }

  /** Asks for a callback as the widget does. */
  async askCallback(form: Record<string, unknown>): Promise<VisitorCallback> {
    const { status, body } = await this.call<VisitorCallback>('POST', '/api/v1/callbacks', {
      body: { siteKey: 'demo', queue: 'sales', ...form },
    });
    if (status !== 201) throw new Error(`callback refused: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Follows a callback's events until one fits; says what came when none does. */
  async follow(
    { id, token }: { id: string; token: string },
    match: (callback: VisitorCallback) => boolean,
    waitMs = 60_000,
  ): Promise<VisitorCallback> {
    const seen: VisitorCallback[] = [];
    const signal = AbortSignal.timeout(waitMs);
    try {
      for await (const callback of this.events({ id, token }, signal)) {
        seen.push(callback);
        if (match(callback)) return callback;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    throw new Error(
      `not seen among ${JSON.stringify(seen.map(({ state, outcome, position }) => [state, outcome, position]))}`,
    );
  }

  /** The server-sent events of a callback; whoever stops reading closes the connection. */
  async *events(
    { id, token }: { id: string; token: string },
    signal: AbortSignal,
  ): AsyncGenerator<VisitorCallback> {
    const leave = new AbortController();
    const response = await fetch(`${this.url}/api/v1/callbacks/${id}/events`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([signal, leave.signal]),
    });
    if (!response.ok || !response.body)
      throw new Error(`no events: ${response.status} ${await response.text()}`);
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const chunk of Readable.fromWeb(response.body as WebReadable)) {
        const lines = (text + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
        text = lines.pop() ?? '';
        for (const line of lines)
          if (line.startsWith('data: ')) yield JSON.parse(line.slice(6)) as VisitorCallback;
      }
    } finally {
      leave.abort();
    }
  }

  async signIn(email: string, password: string): Promise<string> {
    const { status, body } = await this.call<{ token: string }>('POST', '/api/v1/sessions', {
      body: { email, password },
    });
    if (status !== 201) throw new Error(`login refused: ${status} ${JSON.stringify(body)}`);
    return body.token;
  }
}
