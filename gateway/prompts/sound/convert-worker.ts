// A thread for one conversion: decoding takes seconds, and calls must not wait for it.
import { parentPort, workerData } from 'node:worker_threads';
import { convertSound } from './convert.js';
import type { WorkerAnswer, WorkerOrder } from './converter.js';
import { SoundFault } from './fault.js';

const { upload, ...options } = workerData as WorkerOrder;

async function answer(): Promise<WorkerAnswer> {
  try {
    return { converted: await convertSound(Buffer.from(upload), options) };
  } catch (error) {
    if (error instanceof SoundFault) return { fault: { code: error.code, params: error.params } };
    throw error;
  }
}

parentPort?.postMessage(await answer());
