/** `npm run bench:soak`: thousands of short calls, and whether the media engine is afterwards what it was. See docs/benchmarks.md. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { connectBuiltinMedia } from '../../../gateway/media/index.js';
import { toneWav } from '../../../test/support/audio.js';
import { houseMusic, startMediaEngine } from '../../../test/support/media-engine.js';
import { endWebRtc } from '../../../test/support/webrtc-peer.js';
import { shortCall } from './call.js';
import { type Footprint, footprint } from './footprint.js';
import { figures, trend } from './trend.js';

const usage = `Makes short calls with prompts and recordings through the media engine and watches what it holds.

Usage: npm run bench:soak [-- options]
  --minutes 60    how long
  --calls 5000    how many, evenly over the time
`;

/** Every call in so many is looked after: the first of these looks are warm-up. */
const looksWanted = 60;
const warmUpLooks = 5;

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '60' },
      calls: { type: 'string', default: '5000' },
      help: { type: 'boolean', default: false },
    },
  });
  const number = (name: string, text: string, most: number) => {
    const value = Number(text);
    if (!(value > 0 && value <= most)) throw new Error(`--${name}: "${text}" is no number up to ${most}`);
    return value;
  };
  const minutes = number('minutes', values.minutes, 1440);
  return { help: values.help, minutes, calls: Math.ceil(number('calls', values.calls, 1_000_000)) };
}

const show = (look: Footprint, done: number, failed: number) =>
  console.log(
    [
      String(done).padStart(7),
      String(failed).padStart(7),
      ...figures.map(name => String(look[name]).padStart(11)),
    ].join(' '),
  );

export async function main(args: string[]): Promise<number> {
  const { help, minutes, calls } = readOptions(args);
  if (help) {
    console.log(usage);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'bench-soak-'));
  const prompt = join(folder, 'prompt.wav');
  writeFileSync(prompt, toneWav(900, 800));
  const engine = await startMediaEngine();
  const { host, port, secret } = engine;
  const logger = pino({ level: 'silent' });
  const server = await connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'soak', logger });
  const looks: Footprint[] = [];
  const faults = new Map<string, number>();
  let [done, recordedBytes] = [0, 0];
  const failed = () => [...faults.values()].reduce((sum, count) => sum + count, 0);
  try {
    console.log(['  calls', ' failed', ...figures.map(name => name.padStart(11))].join(' '));
    const intervalMs = (minutes * 60_000) / calls;
    const lookEvery = Math.max(1, Math.floor(calls / looksWanted));
    const startedAt = performance.now();
    const running = new Set<Promise<void>>();
    for (let number = 0; number < calls; number++) {
      const call = shortCall({ server, folder, prompt }, number)
        .then(bytes => {
          recordedBytes += bytes;
        })
        .catch((error: Error) => {
          const times = (faults.get(error.message) ?? 0) + 1;
          faults.set(error.message, times);
          if (times === 1) console.log(`  call ${number}: ${error.message}`);
        })
        .finally(() => {
          running.delete(call);
          done++;
        });
      running.add(call);
      const due = startedAt + (number + 1) * intervalMs;
      await new Promise(resolve => setTimeout(resolve, Math.max(0, due - performance.now())));
      if ((number + 1) % lookEvery !== 0) continue;
      const look = footprint(engine.process.pid as number);
      looks.push(look);
      show(look, done, failed());
    }
    await Promise.all(running);
    const end = footprint(engine.process.pid as number);
    show(end, done, failed());
    for (const [message, count] of faults) console.log(`  ${count} × ${message}`);
    const trends = Object.fromEntries(
      figures.map(name => [name, trend(looks.slice(Math.min(warmUpLooks, looks.length - 3)), name)]),
    );
    const { endpoints } = server.load();
    const flat = Object.values(trends).every(one => one.flat);
    console.log(
      JSON.stringify({
        calls: done,
        failed: failed(),
        recordedBytes,
        endpointsLeft: endpoints,
        flat,
        trends,
        end,
      }),
    );
    return flat && failed() === 0 && endpoints === 0 ? 0 : 1;
  } finally {
    await server.close();
    await engine.stop();
    endWebRtc();
    rmSync(folder, { recursive: true, force: true });
  }
}
