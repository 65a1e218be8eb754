import type { EstimateRecord } from '../../gateway/acd/told-waits.js';
import type { Prediction } from './erlang.js';
import type { PoolPrediction } from './prediction.js';
import { type AgentTally, emptyTally, type QueueTally } from './tally.js';

/** What a day came to; shares 0 to 1, times in seconds. */
export interface DayReport {
  queues: QueueReport[];
  pools: PoolReport[];
  occupancy: number | null;
  estimates: Omit<EstimateRecord, 'reached'>[];
}

export interface Figures {
  asked: number;
  served: number;
  gaveUp: number;
  notReached: number;
  missedOffers: number;
  /** Of all who asked, whom an agent was given in time. */
  serviceLevel: number | null;
  /** Average speed of answer (ASA): until an agent was given, of those who were given one. */
  asaSeconds: number | null;
  /** Of all, those who gave up included. */
  waitSeconds: number | null;
  abandons: number | null;
  /** Of all offers, those to whoever stood first in his queue. */
  placeKept: number | null;
}

export interface QueueReport extends Figures {
  queue: string;
}

export interface PoolReport extends Figures {
  queues: string[];
  erlangC: Prediction | null;
  erlangA: Prediction | null;
}

export function report(
  queues: ReadonlyMap<string, QueueTally>,
  agents: AgentTally,
  predictions: readonly PoolPrediction[],
  estimates: readonly EstimateRecord[],
): DayReport {
  return {
    queues: [...queues].map(([queue, tally]) => ({ queue, ...figures([tally]) })),
    pools: predictions.map(({ pool, erlangC, erlangA }) => ({
      queues: pool.queues,
      ...figures(pool.queues.map(key => queues.get(key) ?? emptyTally())),
      erlangC,
      erlangA,
    })),
    occupancy: agents.onDuty === 0 ? null : agents.engaged / agents.onDuty,
    estimates: estimates.map(({ reached: _, ...rest }) => rest),
  };
}

function figures(tallies: readonly QueueTally[]): Figures {
  const sum = (of: (tally: QueueTally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const asked = sum(tally => tally.asked);
  const served = sum(tally => tally.served);
  const offers = sum(tally => tally.offers);
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  return {
    asked,
    served,
    gaveUp: sum(tally => tally.gaveUp),
    notReached: sum(tally => tally.notReached),
    missedOffers: sum(tally => tally.missed),
    serviceLevel: share(
      sum(tally => tally.inTime),
      asked,
    ),
    asaSeconds: share(
      sum(tally => tally.servedAfterSeconds),
      served,
    ),
    waitSeconds: share(
      sum(tally => tally.waitedSeconds),
      asked,
    ),
    abandons: share(
      sum(tally => tally.gaveUp),
      asked,
    ),
    placeKept: share(
      sum(tally => tally.inPlace),
      offers,
    ),
  };
}

const percent = (value: number | null | undefined) =>
  value === null || value === undefined ? '–' : `${(value * 100).toFixed(1)} %`;
const seconds = (value: number | null | undefined) =>
  value === null || value === undefined ? '–' : `${value.toFixed(1)} s`;

/** As lines for a terminal. */
export function lines({ queues, pools, occupancy, estimates }: DayReport): string[] {
  const table = (rows: string[][]) => {
    const widths = rows[0]!.map((_, n) => Math.max(...rows.map(row => row[n]!.length)));
    return rows.map(row =>
      row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]! + 2))).join(''),
    );
  };
  return [
    ...table([
      ['queue', 'asked', 'served', 'gave up', 'not reached', 'missed', 'service level', 'ASA', 'place kept'],
      ...queues.map(row => [
        row.queue,
        String(row.asked),
        String(row.served),
        String(row.gaveUp),
        String(row.notReached),
        String(row.missedOffers),
        percent(row.serviceLevel),
        seconds(row.asaSeconds),
        percent(row.placeKept),
      ]),
    ]),
    '',
    ...table([
      ['beside the formulas', 'service level', 'wait of all', 'gave up', 'occupancy'],
      ...pools.flatMap(pool => [
        [
          pool.queues.join(' + '),
          percent(pool.serviceLevel),
          seconds(pool.waitSeconds),
          percent(pool.abandons),
          pools.length === 1 ? percent(occupancy) : '',
        ],
        predicted('  Erlang C', pool.erlangC),
        predicted('  Erlang A', pool.erlangA),
      ]),
      ...(pools.length > 1 ? [['all agents', '', '', '', percent(occupancy)]] : []),
    ]),
    '',
    ...table([
      ['what was told', 'told', 'reached within it', 'half were off by', 'nine of ten by at most'],
      ...estimates.map(row => [
        row.queue.key,
        String(row.told),
        percent(row.share),
        seconds(row.medianErrorSeconds),
        seconds(row.p90AbsoluteErrorSeconds),
      ]),
    ]),
  ];
}

function predicted(name: string, of: Prediction | null): string[] {
  return [
    name,
    percent(of?.serviceLevel),
    seconds(of?.waitSeconds),
    percent(of?.abandons),
    percent(of?.occupancy),
  ];
}
