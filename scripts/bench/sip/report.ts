/** The table for people, and the last line for programs. */
import type { Spread } from '../spread.js';
import type { Role } from './bed.js';
import type { Growth } from './memory.js';
import { complaints, type Step } from './step.js';

const round = (value: number | undefined) => (value === undefined ? undefined : Math.round(value * 10) / 10);

const tidy = ({ p50, p99 }: Spread): Spread => ({ p50: round(p50), p99: round(p99) });

type Column = [heading: string, width: number, cell: (step: Step) => string | number];

const columns: Column[] = [
  ['server', 15, step => step.server],
  ['role', 5, step => step.role],
  ['calls/s', 7, step => step.rate],
  ['failed', 6, step => step.calls - step.succeeded],
  ['repeats', 7, step => step.retransmissions],
  ['set-up p50', 10, step => tidy(step.setUp).p50 ?? '–'],
  ['p99 ms', 7, step => tidy(step.setUp).p99 ?? '–'],
  ['server %', 8, step => step.usage.cpu.server ?? 0],
  ['app %', 5, step => step.usage.cpu.application ?? 0],
  ['sipp %', 6, step => (step.usage.cpu.caller ?? 0) + (step.usage.cpu.callee ?? 0)],
  ['others %', 8, step => step.usage.cpu.others ?? 0],
  ['server MB', 9, step => step.usage.memory.server ?? 0],
  ['app MB', 6, step => step.usage.memory.application ?? 0],
];

export const headings = (): string =>
  `CPU in per cent of one core\n${columns.map(([heading, width]) => heading.padStart(width)).join('  ')}`;

export const line = (step: Step): string =>
  columns.map(([, width, cell]) => String(cell(step)).padStart(width)).join('  ');

export interface RoleSummary {
  /** Calls a second of the fastest clean step; 0 when there was none. */
  cleanRate: number;
  setUp?: Spread;
  /** Per cent of one core. */
  cpu?: Record<string, number>;
  /** Megabytes. */
  memory?: Record<string, number>;
}

/** The highest rate up to which every rate had a clean step. */
export function summarise(steps: readonly Step[], role: Role): RoleSummary {
  const clean = steps.filter(step => step.role === role && complaints(step).length === 0);
  const fastest = clean.reduce<Step | undefined>(
    (best, step) => (best === undefined || step.rate > best.rate ? step : best),
    undefined,
  );
  if (fastest === undefined) return { cleanRate: 0 };
  return { cleanRate: fastest.rate, setUp: tidy(fastest.setUp), ...fastest.usage };
}

export interface ServerSummary {
  uas: RoleSummary;
  b2bua: RoleSummary;
  /** Megabytes before and after, of the server. */
  memory?: { afterCalls: Growth; dialogs: Growth; registrations: Growth };
  /** KiB that one dialog at rest costs. */
  dialogKiB?: number;
}
