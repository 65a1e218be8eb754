/** `npm run bench:acd`: an agent becomes free → his next offer is written. See docs/benchmarks.md. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connect, migrate, type Sql } from '../../../gateway/store/index.js';
import { seedDemo } from '../../../gateway/tenants/index.js';
import { testDatabase } from '../../../test/support/database.js';
import { cpuOf, parentOf } from '../usage.js';
import { allEngaged, beReady, fill, hire } from './floor.js';
import type { Answer, Order } from './node.js';
import { type Cpu, type Measured, measured, row } from './report.js';

const usage = `Measures the matching: an agent becomes free, and his next offer is written.

Usage: npm run bench:acd [-- options]
  --agents 500            how many agents, all engaged but those who become free
  --waiting 5000          how many customers wait all the time
  --nodes 1,4             on so many gateway processes, one after the other
  --seconds 10            how long each measurement takes
  --rate 100              agents who become free in a second, for the latency
  --curve 1000,20000,50000  further numbers of waiting customers, on one process; "" for none
`;

/** Agents who are free at the same time, on all processes together, when the throughput is measured. */
const inFlight = 16;

interface Options {
  agents: number;
  waiting: number;
  nodes: number[];
  seconds: number;
  rate: number;
  curve: number[];
}

function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      agents: { type: 'string', default: '500' },
      waiting: { type: 'string', default: '5000' },
      nodes: { type: 'string', default: '1,4' },
      seconds: { type: 'string', default: '10' },
      rate: { type: 'string', default: '100' },
      curve: { type: 'string', default: '1000,20000,50000' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const number = (name: string, text: string) => {
    const value = Number(text);
    if (!(value > 0 && value <= 200_000)) throw new Error(`--${name}: "${text}" is not a number above 0`);
    return value;
  };
  const list = (name: string, text: string) =>
    text === '' ? [] : text.split(',').map(item => number(name, item));
  return {
    agents: number('agents', values.agents),
    waiting: number('waiting', values.waiting),
    nodes: list('nodes', values.nodes),
    seconds: number('seconds', values.seconds),
    rate: number('rate', values.rate),
    curve: list('curve', values.curve),
  };
}

class Nodes {
  private constructor(readonly processes: ChildProcess[]) {}

  static async start(url: string, count: number): Promise<Nodes> {
    const program = fileURLToPath(new URL('./node.js', import.meta.url));
    const processes = Array.from({ length: count }, (_, n) => fork(program, [url, `bench-${n}`]));
    await Promise.all(processes.map(process => once(process, 'message')));
    return new Nodes(processes);
  }

  /** Each does its part of the order. */
  async run(order: Order): Promise<Answer[]> {
    const part = (total: number | undefined) =>
      total === undefined ? {} : { value: Math.max(1, total / this.processes.length) };
    return await Promise.all(
      this.processes.map(async process => {
        process.send({
          seconds: order.seconds,
          ...(order.rate === undefined ? {} : { rate: part(order.rate).value }),
          ...(order.inFlight === undefined ? {} : { inFlight: Math.round(part(order.inFlight).value ?? 1) }),
        });
        const [answer] = (await once(process, 'message')) as [Answer];
        return answer;
      }),
    );
  }

  /** Seconds of CPU that they have used. */
  cpu(): number {
    return this.processes.reduce((sum, { pid }) => sum + cpuOf(pid!), 0);
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.processes.map(async process => {
        const exited = once(process, 'exit');
        process.disconnect();
        await exited;
      }),
    );
  }
}

/** Keeps so many waiting until it is told to stop. */
function keepWaiting(sql: Sql, count: number): () => Promise<void> {
  let stopped = false;
  const work = (async () => {
    while (!stopped) {
      await fill(sql, count);
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  })();
  return async () => {
    stopped = true;
    await work;
  };
}

/** The parent of every connection's process. */
async function postmaster(sql: Sql): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return parentOf(row!.pid);
}

async function measure(
  sql: Sql,
  url: string,
  { nodes, waiting: count, seconds, rate }: { nodes: number; waiting: number; seconds: number; rate: number },
): Promise<Measured> {
  await sql`update agents set interaction_id = null, intent = 'offline'`;
  await sql`update interactions set state = 'done', outcome = 'cancelled' where state <> 'done'`;
  await sql`delete from interactions where state = 'done'`;
  await fill(sql, count);
  await sql`vacuum analyze`;
  const processes = await Nodes.start(url, nodes);
  const done = keepWaiting(sql, count);
  try {
    await beReady(sql);
    await processes.run({ seconds: 2, inFlight });
    await allEngaged(sql);
    const calm = await processes.run({ seconds, rate });
    const used = async (): Promise<Cpu> => ({
      database: cpuOf(await postmaster(sql)),
      gateways: processes.cpu(),
    });
    const before = await used();
    const full = await processes.run({ seconds, inFlight });
    const after = await used();
    const cpu = { database: after.database - before.database, gateways: after.gateways - before.gateways };
    return measured({ nodes, waiting: count, calm, full, cpu });
  } finally {
    await done();
    await processes.stop();
  }
}

/** @returns the exit code: 1 when an agent had no offer within ten seconds */
export async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    console.log(usage);
    return 0;
  }
  const cleanup: (() => unknown)[] = [];
  try {
    const { url } = await testDatabase({ teardown: step => cleanup.push(step) });
    const sql = connect({ url, max: 4 });
    cleanup.push(() => sql.end());
    await migrate(sql);
    await seedDemo(sql, { origins: [], password: 'irrelevant here' });
    await hire(sql, options.agents);
    console.log(row());
    const results: Measured[] = [];
    const plans = [
      ...options.nodes.map(nodes => ({ ...options, nodes })),
      ...options.curve.map(count => ({ ...options, nodes: 1, waiting: count })),
    ];
    for (const plan of plans) {
      const result = await measure(sql, url, plan);
      results.push(result);
      console.log(row(result));
    }
    const [first] = results;
    console.log(
      JSON.stringify({ offer: first?.offer, matchesPerSecond: first?.matchesPerSecond, steps: results }),
    );
    return results.some(({ late }) => late > 0) ? 1 : 0;
  } finally {
    for (const step of cleanup.reverse()) await step();
  }
}
