import type { Part, Reporter } from './part.js';
import { Service, type ServiceTimes } from './service.js';

/** Called for each part that has started. */
type Progress = (name: string, milliseconds: number, note: string) => void;

/** Keeps parts running that build on one another: started in order, stopped in the reverse order. */
export class Supervisor {
  private readonly services: Service[];

  constructor(parts: readonly Part[], reporter: Reporter, times?: ServiceTimes) {
    this.services = parts.map(part => new Service(part, reporter, times));
  }

  /**
   * Starts one part after the other. Rejects with the reason of the first that does not start, or when `signal`
   * is aborted; what has started until then runs on until stop().
   */
  async start(progress: Progress, signal?: AbortSignal) {
    for (const service of this.services) {
      signal?.throwIfAborted();
      const began = performance.now();
      const note = await service.start();
      progress(service.name, performance.now() - began, note);
    }
  }

  /** Resolves when every part is gone. */
  async stop() {
    for (const service of this.services.toReversed()) await service.stop();
  }

  /** Ends all at once; stop() still has to be awaited. */
  kill() {
    for (const service of this.services) service.kill();
  }
}
