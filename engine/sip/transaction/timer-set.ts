import type { Clock, TimerHandle } from './clock.js';
import { nextInterval, type TimerName, type Timers, timerDuration } from './timers.js';

/** The timers of one transaction. At most one of them retransmits (A, E or G). */
export class TimerSet {
  #running: { name: TimerName; handle: TimerHandle }[] = [];
  #interval = 0;
  constructor(
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly reliable: boolean,
    private readonly fired: (name: TimerName) => void,
  ) {}

  /** Starts a timer at its first duration. One of zero length fires at once. */
  start(name: TimerName): void {
    const duration = timerDuration(name, this.timers, this.reliable);
    if (name === 'A' || name === 'E' || name === 'G') {
      // Nothing is retransmitted over a reliable transport (RFC 3261 section 17).
      if (this.reliable) return;
      this.#interval = duration;
    }
    if (duration === 0) this.fired(name);
    else this.#run(name, duration);
  }

  /** Starts the retransmitting timer again, at its next interval or at T2. */
  restart(name: 'A' | 'E' | 'G', slow = false): void {
    this.#interval = slow ? this.timers.T2 : nextInterval(name, this.#interval, this.timers);
    this.#run(name, this.#interval);
  }

  stop(name: TimerName): void {
    const index = this.#running.findIndex(timer => timer.name === name);
    for (const { handle } of index < 0 ? [] : this.#running.splice(index, 1)) this.clock.cancel(handle);
  }

  stopAll(): void {
    for (const { handle } of this.#running) this.clock.cancel(handle);
    this.#running = [];
  }

  #run(name: TimerName, duration: number): void {
    const entry = {
      name,
      handle: this.clock.after(duration, () => {
        this.#running.splice(this.#running.indexOf(entry), 1);
        this.fired(name);
      }) as TimerHandle,
    };
    this.#running.push(entry);
  }
}
