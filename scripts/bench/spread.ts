/** Milliseconds; undefined where nothing was measured. */
export interface Spread {
  p50: number | undefined;
  p99: number | undefined;
}

/** The value that `share` (0 to 1) of the values do not exceed: the nearest rank, no value is made up. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export function spread(values: readonly number[]): Spread {
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) };
}
