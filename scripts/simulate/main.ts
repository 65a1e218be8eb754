/** `npm run simulate`: a day of arrivals and agents through the product's own statements. See docs/simulation.md. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../postgres/index.js';
import { type Day, DayError, readDay } from './day.js';
import { lines } from './report.js';
import { simulate } from './simulate.js';
import type { Progress } from './simulation.js';

const usage = `Runs a day of arrivals and agents in simulated time through the statements that keep the queues, and
prints what came of it beside what the formulas of Erlang say.

npm run simulate -- --day FILE [--json]

  --day FILE   scripts/simulate/days/office.json, or one of your own (day.schema.json beside it says what may stand in it)
  --json       the result as JSON, alone on the last line`;

const { values } = parseArgs({
  options: {
    day: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function run(path: string): Promise<void> {
  const day = readDay(path);
  const began = performance.now();
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  const folder = mkdtempSync(join(tmpdir(), 'ringbridge-simulation-'));
  try {
    const database = await startPostgres({ dataDir: folder, port: 0 });
    try {
      const report = await simulate(database.url, day, { onProgress: tell, signal: interrupted.signal });
      console.log(`\n${lines(report).join('\n')}\n`);
      console.log(`simulated in ${((performance.now() - began) / 1000).toFixed(0)} s`);
      if (values.json) console.log(JSON.stringify(report));
    } finally {
      await database.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }

  function tell({ at, asked, waiting, engaged }: Progress): void {
    const took = ((performance.now() - began) / 1000).toFixed(0);
    console.log(
      `${clockOf(day, at)}  ${asked} asked, ${waiting} waiting, ${engaged} agents engaged  (after ${took} s)`,
    );
  }
}

function clockOf(day: Day, at: number): string {
  const minutes = Math.round((at - Date.parse(`${day.date}T00:00:00Z`)) / 60_000);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

if (values.help || values.day === undefined) {
  console.log(usage);
  process.exitCode = values.help ? 0 : 1;
} else {
  try {
    await run(values.day);
  } catch (error) {
    if (error instanceof DayError) console.error(error.message);
    else if (error instanceof Error && error.name === 'AbortError') console.error('interrupted');
    else throw error;
    process.exitCode = 1;
  }
}
