/** One step of the load: so many calls a second for so many seconds, and whether that was clean. */
import { type Spread, spread } from '../spread.js';
import { type Usage, watch } from '../usage.js';
import type { Bed, Role } from './bed.js';

export interface Step {
  server: string;
  role: Role;
  /** Calls a second that were to be made, and that were made. */
  rate: number;
  reached: number;
  calls: number;
  succeeded: number;
  retransmissions: number;
  /** From the INVITE to its 200, milliseconds. */
  setUp: Spread;
  usage: Usage;
}

export const talkMs = 1_000;

/** How long the last calls may take to end, seconds. */
const patienceSeconds = 40;

/** Below this share of the asked rate, sipp could not keep up and the step says nothing about that rate. */
const reachedShare = 0.97;

export async function runStep(bed: Bed, rate: number, seconds: number): Promise<Step> {
  const calls = Math.round(rate * seconds);
  const began = performance.now();
  const caller = await bed.call({ calls, rate, talkMs });
  const used = watch({ ...bed.pids, caller: caller.pid });
  let usage: Usage | undefined;
  // Measured under load: before the last calls end, after which nothing happens.
  const underLoad = setTimeout(() => {
    usage = used();
  }, seconds * 1_000);
  try {
    const counts = await caller.finish(seconds + patienceSeconds);
    const tookSeconds = (performance.now() - began - talkMs) / 1_000;
    return {
      server: bed.server.name,
      role: bed.role,
      rate,
      reached: Math.min(rate, Math.round(calls / tookSeconds)),
      calls,
      succeeded: counts.successfulCalls,
      retransmissions: counts.retransmissions,
      setUp: spread(caller.responseTimes()),
      usage: usage ?? used(),
    };
  } finally {
    clearTimeout(underLoad);
    await caller.kill();
  }
}

/** Why a step is not clean; empty when it is. */
export function complaints({
  rate,
  reached,
  calls,
  succeeded,
  retransmissions,
}: Omit<Step, 'usage'>): string[] {
  return [
    succeeded < calls && `${calls - succeeded} of ${calls} calls failed`,
    retransmissions > 0 && `${retransmissions} retransmissions`,
    reached < rate * reachedShare && `only ${reached} calls a second were made`,
  ].filter(text => text !== false);
}
