import { createContext, useContext, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Action, ActionState } from '../desk/action.js';
import type { Desktop } from '../desktop.js';
import type { Dictionary } from '../i18n/en.js';
import { dictionaries, type Language } from '../i18n/language.js';
import { type Observable, Store } from '../store.js';

export const DesktopContext = createContext<Desktop | null>(null);

export function useDesktop(): Desktop {
  const desktop = useContext(DesktopContext);
  if (!desktop) throw new Error('used outside of DesktopContext');
  return desktop;
}

export function useStore<T>(store: Observable<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}

export function useLanguage(): Language {
  return useStore(useDesktop().language.state);
}

/** The sentences in the user's language. */
export function useText(): Dictionary {
  return dictionaries[useLanguage()];
}

/** A number (E.164) as people of `homeCountry` write it; where there is none, the customer talks in his browser. */
export function usePhone(e164: string | null, homeCountry: string | undefined, channel?: string): string {
  const { format } = useStore(useDesktop().phones.knowledge);
  const text = useText();
  if (e164 !== null) return format(e164, homeCountry);
  return channel === 'call' ? text.customer.withheld : text.customer.inBrowser;
}

type SubjectAction = Action<[subject: string, ...rest: never[]]>;

/** The progress and the failure of an action as far as they concern `subject`. */
export function useAction(action: Pick<SubjectAction, 'state'>, subject?: string): ActionState {
  const state = useStore(action.state);
  if (subject === undefined || state.subject === subject) return state;
  return { pending: false, done: false, subject, failure: null };
}

const second = new Store(0);
let ticking: ReturnType<typeof setInterval> | undefined;
let watchers = 0;

function watchSecond(listener: () => void): () => void {
  const end = second.subscribe(listener);
  watchers += 1;
  ticking ??= setInterval(() => second.set(second.get() + 1), 500);
  return () => {
    end();
    watchers -= 1;
    if (watchers > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

/** The server's time, in ms since the epoch; the component is drawn again while it goes on. */
export function useNow(): number {
  const { clock } = useDesktop();
  useSyncExternalStore(watchSecond, second.get);
  return clock.now();
}

/** True once `condition` has held for `ms`: what corrects itself is not worth a word. */
export function useLasting(condition: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!condition) {
      setLasting(false);
      return;
    }
    const timer = setTimeout(() => setLasting(true), ms);
    return () => clearTimeout(timer);
  }, [condition, ms]);
  return lasting && condition;
}

/** Keys pressed with Alt, wherever the focus is. By `code`, so that they are where they are with a Korean layout too. */
export function useShortcut(code: string, act: (() => void) | null): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.code !== code || !event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
      if (!latest.current) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [code]);
}
