/** `npm run bench:sip`: calls a second through the SIP server and a minimal drachtio-srf application. See docs/benchmarks.md. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { prepare, type Role } from './bed.js';
import { afterCalls, dialogsAtRest, registrationsAtRest, rest } from './memory.js';
import { headings, line, type ServerSummary, summarise } from './report.js';
import { type StartServer, startBuiltIn, startDrachtio } from './server.js';
import { complaints, runStep, type Step } from './step.js';

const usage = `Measures the built-in SIP server with sipp and a minimal drachtio-srf application.

Usage: npm run bench:sip [-- options]
  --uas 300,600,900      calls a second that are answered, one step after the other, until a rate is not clean
  --b2bua 100,250,400    calls a second that are passed on to a callee
  --seconds 10           how long each step makes calls
  --calls 100000         calls after which the memory is compared with that before; 0: no memory is measured
  --dialogs 10000        calls held open together
  --registrations 10000  softphones on WebSockets
  --drachtio PROGRAM     a drachtio-server's executable, measured in the same run
  --profile FOLDER       the built-in server writes a CPU profile of each role there
`;

/** A rate is given up when it was not clean so many times: one hiccup of the machine is no verdict. */
const tries = 2;
const warmUp = { uas: 300, b2bua: 100, seconds: 10 };
/** Between steps: the transactions of the last one end. */
const settleMs = 2_000;

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      uas: { type: 'string', default: '300,600,900,1200,1500,1800' },
      b2bua: { type: 'string', default: '100,250,400,500,600,700' },
      seconds: { type: 'string', default: '10' },
      calls: { type: 'string', default: '100000' },
      dialogs: { type: 'string', default: '10000' },
      registrations: { type: 'string', default: '10000' },
      drachtio: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const number = (name: string, text: string, least: number) => {
    const value = Number(text);
    if (!(value >= least && value <= 10_000_000)) throw new Error(`--${name}: "${text}" is no such number`);
    return Math.round(value);
  };
  const rates = (name: 'uas' | 'b2bua') => values[name].split(',').map(text => number(name, text, 1));
  return {
    help: values.help,
    rates: { uas: rates('uas'), b2bua: rates('b2bua') },
    seconds: number('seconds', values.seconds, 1),
    calls: number('calls', values.calls, 0),
    dialogs: number('dialogs', values.dialogs, 1),
    registrations: number('registrations', values.registrations, 1),
    drachtio: values.drachtio === undefined ? undefined : resolve(values.drachtio),
    profile: values.profile === undefined ? undefined : resolve(values.profile),
  };
}

type Options = ReturnType<typeof readOptions>;

/** Climbs through the rates of one role; a server of its own for each, so that one does not pay for the other. */
async function climb(role: Role, start: StartServer, folder: string, options: Options): Promise<Step[]> {
  const { profile, seconds } = options;
  const nodeFlags = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  const bed = await prepare(role, start, folder, nodeFlags);
  const steps: Step[] = [];
  try {
    await runStep(bed, warmUp[role], warmUp.seconds);
    for (const rate of options.rates[role]) {
      let clean = false;
      for (let attempt = 1; attempt <= tries && !clean; attempt += 1) {
        await delay(settleMs);
        const step = await runStep(bed, rate, seconds);
        steps.push(step);
        console.log(line(step));
        const faults = complaints(step);
        clean = faults.length === 0;
        if (!clean) console.log(`  not clean: ${faults.join('; ')}`);
      }
      if (!clean) break;
    }
  } finally {
    await bed.stop();
  }
  return steps;
}

async function measureMemory(start: StartServer, folder: string, options: Options) {
  const { calls, dialogs, registrations } = options;
  const bed = await prepare('uas', start, folder, []);
  try {
    await runStep(bed, warmUp.uas, warmUp.seconds);
    await rest();
    const memory = {
      dialogs: await dialogsAtRest(bed, dialogs, 400),
      registrations: await registrationsAtRest(bed, registrations),
      afterCalls: await afterCalls(bed, calls, 500),
    };
    console.log(`${bed.server.name}, megabytes before and after:`);
    console.log(`  ${dialogs} dialogs at rest: ${memory.dialogs.before} → ${memory.dialogs.after}`);
    console.log(
      `  ${registrations} registrations over WebSockets at rest: ${memory.registrations.before} → ${memory.registrations.after}`,
    );
    console.log(`  ${calls} calls, all over: ${memory.afterCalls.before} → ${memory.afterCalls.after}`);
    const grown = Math.max(0, memory.dialogs.after - memory.dialogs.before);
    return { memory, dialogKiB: Math.round((grown * 1024 * 10) / dialogs) / 10 };
  } finally {
    await bed.stop();
  }
}

async function measure(start: StartServer, folder: string, options: Options): Promise<ServerSummary> {
  console.log(headings());
  const uas = await climb('uas', start, join(folder, 'uas'), options);
  const b2bua = await climb('b2bua', start, join(folder, 'b2bua'), options);
  return {
    uas: summarise(uas, 'uas'),
    b2bua: summarise(b2bua, 'b2bua'),
    ...(options.calls > 0 ? await measureMemory(start, join(folder, 'memory'), options) : {}),
  };
}

/** @returns the exit code: 1 when not even the first rate was clean */
export async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  if (options.profile) mkdirSync(options.profile, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'ringbridge-bench-'));
  try {
    const builtIn = await measure(startBuiltIn, join(folder, 'built-in'), options);
    const peer = options.drachtio
      ? await measure(startDrachtio(options.drachtio), join(folder, 'drachtio'), options)
      : undefined;
    console.log(JSON.stringify({ ...builtIn, ...(peer && { drachtio: peer }) }));
    return builtIn.uas.cleanRate > 0 && builtIn.b2bua.cleanRate > 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
