/** The table for people, and the last line for programs. */
import type { Kind } from './bed.js';
import type { Step } from './step.js';

/** What an engine may add to the way of a packet at the 99th percentile, milliseconds. */
export const addedDelayLimitMs = 5;

const round = (value: number | undefined) =>
  value === undefined ? '–' : String(Math.round(value * 100) / 100);

type Column = [heading: string, width: number, cell: (step: Step) => string | number];

const columns: Column[] = [
  ['server', 10, step => step.server],
  ['kind', 8, step => step.kind],
  ['calls', 5, step => step.calls],
  ['packets', 8, step => step.packets],
  ['lost', 5, step => step.lost],
  ['p50 ms', 7, step => round(step.delay.p50)],
  ['p99 ms', 7, step => round(step.delay.p99)],
  ['server %', 8, step => step.usage.cpu.server ?? 0],
  ['bench %', 7, step => step.usage.cpu.bench ?? 0],
  ['others %', 8, step => step.usage.cpu.others ?? 0],
  ['server MB', 9, step => step.usage.memory.server ?? 0],
  ['calls/core', 10, step => step.callsPerCore ?? '–'],
];

export const headings = (): string =>
  `Delays from peer to peer; CPU in per cent of one core\n${columns.map(([heading, width]) => heading.padStart(width)).join('  ')}`;

export const line = (step: Step): string =>
  columns.map(([, width, cell]) => String(cell(step)).padStart(width)).join('  ');

export interface JudgedStep extends Step {
  clean: boolean;
  /** Why it is not. */
  faults: string[];
}

/** `direct` is the same number of calls without a server, which has a delay of its own. */
export function judged(step: Step, direct: Step = step): JudgedStep {
  const added = (step.delay.p99 ?? Number.POSITIVE_INFINITY) - (direct.delay.p99 ?? 0);
  const faults = [
    ...(step.lost > 0 ? [`${step.lost} packets lost`] : []),
    ...(added > addedDelayLimitMs ? [`${round(added)} ms added at p99`] : []),
  ];
  return { ...step, faults, clean: faults.length === 0 };
}

export interface KindSummary {
  /** The most calls of a clean step; 0 when there was none. */
  cleanCalls: number;
  callsPerCore?: number;
  p50ms?: number;
  p99ms?: number;
}

/** Of one server and kind: the last clean step, or where there was none the last one without loss. */
export function summarise(steps: readonly JudgedStep[]): KindSummary {
  const last = steps.findLast(({ clean }) => clean) ?? steps.at(-1);
  if (!last) return { cleanCalls: 0 };
  const { calls, callsPerCore, delay } = last;
  const ms = (value: number | undefined) => (value === undefined ? undefined : Math.round(value * 100) / 100);
  return { cleanCalls: last.clean ? calls : 0, callsPerCore, p50ms: ms(delay.p50), p99ms: ms(delay.p99) };
}

export type Summary = Record<string, Partial<Record<Kind, KindSummary>>>;
