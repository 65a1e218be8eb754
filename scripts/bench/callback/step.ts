/** One step of the load: so many callbacks a second for so many seconds, and what became of each. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '../../../gateway/store/index.js';
import type { Stack } from '../../../test/support/stack.js';
import { SippRun } from '../sipp-run.js';
import { type Spread, spread } from '../spread.js';
import { parentOf, type Usage, watch } from '../usage.js';
import type { Asked, Visitors } from './load.js';
import { scenario } from './scenario.js';
import type { StepCounts } from './verdict.js';

export interface Bench {
  stack: Stack;
  visitors: Visitors;
  agentPhonePort: number;
  /** Where nobody listens to what the phones are sent. */
  rtpPort: number;
  folder: string;
}

/** Where the time goes, milliseconds. */
export interface Stages {
  /** The visitor's request leaves → its 201 is here. */
  stored: Spread;
  /** The visitor's request leaves → the INVITE is at the agent's phone. */
  rung: Spread;
  /** The agent's phone sends its 200 → the INVITE is at the customer's. */
  dialled: Spread;
  /** The customer's phone sends its 200 → the store says bridged. */
  bridged: Spread;
}

export interface Step extends StepCounts {
  stages: Stages;
  usage: Usage;
}

/** How long callbacks may take to end after the last one was asked for, seconds. */
const patienceSeconds = 15;

interface Row {
  id: string;
  phone: string;
  completed: boolean;
  bridgedAt: Date | null;
}

/** How each callback ended; with both legs answered, and no try in vain, it is completed. */
function endings(sql: Sql, since: Date) {
  return sql<Row[]>`
    select i.id, ltrim(i.phone, '+') as phone, i.bridged_at as "bridgedAt",
      i.state = 'done' and i.outcome = 'completed'
        and (select count(*) = 2 and bool_and(l.state = 'ended' and l.outcome = 'answered')
          from legs l where l.tenant_id = i.tenant_id and l.interaction_id = i.id) as completed
    from interactions i where i.requested_at >= ${since}`;
}

async function countBusy(sql: Sql): Promise<{ unbridged: number; alive: number; legs: number }> {
  const [row] = await sql<{ unbridged: number; alive: number; legs: number }[]>`
    select (count(*) filter (where bridged_at is null))::int as unbridged, count(*)::int as alive,
      (select count(*)::int from legs where state <> 'ended') as legs
    from interactions where state <> 'done'`;
  return row ?? { unbridged: 0, alive: 0, legs: 0 };
}

async function allDone(sql: Sql): Promise<void> {
  const end = Date.now() + patienceSeconds * 1000;
  while (Date.now() < end) {
    const { alive, legs } = await countBusy(sql);
    if (alive + legs === 0) return;
    await delay(250);
  }
}

async function processes({ sql, pids }: Stack, agentPhones: SippRun, customerPhones: SippRun) {
  const [backend] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const { gateway, media, sip } = pids();
  return {
    database: parentOf(backend!.pid),
    ...(sip && { sip }),
    ...(media && { media }),
    gateway,
    'agent phones': agentPhones.pid,
    'customer phones': customerPhones.pid,
    load: process.pid,
  };
}

export async function runStep(bench: Bench, rate: number, seconds: number): Promise<Step> {
  const { stack, visitors, agentPhonePort, rtpPort, folder } = bench;
  const { sql, trunkPort } = stack;
  const count = Math.round(rate * seconds);
  const phones = { calls: count, keys: { rtp_port: String(rtpPort) } };
  const own = (name: string) => join(folder, `${rate}-${name}-${Date.now()}`);
  const agents = await SippRun.start({
    ...phones,
    scenario: scenario('agent-phone'),
    folder: own('agents'),
    port: agentPhonePort,
  });
  try {
    const customers = await SippRun.start({
      ...phones,
      scenario: scenario('customer-phone'),
      folder: own('customers'),
      port: trunkPort,
    });
    try {
      const since = new Date();
      const used = watch(await processes(stack, agents, customers));
      let usage: Usage | undefined;
      let busy: Promise<{ unbridged: number }> | undefined;
      const { asked, late } = await visitors.ask(rate, count, () => {
        usage = used();
        busy = countBusy(sql);
      });
      await allDone(sql);
      const counts = [await customers.finish(3), await agents.finish(3)];
      const rows = await endings(sql, since);
      return {
        rate,
        asked: count,
        completed: rows.filter(({ completed }) => completed).length,
        retransmissions: counts.reduce((sum, { retransmissions }) => sum + retransmissions, 0),
        failedCalls: counts.reduce((sum, { failedCalls }) => sum + failedCalls, 0),
        late,
        backlog: (await busy)?.unbridged ?? 0,
        ...measure(asked, rows, agents.moments(), customers.moments()),
        usage: usage!,
      };
    } finally {
      await customers.kill();
    }
  } finally {
    await agents.kill();
  }
}

type Moments = ReturnType<SippRun['moments']>;

/** All clocks are this machine's: those of sipp, of the database and of this process. */
function measure(
  asked: readonly Asked[],
  rows: readonly Row[],
  agents: Moments,
  customers: Moments,
): { setUp: Spread; stages: Stages } {
  const askedAt = new Map(asked.map(({ phone, at }) => [phone, at]));
  const between = (from: (row: Row) => number | undefined, to: (row: Row) => number | undefined) =>
    spread(rows.map(row => (to(row) ?? Number.NaN) - (from(row) ?? Number.NaN)).filter(Number.isFinite));
  const request = ({ phone }: Row) => askedAt.get(phone);
  const agent = (word: string) => (row: Row) => agents.get(word)?.get(row.id);
  const customer = (word: string) => (row: Row) => customers.get(word)?.get(row.phone);
  const bridged = ({ bridgedAt }: Row) => bridgedAt?.getTime();
  return {
    setUp: between(request, bridged),
    stages: {
      stored: spread(asked.map(({ took }) => took)),
      rung: between(request, agent('rung')),
      dialled: between(agent('accepted'), customer('dialled')),
      bridged: between(customer('answered'), bridged),
    },
  };
}
