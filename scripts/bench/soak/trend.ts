import type { Footprint } from './footprint.js';

export type Figure = keyof Footprint;
export const figures: readonly Figure[] = ['memoryMB', 'descriptors', 'sockets', 'threads'];

export interface Trend {
  /** Medians of the first and the last third of the looks. */
  early: number;
  late: number;
  /** Whether it has grown by no more than noise: a tenth, or what is small of its kind. */
  flat: boolean;
}

/** What is no growth although it is more than a tenth. */
const noise: Record<Figure, number> = { memoryMB: 16, descriptors: 8, sockets: 8, threads: 4 };

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** @param looks in the order of time, after a warm-up */
export function trend(looks: readonly Footprint[], figure: Figure): Trend {
  const third = Math.max(1, Math.floor(looks.length / 3));
  const early = median(looks.slice(0, third).map(look => look[figure]));
  const late = median(looks.slice(-third).map(look => look[figure]));
  return { early, late, flat: late - early <= Math.max(early / 10, noise[figure]) };
}
