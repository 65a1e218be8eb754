import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createSrf, type RequestOptions, type SipRequest, type SipResponse, type SrfClient } from './srf.js';

export interface ControlAddress {
  host: string;
  port: number;
  secret: string;
}

/** The SIP server cannot be used; the message is for the operator. */
export class SipServerError extends Error {
  override readonly name = 'SipServerError';
}

/** How long `start` tries to reach a SIP server that may be starting at the same moment. */
const startMs = 15_000;
const firstRetryMs = 100;
const longestRetryMs = 5_000;
/** How long `stop` waits for BYEs and CANCELs that are under way. */
const farewellMs = 2_000;

/**
 * The connection to the SIP server. drachtio-srf is told never to reconnect by itself: its own way cannot be stopped
 * and forgets TCP_NODELAY. The one Srf object lives across connections, so that a dialog is still found by the
 * requests that come over a later one.
 */
export class SipServer {
  readonly srf: SrfClient;
  readonly #address: ControlAddress;
  readonly #logger: Logger;
  readonly #lossListeners = new Set<() => void>();
  readonly #loginListeners = new Set<() => void>();
  readonly #farewells = new Set<Promise<unknown>>();
  readonly #stopping = new AbortController();
  #connected = false;
  #version = '';
  #keeper?: Promise<void>;

