/** `npm run bench:callback`: how many callbacks a second the built-in engines set up, end to end. See docs/benchmarks.md. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freeUdpPort } from '../../../test/support/sipp.js';
import { startStack } from '../../../test/support/stack.js';
import { hireAgents, queue } from './agents.js';
import { Visitors } from './load.js';
import { headings, line, summary } from './report.js';
import { type Bench, runStep, type Step } from './step.js';
import { complaints } from './verdict.js';

const usage = `Measures callbacks per second, end to end, with sipp as the telephone network.

Usage: npm run bench:callback [-- options]
  --rates 10,20,40    callbacks a second, one step after the other, until a step is not clean
  --seconds 12        how long each step asks for callbacks
  --agents 300        how many agents are ready
  --all               go on after a step that is not clean
  --profile FOLDER    let each server write a CPU profile there
`;

/** Talk and wrap-up after each callback: an agent is free again within two seconds. */
const settleMs = 1_000;
const warmUp = { rate: 20, seconds: 10 };

/** Takes what is to be undone, and undoes it, the last first. */
class Cleanup {
  readonly #steps: (() => unknown)[] = [];

  teardown(step: () => unknown): void {
    this.#steps.push(step);
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step();
  }
}

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      rates: { type: 'string', default: '10,20,40,60,80,100,120,140,160,180,200' },
      seconds: { type: 'string', default: '12' },
      agents: { type: 'string', default: '300' },
      all: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const number = (name: string, text: string) => {
    const value = Number(text);
    if (!(value > 0 && value <= 10_000)) throw new Error(`--${name}: "${text}" is not a number above 0`);
    return value;
  };
  return {
    help: values.help,
    rates: values.rates.split(',').map(rate => number('rates', rate)),
    seconds: number('seconds', values.seconds),
    agents: Math.round(number('agents', values.agents)),
    all: values.all,
    profile: values.profile === undefined ? undefined : resolve(values.profile),
  };
}

/** Swallows what the phones are sent; a closed port would send an ICMP error back for every packet. */
async function rtpSink(cleanup: Cleanup): Promise<number> {
  const socket = createSocket('udp4');
  cleanup.teardown(() => socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket.address().port;
}

async function prepare(cleanup: Cleanup, agents: number, profile: string | undefined): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'ringbridge-bench-'));
  cleanup.teardown(() => rmSync(folder, { recursive: true, force: true }));
  if (profile) mkdirSync(profile, { recursive: true });
  const stack = await startStack(cleanup, {
    env: { RINGBRIDGE_LOG_LEVEL: 'info', RINGBRIDGE_CALLBACKS_PER_MINUTE: '1000000' },
    nodeFlags: profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [],
  });
  const agentPhonePort = await freeUdpPort();
  await hireAgents(stack, { count: agents, phonePort: agentPhonePort, folder: join(folder, 'register') });
  const visitors = new Visitors(stack.url, queue);
  cleanup.teardown(() => visitors.close());
  return { stack, visitors, agentPhonePort, rtpPort: await rtpSink(cleanup), folder };
}

async function climb(bench: Bench, rates: number[], seconds: number, all: boolean): Promise<Step[]> {
  const steps: Step[] = [];
  await runStep(bench, warmUp.rate, warmUp.seconds);
  // As autovacuum does within a minute: a database that has just been made plans without knowing its tables.
  await bench.stack.sql`analyze`;
  console.log(headings());
  for (const rate of rates) {
    await delay(settleMs);
    const step = await runStep(bench, rate, seconds);
    steps.push(step);
    console.log(line(step));
    const faults = complaints(step);
    if (faults.length > 0) console.log(`  not clean: ${faults.join('; ')}`);
    if (faults.length > 0 && !all) break;
  }
  return steps;
}

/** @returns the exit code: 1 when not even the first rate was clean */
export async function main(args: string[]): Promise<number> {
  const { help, rates, seconds, agents, all, profile } = readOptions(args);
  if (help) {
    console.log(usage);
    return 0;
  }
  const cleanup = new Cleanup();
  const interrupted = () => void cleanup.run().finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    console.log(`Starting database, SIP server, media engine and gateway; ${agents} agents sign in …`);
    const bench = await prepare(cleanup, agents, profile);
    const steps = await climb(bench, rates, seconds, all);
    const result = summary(steps);
    console.log(JSON.stringify(result));
    return result.cleanRate > 0 ? 0 : 1;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await cleanup.run();
  }
}
