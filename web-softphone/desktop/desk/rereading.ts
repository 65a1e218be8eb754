/** Reads again for whoever asks, one reading at a time: who asks meanwhile is served by the one that follows. */
export class Rereading {
  #reading = false;
  #again = false;

  /** @param read never throws */
  constructor(private readonly read: () => Promise<void>) {}

  /** Resolves when nothing is to be read any more; at once for whom another one serves. */
  async request(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#again) {
      this.#again = false;
      await this.read();
    }
    this.#reading = false;
  }
}
