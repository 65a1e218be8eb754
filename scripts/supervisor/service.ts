import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from '../setup-error.js';
import { type Action, type Event, lifecycle, pauseBefore, type State, wellAfter } from './lifecycle.js';
import type { Exit, Instance, Part, Reporter } from './part.js';

export interface ServiceTimes {
  /** Milliseconds it may take to become ready. */
  start: number;
  /** Milliseconds it may take to end when asked to. */
  stop: number;
}

const usualTimes: ServiceTimes = { start: 60_000, stop: 10_000 };

/** One part kept running: started, restarted when it falls, stopped. What happens when stands in lifecycle.ts. */
export class Service {
  readonly name: string;
  state: State = 'idle';
  private instance: Instance | undefined;
  private lastExit: Exit | undefined;
  private everReady = false;
  private fallsInARow = 0;
  private readySince = 0;
  private timer = new AbortController();
  private readonly settled: {
    started: { resolve(note: string): void; reject(reason: Error): void };
    ended: () => void;
  };
  /** The first start: resolves with a few words, rejects when it could not be done. */
  private readonly started: Promise<string>;
  /** Resolves when it has ended for good. */
  readonly ended: Promise<void>;

  constructor(
    private readonly part: Part,
    private readonly reporter: Reporter,
    private readonly times: ServiceTimes = usualTimes,
  ) {
    this.name = part.name;
    let started: { resolve(note: string): void; reject(reason: Error): void };
    let ended: () => void;
    this.started = new Promise((resolve, reject) => {
      started = { resolve, reject };
    });
    // A service that is stopped before anybody waits for its start is no unhandled failure.
    this.started.catch(() => undefined);
    this.ended = new Promise(resolve => {
      ended = resolve;
    });
    this.settled = { started: started!, ended: ended! };
  }

  /** Resolves when it serves for the first time. Rejects with the reason when it ends before that. */
  start(): Promise<string> {
    this.dispatch('start');
    return this.started;
  }

  /** Resolves when it is gone. */
  stop(): Promise<void> {
    this.dispatch('stop');
    return this.ended;
  }

  /** Ends it now, whatever it is doing. */
  kill() {
    this.dispatch('stop');
    this.instance?.kill();
  }

  private dispatch(event: Event) {
    const cell = event === 'exited' && this.everReady ? 'exited again' : event;
    const step = lifecycle[this.state][cell];
    if (!step) return;
    this.state = step.state;
    if (step.action) this.actions[step.action]();
  }

  private readonly actions: Readonly<Record<Action, () => void>> = {
    launch: () => this.launch(),
    announce: () => this.announce(),
    pause: () => this.pause(),
    'give up': () => this.giveUp(),
    terminate: () => {
      this.setTimer(this.times.stop, 'overdue');
      this.instance?.terminate();
    },
    kill: () => {
      this.reporter.warn(`${this.name} does not answer; ending it by force`);
      this.instance?.kill();
    },
    finish: () => this.finish(),
  };

  /** One timer at a time: each state waits for one thing at most. */
  private setTimer(milliseconds: number, event: Event) {
    this.timer.abort();
    this.timer = new AbortController();
    const { signal } = this.timer;
    delay(milliseconds, undefined, { signal }).then(
      () => this.dispatch(event),
      // Called off: what it waited for has happened.
      () => undefined,
    );
  }

  private launch() {
    this.setTimer(this.times.start, 'overdue');
    const instance = this.part.launch();
    this.instance = instance;
    instance.ready.then(note => {
      if (this.instance !== instance || this.state !== 'starting') return;
      this.readySince = performance.now();
      this.dispatch('ready');
      this.settled.started.resolve(note);
    });
    instance.exited.then(exit => {
      this.lastExit = exit;
      this.instance = undefined;
      this.dispatch('exited');
    });
  }

  private announce() {
    this.timer.abort();
    if (this.everReady) this.reporter.info(`${this.name} is back`);
    this.everReady = true;
  }

  private pause() {
    const well = this.readySince > 0 && performance.now() - this.readySince > wellAfter;
    this.fallsInARow = well ? 1 : this.fallsInARow + 1;
    this.readySince = 0;
    const milliseconds = pauseBefore(this.fallsInARow);
    const { how, reason } = this.lastExit!;
    const why = reason ? `${how}: ${reason}` : how;
    this.reporter.warn(`${this.name} ended (${why}); starting it again in ${milliseconds / 1000} s`);
    this.setTimer(milliseconds, 'due');
  }

  private giveUp() {
    this.timer.abort();
    const { how, reason, setup } = this.lastExit!;
    const error =
      setup && reason
        ? new SetupError(reason)
        : new Error(`${this.name} did not start (${how}). ${reason}`.trim());
    this.settled.started.reject(error);
    this.settled.ended();
  }

  private finish() {
    this.timer.abort();
    this.settled.started.reject(new Error(`${this.name} was stopped before it served`));
    this.settled.ended();
  }
}
