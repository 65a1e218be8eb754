/** What a program says, line by line. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Log {
  readonly #lines: string[] = [];
  #waiting: (() => void)[] = [];

  constructor({ stdout, stderr }: ChildProcess) {
    for (const input of [stdout, stderr]) {
      if (input === null) continue;
      createInterface({ input }).on('line', line => {
        this.#lines.push(line);
        for (const look of this.#waiting.splice(0)) look();
      });
    }
  }

  /** Resolves with the first line that says so, from the start on. */
  async said(pattern: RegExp): Promise<string> {
    for (;;) {
      const line = this.#lines.find(line => pattern.test(line));
      if (line !== undefined) return line;
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }

  get text(): string {
    return this.#lines.join('\n');
  }
}
