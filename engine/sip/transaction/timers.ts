/** The timer table of RFC 3261 (appendix A) and RFC 6026, in milliseconds. */
export interface Timers {
  /** Round-trip time estimate. */
  T1: number;
  /** Longest interval between retransmissions of non-INVITE requests and INVITE responses. */
  T2: number;
  /** How long a message can remain in the network. */
  T4: number;
}

export const defaultTimers: Timers = { T1: 500, T2: 4_000, T4: 5_000 };

export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M';

/** The first duration of a timer; 0 where the RFC says zero seconds for reliable transports. */
export function timerDuration(name: TimerName, timers: Timers, reliable: boolean): number {
  switch (name) {
    case 'A':
    case 'E':
    case 'G':
      return timers.T1;
    case 'B':
    case 'F':
    case 'H':
    case 'L':
    case 'M':
      return 64 * timers.T1;
    case 'J':
    case 'D':
      return reliable ? 0 : 64 * timers.T1;
    case 'I':
    case 'K':
      return reliable ? 0 : timers.T4;
  }
}

/** The interval after `previous`: A doubles without end, E and G up to T2. */
export const nextInterval = (name: TimerName, previous: number, timers: Timers): number =>
  name === 'A' ? previous * 2 : Math.min(previous * 2, timers.T2);
