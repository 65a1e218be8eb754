import type { ServedInteraction } from '../acd/index.js';

type Take = (offer: ServedInteraction) => void;

/** Offers of pieces of work that belong to a talk under way: whoever waits there for a colleague takes them. */
export class ExpectedOffers {
  readonly #takers = new Map<string, Take>();

  /** Returns what ends the expectation. */
  expect(id: string, take: Take): () => void {
    this.#takers.set(id, take);
    return () => this.#takers.delete(id);
  }

  /** Whether somebody waits for it; then it is his. */
  take(offer: ServedInteraction): boolean {
    const take = this.#takers.get(offer.id);
    take?.(offer);
    return take !== undefined;
  }
}
