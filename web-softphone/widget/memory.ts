import type { Ticket } from './callback.js';

/** What outlives a reload: the callback being followed, and whether its panel was open. */
export interface Remembered extends Ticket {
  open: boolean;
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface Memory {
  load(): Remembered | null;
  save(remembered: Remembered): void;
  clear(): void;
}

/**
 * Memory for one site of one server. A browser that forbids storage only loses the way back after a reload, so its
 * refusal is answered with forgetting.
 */
export function createMemory(
  origin: string,
  siteKey: string,
  store: () => Store = () => localStorage,
): Memory {
  const key = `ringbridge:${origin}:${siteKey}`;
  function attempt<T>(action: (store: Store) => T): T | null {
    try {
      return action(store());
    } catch {
      return null;
    }
  }
  return {
    load: () =>
      attempt(store => {
        const value = JSON.parse(store.getItem(key) ?? 'null') as Partial<Remembered> | null;
        if (typeof value?.id !== 'string' || typeof value.token !== 'string') return null;
        return { id: value.id, token: value.token, open: value.open === true };
      }),
    save: remembered => {
      attempt(store => store.setItem(key, JSON.stringify(remembered)));
    },
    clear: () => {
      attempt(store => store.removeItem(key));
    },
  };
}
