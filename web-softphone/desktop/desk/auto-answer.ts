import type { Interaction } from '../api/types.js';

/** Between the tone and the accepting: long enough to hear the one, and to press decline, milliseconds. */
const leadMs = 1_000;

export interface AutoAnswerOptions {
  /** Whether calls ring in this tab, and the agent is not about to decline. */
  may: (id: string) => boolean;
  tone: () => void;
  /** Resolves to whether it could be taken. */
  accept: (id: string) => Promise<boolean>;
  /** It is for the agent to say, after all. */
  failed: () => void;
  after?: (ms: number, act: () => void) => () => void;
}

/** Takes what a queue offers whose agents' desktops answer by themselves. */
export class AutoAnswer {
  #offer: string | null = null;
  #cancel: () => void = () => undefined;

  constructor(private readonly options: AutoAnswerOptions) {}

  /** @returns whether what the agent has before him is, or was, taken by itself */
  follow(current: Interaction | null): boolean {
    const offer = current?.state === 'offered' && current.autoAnswer ? current.id : null;
    if (offer === this.#offer) return offer !== null;
    this.#cancel();
    this.#offer = null;
    if (offer === null || !this.options.may(offer)) return false;
    this.#offer = offer;
    this.options.tone();
    const after = this.options.after ?? inTime;
    this.#cancel = after(leadMs, () => void this.#take(offer));
    return true;
  }

  async #take(offer: string): Promise<void> {
    const { may, accept, failed } = this.options;
    if (!may(offer) || (await accept(offer))) return;
    if (offer === this.#offer) failed();
  }
}

function inTime(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
}
