import type { BrowserLine, Desk, DesktopMessage, LiveMessage } from '../api/types.js';
import { type Observable, Store } from '../store.js';
import { backoffDelay } from './backoff.js';

export type LiveState =
  | { phase: 'closed' }
  | { phase: 'connecting'; attempt: number }
  | { phase: 'open' }
  /** `retryAt` is in ms since the epoch, by this machine's clock. */
  | { phase: 'waiting'; attempt: number; retryAt: number };

/** What is used of a browser's WebSocket. */
export interface Socket {
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(data: string): void;
  close(): void;
}

export interface LiveSocketOptions {
  open: () => Socket;
  onDesk: (desk: Desk) => void;
  /** Agents or interactions are no longer as they were: said to supervisors. */
  onFloor?: () => void;
  onVoicemails?: () => void;
  /** Whether the page is seen. */
  visible: () => boolean;
  /** The server said that the session is over. */
  onSignedOut: () => void;
  random?: () => number;
  now?: () => number;
}

/** RFC 6455 7.4.2 leaves 4000–4999 to applications: the session is gone. */
const closedSignedOut = 4401;

/** A server that has not sent the desk by then is taken for one that never will. */
const silenceMs = 10_000;

function parse(data: unknown): LiveMessage | null {
  if (typeof data !== 'string') return null;
  try {
    return JSON.parse(data) as LiveMessage;
  } catch {
    return null;
  }
}

/** The desktop's line to the server. It comes back by itself, and says what it is doing. */
export class LiveSocket {
  readonly #state = new Store<LiveState>({ phase: 'closed' });
  #socket: Socket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;

  constructor(private readonly options: LiveSocketOptions) {}

  get state(): Observable<LiveState> {
    return this.#state;
  }

  start(): void {
    if (this.#state.get().phase !== 'closed') return;
    this.#attempt = 0;
    this.#connect();
  }

  stop(): void {
    this.#drop();
    this.#state.set({ phase: 'closed' });
  }

  /** Tries now, if it is waiting for its next try. */
  retry(): void {
    if (this.#state.get().phase === 'waiting') this.#connect();
  }

  /** Gives up the connection there is and makes another one at once: the network or the language is another one. */
  reopen(): void {
    if (this.#state.get().phase === 'closed') return;
    this.#attempt = 0;
    this.#connect();
  }

  /** Tells the server whether the page is seen now. */
  sayVisible(): void {
    if (this.#state.get().phase === 'open') this.#say({ type: 'heartbeat', visible: this.options.visible() });
  }

  /** Tells the server how the line in a talk is, as this browser sees it. */
  sayLine(interaction: string, line: BrowserLine): void {
    if (this.#state.get().phase === 'open')
      this.#say({ type: 'line', interaction, line, visible: this.options.visible() });
  }

  #say(message: DesktopMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #connect(): void {
    this.#drop();
    this.#state.set({ phase: 'connecting', attempt: this.#attempt });
    const socket = this.options.open();
    this.#socket = socket;
    socket.onmessage = event => this.#receive(parse(event.data));
    socket.onclose = event => this.#closed(event.code);
    this.#timer = setTimeout(() => this.#lost(), silenceMs);
  }

  #receive(message: LiveMessage | null): void {
    switch (message?.type) {
      case 'desk':
        // Open only once there is something true to show: a handshake alone may be a proxy's.
        clearTimeout(this.#timer);
        this.#attempt = 0;
        this.options.onDesk(message.desk);
        this.#state.set({ phase: 'open' });
        break;
      // Answered here, where a page that is frozen cannot.
      case 'heartbeat':
        this.#say({ type: 'heartbeat', visible: this.options.visible() });
        break;
      case 'probe':
        this.#say({ type: 'present', offer: message.offer, visible: this.options.visible() });
        break;
      case 'voicemails':
        this.options.onVoicemails?.();
        break;
      case 'floor':
        this.options.onFloor?.();
        break;
      case 'logged_out':
        this.stop();
        this.options.onSignedOut();
        break;
      default:
        // A newer server may say more than this page knows.
        break;
    }
  }

  #closed(code: number): void {
    if (code === closedSignedOut) {
      this.stop();
      this.options.onSignedOut();
      return;
    }
    this.#lost();
  }

  #lost(): void {
    this.#drop();
    const delay = backoffDelay(this.#attempt, {
      firstMs: 1_000,
      longestMs: 20_000,
      random: this.options.random ?? Math.random,
    });
    this.#attempt += 1;
    const now = this.options.now ?? Date.now;
    this.#state.set({ phase: 'waiting', attempt: this.#attempt, retryAt: now() + delay });
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
