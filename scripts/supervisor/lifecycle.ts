// The life of a part (a server process) as a table: state × event → next state and what to do.

export type State = 'idle' | 'starting' | 'running' | 'waiting' | 'stopping' | 'ended';

export type Event =
  /** Somebody wants it to run. */
  | 'start'
  /** It said that it serves. */
  | 'ready'
  /** It ended, on its own or because we wanted it to. */
  | 'exited'
  /** The pause before the next try is over. */
  | 'due'
  /** Starting or stopping takes too long. */
  | 'overdue'
  /** Somebody wants it to end. */
  | 'stop';

export type Action =
  /** Run the program, and set the time by which it must be ready. */
  | 'launch'
  /** Tell that it serves. */
  | 'announce'
  /** Tell that it ended, and set the pause before the next try. */
  | 'pause'
  /** Tell that it could not be started: nothing it ever did worked, so trying again would only hide why. */
  | 'give up'
  /** Ask it to end, and set the time by which it must have. */
  | 'terminate'
  /** End it by force. */
  | 'kill'
  /** Tell that it is gone. */
  | 'finish';

export interface Step {
  state: State;
  action?: Action;
}

/** `exited` while starting has two outcomes: the first start gives up, a restart tries again. */
export const lifecycle: Readonly<Record<State, Readonly<Partial<Record<Event | 'exited again', Step>>>>> = {
  idle: {
    start: { state: 'starting', action: 'launch' },
    stop: { state: 'ended', action: 'finish' },
  },
  starting: {
    ready: { state: 'running', action: 'announce' },
    exited: { state: 'ended', action: 'give up' },
    'exited again': { state: 'waiting', action: 'pause' },
    overdue: { state: 'starting', action: 'kill' },
    stop: { state: 'stopping', action: 'terminate' },
  },
  running: {
    exited: { state: 'waiting', action: 'pause' },
    'exited again': { state: 'waiting', action: 'pause' },
    stop: { state: 'stopping', action: 'terminate' },
  },
  waiting: {
    due: { state: 'starting', action: 'launch' },
    stop: { state: 'ended', action: 'finish' },
  },
  stopping: {
    exited: { state: 'ended', action: 'finish' },
    'exited again': { state: 'ended', action: 'finish' },
    overdue: { state: 'stopping', action: 'kill' },
  },
  ended: {},
};

/** Milliseconds before the n-th try in a row (n from 1): quick at first, as most falls are single ones. */
export function pauseBefore(attempt: number): number {
  return Math.min(250 * 2 ** (attempt - 1), 10_000);
}

/** A part that ran this long before it fell is well: its next pause is the first again. In milliseconds. */
export const wellAfter = 30_000;
