import { setTimeout as delay } from 'node:timers/promises';
import { type Spread, spread } from '../spread.js';
import { type Usage, watch } from '../usage.js';
import type { Bed, BenchCall, Kind } from './bed.js';
import type { Pacer } from './stream.js';

export interface Step {
  server: string;
  kind: Kind;
  calls: number;
  packets: number;
  lost: number;
  /** Milliseconds from peer to peer. */
  delay: Spread;
  usage: Usage;
  /** By the CPU that the calls used of one core; undefined where nothing was measured. */
  callsPerCore: number | undefined;
}

/** Packets that are under way when the measuring ends arrive within this. */
const drainMs = 1_000;
/** The first packets after the set-up are not what is measured. */
const settleMs = 2_000;
/** How many calls are set up at the same time. */
const atOnce = 8;

/** Brings the number of calls up to `count`. */
export async function fill(
  bed: Bed,
  kind: Kind,
  calls: BenchCall[],
  count: number,
  pacer: Pacer,
): Promise<void> {
  const missing = () => calls.length + begun < count;
  let begun = 0;
  const worker = async () => {
    while (missing()) {
      begun++;
      const call = await bed.call(kind);
      begun--;
      calls.push(call);
      for (const stream of call.streams) pacer.add(stream);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Lets the calls talk for a while and measures what arrives. */
export async function measure(
  bed: Bed,
  kind: Kind,
  calls: readonly BenchCall[],
  seconds: number,
): Promise<Step> {
  const streams = calls.flatMap(call => call.streams);
  await delay(settleMs);
  const used = watch({ ...bed.pids, bench: process.pid });
  for (const stream of streams) stream.measure();
  await delay(seconds * 1000);
  const usage = used();
  for (const stream of streams) stream.pause();
  await delay(drainMs);
  const tallies = streams.map(({ tally }) => tally);
  const sum = (of: 'sent' | 'received') => tallies.reduce((total, tally) => total + tally[of], 0);
  const packets = sum('sent');
  const cpu = usage.cpu.server ?? 0;
  return {
    server: bed.name,
    kind,
    calls: calls.length,
    packets,
    lost: packets - sum('received'),
    delay: spread(tallies.flatMap(({ delays }) => delays)),
    usage,
    callsPerCore: cpu > 0 ? Math.round((calls.length * 100) / cpu) : undefined,
  };
}
