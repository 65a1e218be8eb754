import { ApiError } from '../errors.js';

/** How often one callback may be followed at the same time: by a few pages of its visitor, not by a flood. */
const placesOfOne = 8;
const retrySeconds = 5;

/** Who follows which callback. Each costs the database a look at every change. */
export class StreamPlaces {
  readonly #taken = new Map<string, number>();

  /**
   * Returns the way to give the place back, to be called once.
   * @throws ApiError too_many_requests
   */
  take(callbackId: string): () => void {
    const taken = this.#taken.get(callbackId) ?? 0;
    if (taken >= placesOfOne) throw new ApiError('too_many_requests', { params: { seconds: retrySeconds } });
    this.#taken.set(callbackId, taken + 1);
    return () => {
      const left = (this.#taken.get(callbackId) ?? 0) - 1;
      if (left > 0) this.#taken.set(callbackId, left);
      else this.#taken.delete(callbackId);
    };
  }
}
