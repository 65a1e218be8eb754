/** Below this, the difference may be the rounding of the Date header and the way of the answer. */
const toleratedMs = 2_000;

/**
 * The server's time on a machine whose clock may be wrong, so that timers and countdowns agree with what the server
 * does. From the Date header (RFC 9110 6.6.1), which has whole seconds.
 */
export class ServerClock {
  #offset = 0;
  #bestTrip = Number.POSITIVE_INFINITY;

  constructor(private readonly localNow: () => number = Date.now) {}

  /** `sentAt` and `receivedAt` on one monotonic scale, in ms. */
  observe(serverTime: number, sentAt: number, receivedAt: number): void {
    const trip = receivedAt - sentAt;
    if (trip > this.#bestTrip) return;
    this.#bestTrip = trip;
    // The header is cut to the second: on average the true time is half a second later.
    const offset = serverTime + 500 + trip / 2 - this.localNow();
    this.#offset = Math.abs(offset) > toleratedMs ? offset : 0;
  }

  /** In ms since the epoch. */
  readonly now = (): number => this.localNow() + this.#offset;
}
