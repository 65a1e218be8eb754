import type { BrowserLine } from '../api/types.js';
import { LineFollower } from './line-figures.js';
import type { Softphone } from './softphone.js';

/** The server looks at a line so often, too, milliseconds. */
const everyMs = 5_000;

/** Tells how the line is, as this browser sees it, for as long as it is spoken over. */
export class LineReporter {
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Of what call; a line that was held or lost is followed anew. */
  #followed: string | null = null;

  constructor(
    private readonly softphone: Pick<Softphone, 'call' | 'counts'>,
    private readonly tell: (interactionId: string, line: BrowserLine) => void,
  ) {}

  start(): void {
    this.softphone.call.subscribe(() => this.#follow());
  }

  #follow(): void {
    const { phase, silent, interactionId } = this.softphone.call.get();
    const followed = phase === 'connected' && !silent ? interactionId : null;
    if (followed === this.#followed) return;
    this.#followed = followed;
    clearInterval(this.#timer);
    if (followed === null) return;
    const line = new LineFollower();
    const look = async () => {
      const counts = await this.softphone.counts();
      if (!counts || this.#followed !== followed) return;
      const figures = line.look(counts, this.softphone.call.get().muted);
      if (figures) this.tell(followed, figures);
    };
    // A connection that is being closed has nothing to say any more.
    this.#timer = setInterval(() => void look().catch(() => undefined), everyMs);
  }
}
