/**
 * The SIP server that is fuzzed, as a process that tells on standard output what it feels: a line of JSON each time
 * one comes in. Its timers are short, so that what a message started is over within seconds.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { defaultSipServerOptions } from '../../../engine/sip/options.js';
import { startSipServer } from '../../../engine/sip/server.js';

export interface Feelings {
  sizes: Record<string, number>;
  /** Megabytes after garbage was collected. */
  heap: number;
  /** Milliseconds the event loop stood still at most, beyond the 1 ms it is looked at in. */
  stall: number;
  /** Errors of its own that it logged. */
  faults: string[];
}

const anyPort = { host: '127.0.0.1', port: 0 };
const faults: string[] = [];
const log = pino({ level: 'error' }, { write: line => void (faults.length < 20 && faults.push(line)) });
const server = await startSipServer(
  {
    ...structuredClone(defaultSipServerOptions),
    ...{ control: anyPort, udp: [anyPort], tcp: [anyPort], ws: [anyPort], secret: 'fuzz' },
    // Nothing is to be turned away before it is read.
    guard: { ...defaultSipServerOptions.guard, requestsPerSecond: 0 },
    timers: { T1: 20, T2: 160, T4: 200 },
    userAgent: {
      ...defaultSipServerOptions.userAgent,
      ...{ inviteAnswerMs: 2_000, answerMs: 2_000, orphanGraceMs: 1_000 },
    },
  },
  { log },
);
process.on('uncaughtException', error => faults.push(error.stack ?? String(error)));

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const { control, udp, tcp, ws } = server;
process.stdout.write(`${JSON.stringify({ control, udp: udp[0], tcp: tcp[0], ws: ws[0] })}\n`);

createInterface(process.stdin)
  .on('line', () => {
    // Before the collection, which is asked for here and would count.
    const stall = Math.max(0, Math.round(delay.max / 1e6) - 1);
    globalThis.gc?.();
    delay.reset();
    const heap = Math.round((process.memoryUsage().heapUsed / 2 ** 20) * 10) / 10;
    process.stdout.write(`${JSON.stringify({ sizes: server.sizes(), heap, stall, faults })}\n`);
  })
  .on('close', () => process.exit(0));
