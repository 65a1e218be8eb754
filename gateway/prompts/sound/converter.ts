import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ConvertedSound } from './convert.js';
import { SoundFault, type SoundFaultCode } from './fault.js';
import type { SoundKind } from './level.js';

export interface WorkerOrder {
  upload: Uint8Array;
  kind: SoundKind;
  maxSeconds: number;
}

export type WorkerAnswer =
  | { converted: ConvertedSound }
  | { fault: { code: SoundFaultCode; params: Record<string, string | number> } };

/** Ten minutes of music take a few seconds; what takes longer is no sound. */
const patienceMs = 60_000;
const memoryMb = 512;

/**
 * `convertSound` in a thread of its own: the gateway's calls go on meanwhile, and a file that breaks the decoder breaks
 * only the thread.
 * @throws SoundFault
 */
export async function convertApart(order: WorkerOrder): Promise<ConvertedSound> {
  const worker = new Worker(new URL('./convert-worker.js', import.meta.url), {
    workerData: order,
    // The decoder complains there about files, which is told to whoever has sent them.
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  worker.stderr.resume();
  try {
    const [answer] = (await once(worker, 'message', { signal: AbortSignal.timeout(patienceMs) })) as [
      WorkerAnswer,
    ];
    if ('fault' in answer) throw new SoundFault(answer.fault.code, answer.fault.params);
    return { ...answer.converted, file: Buffer.from(answer.converted.file) };
  } finally {
    await worker.terminate();
  }
}
