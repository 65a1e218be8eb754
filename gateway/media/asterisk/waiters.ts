/** Who waits for which event of Asterisk. An event that comes before its waiter would be missed: wait first, then ask. */
export class Waiters {
  readonly #waiting = new Map<string, (value: string) => void>();

  wait(key: string): Promise<string> {
    return new Promise(resolve => this.#waiting.set(key, resolve));
  }

  forget(key: string): void {
    this.#waiting.delete(key);
  }

  /** Whether somebody waited. */
  tell(key: string, value: string): boolean {
    const resolve = this.#waiting.get(key);
    this.#waiting.delete(key);
    resolve?.(value);
    return resolve !== undefined;
  }

  /** Tells everybody whose key begins so. */
  tellAll(prefix: string, value: string): void {
    for (const key of [...this.#waiting.keys()]) if (key.startsWith(prefix)) this.tell(key, value);
  }
}
