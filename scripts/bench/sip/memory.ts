/** What the server keeps: for each dialog and registration at rest, and after many calls that are over. */
import { setTimeout as delay } from 'node:timers/promises';
import { startProgram } from '../../../test/support/program.js';
import { memoryOf } from '../usage.js';
import type { Bed } from './bed.js';
import { talkMs } from './step.js';

/** After the last message, the last transaction ends (RFC 3261: timer H, J, 32 s) and garbage is collected. */
const restSeconds = 40;

/** Resolves when nothing of earlier calls is left. */
export const rest = (): Promise<void> => delay(restSeconds * 1_000);

export interface Growth {
  /** Megabytes. */
  before: number;
  after: number;
}

/** Dialogs held open together: how much the server grows, while nothing but them is left. */
export async function dialogsAtRest(bed: Bed, count: number, rate: number): Promise<Growth> {
  const before = memoryOf(bed.server.pid);
  const setUpSeconds = count / rate;
  const caller = await bed.call({ calls: count, rate, talkMs: (setUpSeconds + restSeconds + 20) * 1_000 });
  try {
    await delay((setUpSeconds + restSeconds) * 1_000);
    const after = memoryOf(bed.server.pid);
    const { successfulCalls } = await caller.finish(setUpSeconds + 60);
    if (successfulCalls < count) throw new Error(`only ${successfulCalls} of ${count} dialogs were held`);
    return { before, after };
  } finally {
    await caller.kill();
  }
}

/** So many calls, one after the other: what has not gone away when they are over. */
export async function afterCalls(bed: Bed, calls: number, rate: number): Promise<Growth> {
  const before = memoryOf(bed.server.pid);
  const caller = await bed.call({ calls, rate, talkMs });
  try {
    const { successfulCalls } = await caller.finish(calls / rate + 120);
    if (successfulCalls < calls) throw new Error(`only ${successfulCalls} of ${calls} calls went through`);
  } finally {
    await caller.kill();
  }
  await rest();
  return { before, after: memoryOf(bed.server.pid) };
}

/** Softphones that hold a WebSocket and a registration. */
export async function registrationsAtRest(bed: Bed, count: number): Promise<Growth> {
  const before = memoryOf(bed.server.pid);
  const phones = await startProgram(
    'scripts/bench/sip/registrations.js',
    [String(bed.server.wsPort), String(count)],
    {},
  );
  try {
    await rest();
    return { before, after: memoryOf(bed.server.pid) };
  } finally {
    await phones.end();
  }
}
