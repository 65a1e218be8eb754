/** The table for people, and the last line for programs. */

import type { Spread } from '../spread.js';
import type { Step } from './step.js';
import { cleanRate } from './verdict.js';

const round = (value: number | undefined) =>
  value === undefined ? '–' : value < 100 ? value.toFixed(1) : value.toFixed(0);

const both = ({ p50, p99 }: Spread) => `${round(p50)} / ${round(p99)}`;

type Column = [heading: string, width: number, cell: (step: Step) => string | number];

const cpu =
  (...names: string[]) =>
  ({ usage }: Step) =>
    names.reduce((sum, name) => sum + (usage.cpu[name] ?? 0), 0);

const columns: Column[] = [
  ['rate/s', 6, step => step.rate],
  ['done', 6, step => step.completed],
  ['failed', 6, step => step.asked - step.completed],
  ['stored ms', 13, step => both(step.stages.stored)],
  ['rung ms', 13, step => both(step.stages.rung)],
  ['dialled ms', 13, step => both(step.stages.dialled)],
  ['bridged ms', 13, step => both(step.stages.bridged)],
  ['all ms', 13, step => both(step.setUp)],
  ['database %', 10, cpu('database')],
  ['SIP %', 5, cpu('sip')],
  ['media %', 7, cpu('media')],
  ['gateway %', 9, cpu('gateway')],
  ['sipp %', 6, cpu('agent phones', 'customer phones')],
  ['load %', 6, cpu('load')],
  ['others %', 8, cpu('others')],
];

export function headings(): string {
  return [
    'p50 / p99; CPU in per cent of one core',
    columns.map(([heading, width]) => heading.padStart(width)).join('  '),
  ].join('\n');
}

export function line(step: Step): string {
  return columns.map(([, width, cell]) => String(cell(step)).padStart(width)).join('  ');
}

export interface Summary {
  /** Callbacks a second at which, and below which, nothing failed. */
  cleanRate: number;
  /** Of the step at that rate, milliseconds. */
  stored?: Spread;
  rung?: Spread;
  dialled?: Spread;
  bridged?: Spread;
  setUp?: Spread;
  /** Per cent of one core. */
  cpu?: Record<string, number>;
  /** Megabytes. */
  memory?: Record<string, number>;
}

export function summary(steps: readonly Step[]): Summary {
  const rate = cleanRate(steps);
  const step = steps.find(candidate => candidate.rate === rate);
  if (!step) return { cleanRate: rate };
  const tidy = ({ p50, p99 }: Spread): Spread => ({ p50: tenth(p50), p99: tenth(p99) });
  const { stored, rung, dialled, bridged } = step.stages;
  return {
    cleanRate: rate,
    stored: tidy(stored),
    rung: tidy(rung),
    dialled: tidy(dialled),
    bridged: tidy(bridged),
    setUp: tidy(step.setUp),
    ...step.usage,
  };
}

const tenth = (value: number | undefined) => (value === undefined ? undefined : Math.round(value * 10) / 10);
