import type { Interaction } from '../api/types.js';
import { type Observable, Store } from '../store.js';

/** What the agent writes down about the interaction at hand, before it is handed in. */
export interface Draft {
  interactionId: string | null;
  note: string;
  disposition: string | null;
}

const empty: Draft = { interactionId: null, note: '', disposition: null };
const storageKey = 'ringbridge.draft';

/** In ms before the server ends the wrap-up by itself: early enough to arrive, late enough to finish the sentence. */
const handInBeforeMs = 1_500;

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const { interactionId, note, disposition } = value as Partial<Draft>;
  return (
    typeof interactionId === 'string' &&
    typeof note === 'string' &&
    (disposition === null || typeof disposition === 'string')
  );
}

function read(storage: Storage): Draft {
  try {
    const value: unknown = JSON.parse(storage.getItem(storageKey) ?? 'null');
    return isDraft(value) ? value : empty;
  } catch {
    return empty;
  }
}

/** Notes may be taken from the first word of the talk; they outlive a reload of the tab, and nothing else. */
export class DraftKeeper {
  readonly #state: Store<Draft>;

  constructor(private readonly storage: Storage) {
    this.#state = new Store(read(storage));
  }

  get state(): Observable<Draft> {
    return this.#state;
  }

  of(interactionId: string): Draft {
    const draft = this.#state.get();
    return draft.interactionId === interactionId ? draft : { ...empty, interactionId };
  }

  edit(interactionId: string, change: Partial<Omit<Draft, 'interactionId'>>): void {
    const draft = { ...this.of(interactionId), ...change };
    this.storage.setItem(storageKey, JSON.stringify(draft));
    this.#state.set(draft);
  }

  clear(): void {
    this.storage.removeItem(storageKey);
    this.#state.set(empty);
  }
}

export function isWritten(draft: Draft): boolean {
  return draft.note.trim() !== '' || draft.disposition !== null;
}

/**
 * When, in ms from `now`, to hand in what is written although the agent has not pressed the button; null when there
 * is no such moment.
 */
export function handInDelay(interaction: Interaction | null, now: number): number | null {
  if (interaction?.state !== 'wrap_up' || interaction.wrapUpUntil === null) return null;
  return Math.max(0, Date.parse(interaction.wrapUpUntil) - handInBeforeMs - now);
}
