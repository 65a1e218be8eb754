import type { Ticket } from './callback.js';

/** What outlives a reload: the callback being followed, and whether its panel was open. */
export interface Remembered extends Ticket {
  open: boolean;
  /** Its talk is over, and can be rated until then, milliseconds since 1970. */
  rateUntil?: number;
}

/** Who the visitor is, where he wants it to be remembered on his device. */
export interface Me {
  country: string;
  phone: string;
  name: string;
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface Memory {
  load(): Remembered | null;
  save(remembered: Remembered): void;
  clear(): void;
  me(): Me | null;
  /** Undefined: he wants to be forgotten. */
  rememberMe(me: Me | undefined): void;
  greetingsOff(): boolean;
  stopGreetings(): void;
  /** Whether somebody was here on an earlier day with this browser; remembers that he is here today. */
  wasHere(today?: string): boolean;
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
  const name = `ringbridge:${origin}:${siteKey}`;
  function attempt<T>(action: (store: Store) => T): T | null {
    try {
      return action(store());
    } catch {
      return null;
    }
  }
  const read = <T>(key: string) =>
    attempt(store => JSON.parse(store.getItem(key) ?? 'null') as Partial<T> | null);
  const write = (key: string, value: unknown) =>
    attempt(store =>
      value === undefined ? store.removeItem(key) : store.setItem(key, JSON.stringify(value)),
    );
  return {
    load: () => {
      const value = read<Remembered>(name);
      if (typeof value?.id !== 'string' || typeof value.token !== 'string') return null;
      const { id, token, open, rateUntil } = value;
      if (typeof rateUntil === 'number' && !(Date.now() < rateUntil)) return null;
      return { id, token, open: open === true, ...(rateUntil !== undefined && { rateUntil }) };
    },
    save: remembered => void write(name, remembered),
    clear: () => void write(name, undefined),
    me: () => {
      const { country, phone, name: own } = read<Me>(`${name}:me`) ?? {};
      return typeof phone === 'string' && typeof country === 'string'
        ? { country, phone, name: typeof own === 'string' ? own : '' }
        : null;
    },
    rememberMe: me => void write(`${name}:me`, me),
    greetingsOff: () => read(`${name}:quiet`) !== null,
    stopGreetings: () => void write(`${name}:quiet`, true),
    wasHere: (today = new Date().toDateString()) => {
      const last = attempt(store => store.getItem(`${name}:seen`));
      attempt(store => store.setItem(`${name}:seen`, today));
      return last !== null && last !== today;
    },
  };
}

/** Remembers nothing: for the page of one callback, which its link names. */
export function noMemory(load: () => Remembered | null): Memory {
  return {
    load,
    save: () => undefined,
    clear: () => undefined,
    me: () => null,
    rememberMe: () => undefined,
    greetingsOff: () => true,
    stopGreetings: () => undefined,
    wasHere: () => false,
  };
}
