export type TimerHandle = object | number;

/** Time as the state machines see it; tests put their own in its place. Milliseconds. */
export interface Clock {
  now(): number;
  after(ms: number, action: () => void): TimerHandle;
  cancel(handle: TimerHandle): void;
}

/** Its timers keep no process alive: that is what open sockets do, and nothing is due once they are closed. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, action) => setTimeout(action, ms).unref(),
  cancel: handle => clearTimeout(handle as NodeJS.Timeout),
};
