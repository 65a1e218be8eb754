import { estimateRecord } from '../../gateway/acd/told-waits.js';
import { Company } from './company.js';
import type { Day } from './day.js';
import { poolsOf, predict } from './prediction.js';
import { type DayReport, report } from './report.js';
import { type Progress, Simulation } from './simulation.js';

export interface SimulateOptions {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** @param url an empty database, whose clock is the simulation's from then on */
export async function simulate(
  url: string,
  day: Day,
  { onProgress = () => undefined, signal }: SimulateOptions = {},
): Promise<DayReport> {
  const company = await Company.found(url, day);
  try {
    const simulation = new Simulation(company, day, onProgress);
    await simulation.run(signal);
    const { tenantId, sql } = company;
    const estimates = await estimateRecord(sql, { tenantId, locale: 'en', days: 2 });
    const predictions = poolsOf(day).map(pool => predict(day, pool));
    return report(simulation.queues, simulation.agents, predictions, [...estimates]);
  } finally {
    await company.close();
  }
}
