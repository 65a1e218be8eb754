import type { Greeting } from './look.js';
import type { Memory } from './memory.js';

export interface Moment {
  /** The path of the page, as its address has it. */
  path: string;
  /** How long the visitor has been on it. */
  seconds: number;
  /** Whether he was on the site on an earlier day. */
  returning: boolean;
  /** What the site's own code says that his cart is worth. */
  cartValue: number | undefined;
}

/** The path as people write it, in rules too: `/상품/1`, not its escapes. */
function readablePath(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** Whether `path` is one of `patterns`, in which `*` stands for anything. */
function isOn(path: string, patterns: readonly string[]): boolean {
  return patterns.some(pattern => {
    const parts = pattern.split('*').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(path);
  });
}

/** The first greeting that fits the moment. */
export function fitting(greetings: readonly Greeting[], moment: Moment): Greeting | undefined {
  return greetings.find(
    ({ pages, afterSeconds, returning, cartAtLeast }) =>
      moment.seconds >= afterSeconds &&
      (!pages || isOn(readablePath(moment.path), pages)) &&
      (returning === undefined || returning === moment.returning) &&
      (cartAtLeast === undefined || (moment.cartValue ?? 0) >= cartAtLeast),
  );
}

export interface GreeterOptions {
  greetings: readonly Greeting[];
  /** The address of the site in the API. */
  site: string;
  memory: Memory;
  cartValue(): number | undefined;
  /** Whether there is nothing on the page that a greeting would disturb. */
  isQuiet(): boolean;
  show(greeting: Greeting, answer: (taken: boolean) => void): void;
  onTaken(greeting: Greeting): void;
}

/** The rules are looked at so often. */
const lookMs = 1_000;
/** No agent was free: not before so long is asked again. */
const restMs = 60_000;

/** Greets once, at the moment that the site's rules name, if an agent who fits is free. Never again who said "not now". */
export function startGreeter(options: GreeterOptions): void {
  const { greetings, site, memory } = options;
  if (greetings.length === 0 || memory.greetingsOff()) return;
  // Who was here before is only kept where a rule asks for it.
  const returning = greetings.some(greeting => greeting.returning !== undefined) && memory.wasHere();
  const started = performance.now();
  let notBefore = 0;
  const tell = async (greeting: Greeting, what: 'shown' | 'accepted'): Promise<boolean> => {
    try {
      const response = await fetch(`${site}/greetings/${greeting.key}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ what }),
        credentials: 'omit',
      });
      return response.ok && ((await response.json()) as { show: boolean }).show;
    } catch {
      return false;
    }
  };
  const timer = setInterval(async () => {
    const now = performance.now();
    if (now < notBefore || document.hidden || !options.isQuiet()) return;
    const moment = {
      path: location.pathname,
      seconds: (now - started) / 1000,
      returning,
      cartValue: options.cartValue(),
    };
    const greeting = fitting(greetings, moment);
    if (!greeting) return;
    notBefore = now + restMs;
    if (!(await tell(greeting, 'shown')) || !options.isQuiet()) return;
    clearInterval(timer);
    options.show(greeting, taken => {
      if (taken) {
        void tell(greeting, 'accepted');
        options.onTaken(greeting);
      } else memory.stopGreetings();
    });
  }, lookMs);
}
