import { frameMs } from './clip.js';

/** Something that has a frame to send every 20 ms. */
export interface Ticking {
  tick(now: number): void;
}

const phases = 4;
const phaseMs = frameMs / phases;
/** After a stall longer than this the missed frames are dropped: nobody wants to hear them in a burst. */
const maxLagMs = 200;

/**
 * The 20 ms clock of everything that plays. Steps are due at t0 + n·5 ms, never "20 ms after the last", which drifts;
 * four phases share the players so that they do not all send in one burst. It rests while nobody plays.
 */
export class FrameClock {
  readonly #players: Set<Ticking>[] = Array.from({ length: phases }, () => new Set());
  readonly #phaseOf = new Map<Ticking, number>();
  #step = 0;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  add(player: Ticking): void {
    if (this.#phaseOf.has(player)) return;
    let phase = 0;
    for (let i = 1; i < phases; i++) if (this.#size(i) < this.#size(phase)) phase = i;
    (this.#players[phase] as Set<Ticking>).add(player);
    this.#phaseOf.set(player, phase);
    if (this.#timer !== undefined) return;
    this.#startedAt = performance.now();
    this.#step = 0;
    this.#schedule(this.#startedAt);
  }

  remove(player: Ticking): void {
    const phase = this.#phaseOf.get(player);
    if (phase === undefined) return;
    this.#phaseOf.delete(player);
    (this.#players[phase] as Set<Ticking>).delete(player);
    if (this.#phaseOf.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #size(phase: number): number {
    return (this.#players[phase] as Set<Ticking>).size;
  }

  #schedule(now: number): void {
    const due = this.#startedAt + this.#step * phaseMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#run, Math.max(0, due - now));
  }

  readonly #run = (): void => {
    const now = performance.now();
    const behind = now - (this.#startedAt + this.#step * phaseMs);
    if (behind > maxLagMs) this.#step += Math.floor(behind / frameMs) * phases;
    // A timer fires on whole milliseconds: run every phase that is due by now.
    while (this.#phaseOf.size > 0 && this.#startedAt + this.#step * phaseMs <= now + 0.5) {
      for (const player of this.#players[this.#step % phases] as Set<Ticking>) player.tick(now);
      this.#step++;
    }
    if (this.#phaseOf.size > 0) this.#schedule(performance.now());
  };
}
