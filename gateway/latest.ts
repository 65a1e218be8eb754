/**
 * Work that has to be done after the newest request, not once for each: requests that come while it runs make it run
 * once more.
 */
export class Latest {
  readonly #work: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #requested = false;
  #running: Promise<void> | undefined;

  /** @param onError told when a run fails; the next request runs again */
  constructor(work: () => Promise<void>, onError: (error: unknown) => void) {
    this.#work = work;
    this.#onError = onError;
  }

  request(): void {
    this.#requested = true;
    this.#running ??= this.#run();
  }

  /** Resolves when nothing runs. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#requested) {
      this.#requested = false;
      try {
        await this.#work();
      } catch (error) {
        this.#onError(error);
      }
    }
    this.#running = undefined;
  }
}
