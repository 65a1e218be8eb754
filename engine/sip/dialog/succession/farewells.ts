/** Far ends that hung up while their application was away for longer than its dialogs were kept: told to the next one. */
import type { Clock } from '../../transaction/clock.js';
import type { DialogEntry } from './dialog-list.js';

/** An application that is away for longer has other cares. */
const keptMs = 3_600_000;
/** Of all names; the oldest go first. */
const mostKept = 1_000;

export class Farewells {
  readonly #entries = new Map<string, { name: string; entry: DialogEntry }>();

  constructor(private readonly clock: Clock) {}

  /** @param name of the application */
  keep(name: string, entry: DialogEntry): void {
    const kept = { name, entry: { ...entry, waiting: 0 } };
    this.#entries.set(entry.id, kept);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > mostKept && oldest !== undefined) this.#entries.delete(oldest);
    this.clock.after(keptMs, () => {
      if (this.#entries.get(entry.id) === kept) this.forget(entry.id);
    });
  }

  idsOf(name: string): string[] {
    return [...this.#entries].filter(([, kept]) => kept.name === name).map(([id]) => id);
  }

  of(id: string): DialogEntry | undefined {
    return this.#entries.get(id)?.entry;
  }

  /** An application has taken it in. */
  forget(id: string): void {
    this.#entries.delete(id);
  }
}
