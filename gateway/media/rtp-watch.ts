/** An engine that tells nothing of packets is asked, often until the first has come and seldom from then on. */
export interface RtpWatchHandlers {
  /** How many packets the peer has sent so far; undefined when the engine does not answer. */
  count(): Promise<number | undefined>;
  connected(): void;
  /** Nothing came for as long as a leg may be silent. */
  lost(everConnected: boolean): void;
  /** Each time it was asked. */
  counted(count: number): void;
}

const firstPollMs = 100;
const slowFirstPollMs = 500;
const pollMs = 5000;
const lossMs = 15_000;
const connectMs = 20_000;

export class RtpWatch {
  readonly #handlers: RtpWatchHandlers;
  #timer: NodeJS.Timeout | undefined;
  #pollMs = pollMs;
  #connected = false;
  #paused = false;
  #lost = false;
  #count = 0;
  #since = performance.now();
  #startedAt = performance.now();
  #over = false;

  constructor(handlers: RtpWatchHandlers) {
    this.#handlers = handlers;
  }

  /** From here on the peer may send: it is known where to and what. */
  start(): void {
    this.#connected = false;
    this.#lost = false;
    this.#startedAt = performance.now();
    this.#since = this.#startedAt;
    this.#schedule();
  }

  /** Asks at least so often. */
  every(ms: number): void {
    this.#pollMs = Math.min(this.#pollMs, ms);
    this.#schedule();
  }

  /** A peer that holds owes no packets. */
  pause(on: boolean): void {
    this.#paused = on;
    this.#since = performance.now();
  }

  close(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#over) return;
    const young = performance.now() - this.#startedAt < connectMs / 4;
    const wait =
      this.#connected || this.#lost
        ? this.#pollMs
        : Math.min(this.#pollMs, young ? firstPollMs : slowFirstPollMs);
    // It watches what others keep alive.
    this.#timer = setTimeout(() => void this.#poll(), wait).unref();
  }

  async #poll(): Promise<void> {
    const count = await this.#handlers.count();
    if (this.#over) return;
    if (count !== undefined) this.#judge(count);
    this.#schedule();
  }

  #judge(count: number): void {
    const now = performance.now();
    if (count !== this.#count) {
      this.#count = count;
      this.#since = now;
      if (!this.#connected) {
        this.#connected = true;
        this.#lost = false;
        this.#handlers.connected();
      }
    } else if (!this.#lost && !this.#paused && now - this.#since >= (this.#connected ? lossMs : connectMs)) {
      this.#lost = true;
      this.#handlers.lost(this.#connected);
      this.#connected = false;
    }
    this.#handlers.counted(count);
  }
}
