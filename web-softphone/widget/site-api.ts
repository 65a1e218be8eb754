/**
 * `window.ringbridge`: what the site's own code can say and hear. Before the script is there, calls are put into an
 * array of that name, each as a function that gets the object:
 *
 *     (window.ringbridge ||= []).push(rb => rb.context({ cartValue: 129, customer: 'K-1004' }));
 */
export interface Prefill {
  queue?: string;
  phone?: string;
  name?: string;
  note?: string;
}

export type Context = Record<string, string | number | boolean>;

export interface SiteEvents {
  ready: undefined;
  open: undefined;
  close: undefined;
  greeting: { key: string; taken: boolean | undefined };
  requested: { id: string };
  state: { id: string; state: string; outcome: string | null };
}
export type Emit = <E extends keyof SiteEvents>(event: E, detail: SiteEvents[E]) => void;

export interface SiteApi {
  open(): void;
  close(): void;
  /** Fills the form; what the visitor has typed himself is not overwritten. */
  prefill(values: Prefill): void;
  /** What the agent is to see beside the request: replaces what was said before. At most 20 short values. */
  context(values: Context): void;
  /** Returns what ends the listening. */
  on<E extends keyof SiteEvents>(event: E, listener: (detail: SiteEvents[E]) => void): () => void;
  push(...calls: ((api: SiteApi) => void)[]): void;
}

type Listener = (detail: unknown) => void;

const mostValues = 20;

/** What the API takes of what the site says; the rest is named in the console and left out. */
export function cleanContext(values: Context): Context {
  const kept: Context = {};
  for (const [key, value] of Object.entries(values ?? {})) {
    const fits =
      /^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,39}$/u.test(key) &&
      (typeof value === 'boolean' ||
        (typeof value === 'number' && Number.isFinite(value)) ||
        (typeof value === 'string' && value.length <= 200));
    if (fits && Object.keys(kept).length < mostValues) kept[key] = value;
    else
      console.warn(
        `Ringbridge: context "${key}" is left out: at most ${mostValues} short texts, numbers, booleans.`,
      );
  }
  return kept;
}

export interface SiteSide {
  emit: Emit;
  context(): Context;
  prefill(): Prefill;
}

export function installSiteApi(actions: { open(): void; close(): void; prefilled(): void }): SiteSide {
  const listeners = new Map<string, Set<Listener>>();
  let context: Context = {};
  let prefill: Prefill = {};
  // A fault in the site's code is the site's: it is seen in its console, and stops nobody else.
  const guarded = (call: () => void) => {
    try {
      call();
    } catch (error) {
      reportError(error);
    }
  };
  const api: SiteApi = {
    open: actions.open,
    close: actions.close,
    prefill: values => {
      prefill = { ...prefill, ...values };
      actions.prefilled();
    },
    context: values => {
      context = cleanContext(values);
    },
    on: (event, listener) => {
      const heard = listeners.get(event) ?? new Set();
      listeners.set(event, heard.add(listener as Listener));
      return () => void heard.delete(listener as Listener);
    },
    push: (...calls) => {
      for (const call of calls) guarded(() => call(api));
    },
  };
  const page = window as unknown as { ringbridge?: unknown };
  const early = Array.isArray(page.ringbridge) ? (page.ringbridge as ((api: SiteApi) => void)[]) : [];
  page.ringbridge = api;
  api.push(...early);
  return {
    emit: (event, detail) => {
      for (const listener of listeners.get(event) ?? []) guarded(() => listener(detail));
    },
    context: () => context,
    prefill: () => prefill,
  };
}
