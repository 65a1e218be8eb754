import { randomUUID } from 'node:crypto';
import { type Ari, ignoreGone } from './ari.js';
import type { Waiters } from './waiters.js';

type Sides = 'none' | 'in' | 'out' | 'both';

/** A channel that hears what passes through another: `in` is what the peer says, `out` what it hears. */
export class Snoop {
  readonly id: string;
  readonly #ari: Ari;

  private constructor(ari: Ari, id: string) {
    this.#ari = ari;
    this.id = id;
  }

  /** @throws AriError 404 when there is no such channel */
  static async open(
    ari: Ari,
    waiters: Waiters,
    channel: string,
    sides: { spy: Sides; whisper?: Sides },
  ): Promise<Snoop> {
    const id = randomUUID();
    const started = waiters.wait(`channel ${id}`);
    try {
      await ari.request('POST', `channels/${channel}/snoop/${id}`, { ...sides, app: ari.app });
      // Before it has entered the application nothing can be asked of it.
      await started;
    } finally {
      waiters.forget(`channel ${id}`);
    }
    return new Snoop(ari, id);
  }

  async close(): Promise<void> {
    await this.#ari.request('DELETE', `channels/${this.id}`).catch(ignoreGone);
  }
}
