import type { Clock, TimerHandle } from '../transaction/clock.js';

/** Time that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = 0;
  #next = 1;
  #timers = new Map<number, { at: number; action: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, action: () => void): TimerHandle {
    const handle = this.#next;
    this.#next += 1;
    this.#timers.set(handle, { at: this.#now + ms, action });
    return handle;
  }

  cancel(handle: TimerHandle): void {
    this.#timers.delete(handle as number);
  }

  /** How many timers run. */
  get running(): number {
    return this.#timers.size;
  }

  /** Lets `ms` milliseconds pass; timers fire in the order of their time. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let first: [number, { at: number; action: () => void }] | undefined;
      for (const entry of this.#timers) if (first === undefined || entry[1].at < first[1].at) first = entry;
      if (first === undefined || first[1].at > end) break;
      this.#timers.delete(first[0]);
      this.#now = first[1].at;
      first[1].action();
    }
    this.#now = end;
  }
}
