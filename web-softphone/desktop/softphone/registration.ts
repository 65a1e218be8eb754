import { Problem } from '../api/problem.js';
import type { SoftphoneAccess } from '../api/types.js';
import { backoffDelay } from '../live/backoff.js';
import { type Observable, Store } from '../store.js';
import { type LineEvent, type LineState, nextLine } from './line.js';
import type { SipAgent, SipAgentFactory, SipAgentListener, SipSession } from './sip-agent.js';

export interface RegistrationOptions {
  /** Resolves when this tab may have the phone; calls `onTaken` when it has to wait for another one. */
  hold: (signal: AbortSignal, onTaken: () => void) => Promise<void>;
  /** A credential, short-lived. The server takes back the one before. */
  access: () => Promise<SoftphoneAccess>;
  createAgent: SipAgentFactory;
  onInvited: (session: SipSession, iceServers: RTCIceServer[]) => void;
  /** Whether a call goes on, which outlives the credential it began with. */
  busy: () => boolean;
  random?: () => number;
  now?: () => number;
}

/** The share of a credential's life after which it is renewed. */
const renewAfter = 0.75;
const shortestRenewMs = 5_000;
const longestRenewMs = 24 * 60 * 60 * 1000;

/** Keeps the softphone registered: gets a credential, renews it in time, tries again when refused. */
export class Registration {
  readonly #line = new Store<LineState>('off');
  #agent: SipAgent | null = null;
  /** Those with an older credential whose call still goes on. */
  readonly #retired = new Set<SipAgent>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #renewalDue = false;
  /** From start to stop: what is under way when it aborts is void. */
  #life = new AbortController();

  constructor(private readonly options: RegistrationOptions) {}

  get line(): Observable<LineState> {
    return this.#line;
  }

  start(): void {
    if (this.#line.get() !== 'off') return;
    this.#life.abort();
    this.#life = new AbortController();
    this.#attempt = 0;
    const { signal } = this.#life;
    this.options
      .hold(signal, () => this.#event('taken'))
      .then(() => this.#connect(signal))
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
  }

  /** Resolves when the registrar has confirmed, or after a short while. */
  async stop(): Promise<void> {
    this.#life.abort();
    clearTimeout(this.#timer);
    this.#renewalDue = false;
    const agents = [...this.#retired];
    if (this.#agent) agents.push(this.#agent);
    this.#agent = null;
    this.#retired.clear();
    this.#event('stop');
    await Promise.all(agents.map(agent => agent.stop()));
  }

  /** Tries now, when it is waiting for its next try. */
  retry(): void {
    const line = this.#line.get();
    if (line === 'refused' || line === 'reconnecting') void this.#connect(this.#life.signal);
  }

  /** Registers anew, over another connection, where there is or was one: it may be dead without anybody knowing. */
  reconnect(): void {
    if (this.#line.get() === 'registered') void this.#connect(this.#life.signal);
    else this.retry();
  }

  /** The call is over: what was kept for its sake can go, and what was put off can be done. */
  release(): void {
    for (const agent of this.#retired) void agent.stop();
    this.#retired.clear();
    if (this.#renewalDue) void this.#connect(this.#life.signal);
  }

  async #connect(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    clearTimeout(this.#timer);
    this.#renewalDue = false;
    this.#event('start');
    try {
      const access = await this.options.access();
      if (signal.aborted) return;
      const agent: SipAgent = await this.options.createAgent(
        access,
        this.#listener(access, () => agent),
      );
      if (signal.aborted) return;
      this.#retire();
      this.#agent = agent;
      this.#event('credential');
      agent.start();
    } catch (error) {
      if (signal.aborted) return;
      // A problem of the API is the server's to explain, and signs out if that is the reason; anything else is ours.
      if (!(error instanceof Problem)) console.error('The softphone could not be started.', error);
      this.#refused();
    }
  }

  #listener(access: SoftphoneAccess, self: () => SipAgent): SipAgentListener {
    // An agent speaks only after it was started, and what one says that has been replaced is void: but for its calls.
    const ifCurrent = (act: () => void) => () => {
      if (self() === this.#agent) act();
    };
    return {
      connected: ifCurrent(() => this.#event('connected')),
      lost: ifCurrent(() => this.#event('lost')),
      registered: ifCurrent(() => this.#registered(access)),
      refused: ifCurrent(() => this.#refused()),
      invited: session => this.options.onInvited(session, access.iceServers),
    };
  }

  #registered(access: SoftphoneAccess): void {
    this.#attempt = 0;
    this.#event('registered');
    const now = this.options.now ?? Date.now;
    const life = (Date.parse(access.expiresAt) - now()) * renewAfter;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#renew(), Math.min(longestRenewMs, Math.max(shortestRenewMs, life)));
  }

  #renew(): void {
    if (this.options.busy()) this.#renewalDue = true;
    else void this.#connect(this.#life.signal);
  }

  #refused(): void {
    this.#event('refused');
    const random = this.options.random ?? Math.random;
    const delay = backoffDelay(this.#attempt, { firstMs: 1_000, longestMs: 30_000, random });
    this.#attempt += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(this.#life.signal), delay);
  }

  #retire(): void {
    const agent = this.#agent;
    this.#agent = null;
    if (!agent) return;
    if (this.options.busy()) this.#retired.add(agent);
    else void agent.stop();
  }

  #event(event: LineEvent): void {
    this.#line.set(nextLine(this.#line.get(), event));
  }
}
