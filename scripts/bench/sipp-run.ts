/** A run of sipp: as all the phones of a benchmark, or as its load. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listening } from '../../test/support/sipp.js';

export interface SippRunOptions {
  /** The scenario's file. */
  scenario: string;
  /** A folder of its own, made here: for its logs. */
  folder: string;
  port: number;
  /** It has ended when it has served so many calls. */
  calls: number;
  /** Values of `[name]` in the scenario. */
  keys?: Record<string, string>;
  args?: string[];
}

/** What sipp counted. */
export interface SippCounts {
  successfulCalls: number;
  failedCalls: number;
  retransmissions: number;
}

export class SippRun {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    // However the benchmark ends: sipp does not notice that its parent is gone.
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    this.#exited = once(child, 'exit').finally(() => process.off('exit', kill));
    this.#folder = folder;
  }

  /** @returns when it listens */
  static async start(options: SippRunOptions): Promise<SippRun> {
    const { scenario, folder, port, calls, keys = {}, args = [] } = options;
    mkdirSync(folder, { recursive: true });
    const child = spawn(
      'sipp',
      [
        ...['-sf', scenario, '-i', '127.0.0.1', '-p', String(port)],
        ...['-m', String(calls), '-nostdin', '-trace_err', '-trace_logs', '-log_file', 'calls.log'],
        ...['-trace_stat', '-stf', 'counts.csv', '-fd', '3600'],
        ...Object.entries(keys).flatMap(([name, value]) => ['-key', name, value]),
        ...args,
      ],
      { cwd: folder, stdio: 'ignore' },
    );
    await Promise.race([
      once(child, 'spawn'),
      once(child, 'error').then(([error]) => {
        throw new Error(
          `this benchmark needs sipp, which is not installed (apt-get install sip-tester): ${(error as Error).message}`,
        );
      }),
    ]);
    const run = new SippRun(child, folder);
    const gone = run.#exited.then(() => run.#explainExit());
    await Promise.race([listening(port), gone]);
    return run;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Waits for all calls to be over, `seconds` at most; then ends it. */
  async finish(seconds: number): Promise<SippCounts> {
    const patience = new AbortController();
    const late = delay(seconds * 1000, 'late', { signal: patience.signal }).catch(() => 'done');
    if ((await Promise.race([this.#exited, late])) === 'late') {
      // SIGUSR1 is sipp's "no more calls"; twice it ends at once, and its counts are written.
      this.#child.kill('SIGUSR1');
      this.#child.kill('SIGUSR1');
    }
    patience.abort();
    await Promise.race([this.#exited, delay(2000, undefined, { ref: false })]);
    await this.kill();
    return this.#counts();
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /**
   * What the scenario logged: `word key time`.
   * @returns by word, by key, when: milliseconds since 1970
   */
  moments(): Map<string, Map<string, number>> {
    const moments = new Map<string, Map<string, number>>();
    for (const line of readFileSync(join(this.#folder, 'calls.log'), 'utf8').split('\n')) {
      const { word, key, seconds } = momentLine.exec(line)?.groups ?? {};
      if (!word || !key) continue;
      const times = moments.get(word) ?? new Map<string, number>();
      moments.set(word, times.set(key, Number(seconds) * 1000));
    }
    return moments;
  }

  /**
   * What the scenario measured by `start_rtd` and `rtd`, with sipp started with -trace_rtt.
   * @returns milliseconds
   */
  responseTimes(): number[] {
    const file = readdirSync(this.#folder).find(name => name.endsWith('_rtt.csv'));
    if (file === undefined) return [];
    const [, ...rows] = readFileSync(join(this.#folder, file), 'utf8').trim().split('\n');
    return rows.map(row => Number(row.split(';')[1]));
  }

  #counts(): SippCounts {
    const text = readFileSync(join(this.#folder, 'counts.csv'), 'utf8').trim();
    const [names = [], ...rows] = text.split('\n').map(line => line.split(';'));
    const value = (name: string) => Number(rows.at(-1)?.[names.indexOf(name)] ?? Number.NaN);
    return {
      successfulCalls: value('SuccessfulCall(C)'),
      failedCalls: value('FailedCall(C)'),
      retransmissions: value('Retransmissions(C)'),
    };
  }

  #explainExit(): 'ended' {
    if (this.#child.exitCode === 0) return 'ended';
    const logs = readdirSync(this.#folder).filter(name => name.endsWith('errors.log'));
    const words = logs.map(name => readFileSync(join(this.#folder, name), 'utf8')).join('\n');
    throw new Error(`sipp ended with ${this.#child.exitCode ?? this.#child.signalCode}\n${words}`);
  }
}

/** sipp's [timestamp] is a date, a time, and the seconds since 1970 with a fraction, between white space. */
const momentLine = /^(?<word>[a-z]+) (?<key>\S+) .*\s(?<seconds>\d{9,}\.\d+)$/;