  constructor(address: ControlAddress, logger: Logger) {
    if (/[|\r\n]/.test(address.secret)) {
      throw new SipServerError('The secret of the SIP server must not contain "|" or a line break');
    }
    this.#address = address;
    this.#logger = logger;
    // The built-in SIP server tells applications when a WebSocket is gone, and keeps their answered calls for the next
    // gateway when they are (docs/sip-server.md). What rings is not kept: nobody could say to whom it belongs.
    this.srf = createSrf(['flow-events', 'resume:gateway', 'answered-only']);
    // A failed attempt is handled where it is made; without a listener Node would end the process.
    this.srf.on('error', (error: Error) => logger.debug({ err: error }, 'control connection'));
    this.srf.on('close', () => this.#lost());
  }

  connected(): boolean {
    return this.#connected;
  }

  /**
   * Whether it is the built-in server, which alone writes the header X-Ringbridge-Flow and takes it out of messages from
   * the network. A drachtio-server passes on whatever a stranger has written.
   */
  tellsFlows(): boolean {
    return this.#version.endsWith('-ringbridge');
  }

  /**
   * Resolves when logged in. Keeps the connection from then on.
   * @throws SipServerError when the secret is refused, or nobody listens for 15 seconds
   */
  async start(): Promise<void> {
    const giveUp = Date.now() + startMs;
    for (let wait = firstRetryMs; ; wait = Math.min(wait * 2, longestRetryMs)) {
      try {
        await this.#login();
        break;
      } catch (error) {
        if (error instanceof SipServerError || Date.now() + wait > giveUp) {
          throw error instanceof SipServerError ? error : this.#unreachable(error);
        }
        await delay(wait, undefined, { signal: this.#stopping.signal });
      }
    }
    this.#keeper = this.#keepConnected();
  }

  async stop(): Promise<void> {
    await Promise.race([
      Promise.allSettled([...this.#farewells]),
      delay(farewellMs, undefined, { ref: false }),
    ]);
    this.#stopping.abort();
    if (this.#connected) this.srf.disconnect();
    await Promise.race([this.#keeper, delay(farewellMs, undefined, { ref: false })]);
  }

  /** Calls `listener` when the connection is lost. Returns the way to take it back. */
  onLost(listener: () => void): () => void {
    this.#lossListeners.add(listener);
    return () => this.#lossListeners.delete(listener);
  }

  /** Calls `listener` after each login but the first. Returns the way to take it back. */
  onRelogin(listener: () => void): () => void {
    this.#loginListeners.add(listener);
    return () => this.#loginListeners.delete(listener);
  }

  /** Something that has to be done before `stop` cuts the connection, like a BYE nobody waits for. */
  farewell(work: Promise<unknown>): void {
    const settled = work
      .catch((error: unknown) => this.#logger.debug({ err: error }, 'farewell to a peer failed'))
      .finally(() => this.#farewells.delete(settled));
    this.#farewells.add(settled);
  }

  /** Does `work` now, or after the next login when the connection is lost. */
  whenConnected(work: () => Promise<unknown>): void {
    if (this.#connected) {
      this.farewell(work());
      return;
    }
    const off = this.onRelogin(() => {
      off();
      this.farewell(work());
    });
  }

  /**
   * Sends a request and waits for its final response; a 2xx to an INVITE is acknowledged at once.
   * @throws Error when the SIP server refuses it or is lost meanwhile
   */
  async request(uri: string, options: RequestOptions): Promise<SipResponse> {
    if (!this.#connected) throw new Error('The SIP server is not connected');
    return await new Promise<SipResponse>((resolve, reject) => {
      const off = this.onLost(() => reject(new Error('The SIP server was lost')));
      const settle = (act: () => void) => {
        off();
        act();
      };
      try {
        this.srf.request(uri, options, (error, request) => {
          if (!request) return settle(() => reject(error));
          request.on('response', (response, ack) => {
            if (response.status < 200) return;
            if (options.method === 'INVITE' && response.status < 300) ack();
            settle(() => resolve(response));
          });
        });
      } catch (error) {
        // srf has no socket any more, and we are about to hear of it.
        settle(() => reject(error));
      }
    });
  }

  /** Sends CANCEL for an INVITE that was sent over an earlier connection. Nothing comes back for it. */
  cancelEarlier({ uri, stackTxnId }: SipRequest, headers: Record<string, string>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.srf.request(uri, { method: 'CANCEL', stackTxnId, headers }, error =>
        error ? reject(error) : resolve(),
      );
    });
  }

  /**
   * Ends a dialog of this run or an earlier one. False when the SIP server does not know it.
   * @throws Error when the SIP server cannot be asked
   */
  async bye(stackDialogId: string): Promise<boolean> {
    try {
      // `placeholder` stands for the dialog's remote target.
      return (await this.request('sip:placeholder', { method: 'BYE', stackDialogId })).status < 300;
    } catch (error) {
      if (!this.#connected) throw error;
      return false;
    }
  }

  #login(): Promise<void> {
    const { host, port, secret } = this.#address;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        this.srf.off('connect', onConnect);
        this.srf.off('error', onError);
        this.srf.off('close', onClose);
        act();
      };
      const onConnect = (error: Error | null, hostPorts?: string, version = '') => {
        if (error) return settle(() => reject(this.#wrongSecret()));
        if (this.#stopping.signal.aborted) {
          this.srf.disconnect();
          return settle(() => reject(new Error('stopped during login')));
        }
        this.#connected = true;
        this.#version = version;
        this.#logger.info({ sip: hostPorts, version }, 'logged in at the SIP server');
        return settle(resolve);
      };
      const onError = (error: Error) => settle(() => reject(error));
      const onClose = () => settle(() => reject(new Error('closed during login')));
      this.srf.on('connect', onConnect);
      this.srf.on('error', onError);
      this.srf.on('close', onClose);
      this.srf.connect({ host, port, secret, enablePing: true, reconnect: { maxAttempts: 1 } });
    });
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      if (this.#connected) await new Promise<void>(resolve => this.#onceLost(resolve));
      for (
        let wait = firstRetryMs;
        !signal.aborted && !this.#connected;
        wait = Math.min(wait * 2, longestRetryMs)
      ) {
        try {
          await delay(wait, undefined, { signal });
          await this.#login();
          for (const listener of [...this.#loginListeners]) listener();
        } catch (error) {
          if (!signal.aborted)
            this.#logger.warn({ err: error, retryMs: wait }, 'cannot reach the SIP server');
        }
      }
    }
  }

  #onceLost(resolve: () => void): void {
    const off = this.onLost(() => {
      off();
      resolve();
    });
  }

  #lost(): void {
    if (!this.#connected) return;
    this.#connected = false;
    if (!this.#stopping.signal.aborted) this.#logger.error('the SIP server was lost');
    for (const listener of [...this.#lossListeners]) listener();
  }

  #wrongSecret(): SipServerError {
    const { host, port } = this.#address;
    return new SipServerError(`The SIP server at ${host}:${port} refuses the secret`);
  }

  #unreachable(cause: unknown): SipServerError {
    const { host, port } = this.#address;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new SipServerError(`No SIP server answers at ${host}:${port}: ${reason}`, { cause });
  }
}
