/** A server in this process with applications on it, for tests. Everything listens on free ports of 127.0.0.1. */
import { once } from 'node:events';
import Srf, { type Dialog, type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { pino } from 'pino';
import { defaultSipServerOptions, type SipServerOptions } from '../options.js';
import { type SipServer, type SipServerParts, startSipServer } from '../server.js';
import { FakeClock } from './fake-clock.js';
import { UdpPeer, WsPeer } from './peer.js';
import { RawApplication } from './raw-application.js';

/** What an application does with a request. */
export type Handler = (req: SrfRequest, res: SrfResponse) => unknown;

export const secret = 'correct horse';

const anyPort = { host: '127.0.0.1', port: 0 };

export class Harness {
  readonly #closing: (() => Promise<void> | void)[] = [];
  readonly #gone = new Set<Srf>();
  private constructor(readonly server: SipServer) {}

  /**
   * Its time stands still unless a test has a clock of its own: nothing is repeated or given up because the machine was
   * busy for a moment.
   */
  static async start(
    options: Partial<SipServerOptions> = {},
    parts: Partial<SipServerParts> = {},
  ): Promise<Harness> {
    const all = {
      ...defaultSipServerOptions,
      control: anyPort,
      udp: [anyPort],
      ws: [anyPort],
      secret,
      ...options,
    };
    const log = pino({ level: 'silent' });
    return new Harness(await startSipServer(all, { log, clock: new FakeClock(), ...parts }));
  }

  /**
   * An application by the unmodified drachtio-srf, logged in and with its routes known to the server.
   * @param handlers by method in lower case
   */
  async application(handlers: Record<string, Handler> = {}, tags: string[] = []): Promise<Srf> {
    const srf = tags.length > 0 ? new Srf(tags as never) : new Srf();
    const methods = srf as unknown as Record<string, (handler: Handler) => void>;
    for (const [method, handler] of Object.entries(handlers)) methods[method]?.call(srf, handler);
    srf.on('error', () => undefined);
    const routes = this.server.sizes().routes + Object.keys(handlers).length;
    const connected = once(srf, 'connect');
    srf.connect({ host: this.server.control.host, port: this.server.control.port, secret });
    const [error] = await connected;
    if (error) throw error;
    this.#closing.push(() => {
      if (!this.#gone.has(srf)) srf.disconnect();
    });
    await this.until(() => this.server.sizes().routes >= routes);
    return srf;
  }

  /** An application goes; resolves when the server knows. */
  async disconnect(srf: Srf): Promise<void> {
    const { routes } = this.server.sizes();
    this.#gone.add(srf);
    srf.disconnect();
    await this.until(() => this.server.sizes().routes < routes);
  }

  /** A connection to the control port, not logged in. */
  async raw(): Promise<RawApplication> {
    const application = await RawApplication.open(this.server.control);
    this.#closing.push(() => {
      application.socket.destroy();
    });
    return application;
  }

  /** Resolves as soon as the server is in that state; looks once in each turn of the event loop. */
  async until(reached: () => boolean): Promise<void> {
    while (!reached()) await new Promise(resolve => setImmediate(resolve));
  }

  async udpPeer(): Promise<UdpPeer> {
    const [server] = this.server.udp;
    if (server === undefined) throw new Error('the server has no UDP');
    return this.keep(await UdpPeer.open(server));
  }

  async wsPeer(): Promise<WsPeer> {
    const [server] = this.server.ws;
    if (server === undefined) throw new Error('the server has no WebSocket');
    return this.keep(await WsPeer.open(server));
  }

  /** Closes it before the server. */
  keep<P extends { close(): Promise<void> }>(peer: P): P {
    this.#closing.push(() => peer.close());
    return peer;
  }

  /** The server's own UDP address as a URI. */
  get uri(): string {
    return `sip:service@127.0.0.1:${this.server.udp[0]?.port}`;
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
    await this.server.close();
  }
}

/** A request inside a dialog; resolves with its final response. The declared types of drachtio-srf miss this form. */
export function requestWithin(
  dialog: Dialog,
  request: { method: string; headers?: Record<string, string>; body?: string },
): Promise<SrfResponse> {
  return (dialog.request as unknown as (options: object) => Promise<SrfResponse>).call(dialog, request);
}

/** The next event of that name, as its arguments. */
export const next = (emitter: unknown, event: string): Promise<unknown[]> =>
  once(emitter as NodeJS.EventEmitter, event);

/** Resolves when a dialog is over: also when its BYE came in one piece with what made it, before anybody could ask. */
export async function over(dialog: Dialog): Promise<void> {
  if ((dialog as unknown as { connected: boolean }).connected) await next(dialog, 'destroy');
}

/** What `t.rejects` is to find: the error of drachtio-srf for a final response that is no success. */
export const withStatus = (status: number): Error => ({ status }) as unknown as Error;
