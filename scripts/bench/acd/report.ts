import { percentile } from '../spread.js';
import type { Answer } from './node.js';

/** CPU of all processes of the database, and of all gateways. */
export interface Cpu {
  database: number;
  gateways: number;
}

/** What one measurement says; times in milliseconds. */
export interface Measured {
  nodes: number;
  waiting: number;
  /** From the statement that frees an agent to his next offer, while agents become free at a steady rate. */
  offer: { p50ms: number; p99ms: number };
  /** The same while as many matches as possible are made. */
  full: { p50ms: number; p99ms: number };
  matchesPerSecond: number;
  /** What a match costs then, its agent's becoming free included: milliseconds of CPU. */
  cpuPerMatch: Cpu;
  /** Agents who had no offer within ten seconds. */
  late: number;
}

const lateMs = 10_000;

function spread(answers: readonly Answer[]): { p50ms: number; p99ms: number } {
  const all = answers.flatMap(({ latencies }) => latencies);
  const rounded = (share: number) => Math.round((percentile(all, share) ?? 0) * 10) / 10;
  return { p50ms: rounded(0.5), p99ms: rounded(0.99) };
}

export function measured({
  nodes,
  waiting,
  calm,
  full,
  cpu,
}: {
  nodes: number;
  waiting: number;
  calm: Answer[];
  full: Answer[];
  /** Seconds, while as many matches as possible were made. */
  cpu: Cpu;
}): Measured {
  const matches = full.reduce((sum, { latencies }) => sum + latencies.length, 0);
  const perMatch = (seconds: number) => Math.round((seconds * 100_000) / Math.max(1, matches)) / 100;
  const perSecond = full.map(({ latencies, seconds }) => latencies.length / seconds);
  return {
    nodes,
    waiting,
    offer: spread(calm),
    full: spread(full),
    matchesPerSecond: Math.round(perSecond.reduce((sum, one) => sum + one, 0)),
    cpuPerMatch: { database: perMatch(cpu.database), gateways: perMatch(cpu.gateways) },
    late: [...calm, ...full].flatMap(({ latencies }) => latencies).filter(ms => ms >= lateMs).length,
  };
}

/** A line of the table, or its heading. */
export function row(result?: Measured): string {
  const cells = result
    ? [
        result.nodes,
        result.waiting,
        result.offer.p50ms,
        result.offer.p99ms,
        result.matchesPerSecond,
        result.full.p50ms,
        result.full.p99ms,
        result.cpuPerMatch.database,
        result.cpuPerMatch.gateways,
        result.late,
      ]
    : [
        'nodes',
        'waiting',
        'p50 ms',
        'p99 ms',
        'matches/s',
        'full p50',
        'full p99',
        'db cpu',
        'gw cpu',
        'late',
      ];
  return cells.map(cell => String(cell).padStart(10)).join('');
}
