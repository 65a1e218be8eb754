import type { CallbackState, Outcome, WaitRange } from './callback.js';

interface Sentences {
  heading: string;
  detail: string;
}

export interface Texts {
  /** How dates, times and countries are written. */
  locale: string;
  callMeBack: string;
  title: string;
  intro: string;
  close: string;
  loading: string;
  queue: string;
  closed: string;
  opens(when: string): string;
  full: string;
  nextFree(when: string): string;
  allClosed: string;
  noWait: string;
  wait(minutes: number): string;
  waitBetween(low: number, high: number): string;
  waitUpTo(minutes: number): string;
  waitFrom(minutes: number): string;
  longWait: string;
  country: string;
  phone: string;
  name: string;
  note: string;
  notePlaceholder: string;
  optional: string;
  sending: string;
  rememberMe: string;
  how: string;
  byPhone: string;
  inBrowser: string;
  microphone: string;
  talkHere: string;
  browserStep: string;
  browserStates: Record<'waiting' | 'offered' | 'accepted' | 'dialing' | 'bridged', Sentences>;
  browserMissed: Sentences & { again: string };
  browserLost: Sentences & { again: string };
  rate: string;
  stars(stars: number): string;
  rateMore: string;
  rateSend: string;
  rated: string;
  phoneMissing: string;
  queueMissing: string;
  unreachable: string;
  failed: string;
  /** The server's refusals by their code, in languages that it does not speak itself. */
  refusals?: Readonly<Record<string, string>>;
  retry: string;
  nextTry(when: string): string;
  callAgain: Sentences;
  /** Its counter is closed. */
  shut: Sentences;
  keptUntil(when: string): string;
  moved(from: string, to: string): string;
  pressOne: Sentences;
  cutOff: Sentences;
  reconnecting: string;
  gone: string;
  position(place: number): string;
  estimate(wait: string): string;
  weCall(phone: string): string;
  steps: readonly [string, string, string, string];
  states: Record<Exclude<CallbackState, 'done'>, Sentences>;
  outcomes: Record<Outcome, Sentences & { again: string }>;
  cancel: string;
  cancelling: string;
  cancelQuestion: string;
  cancelConfirm: string;
  cancelKeep: string;
}

export interface LaterTexts {
  when: string;
  now: string;
  later: string;
  day: string;
  time: string;
  zone(place: string): string;
  loading: string;
  none: string;
  change: string;
  move: string;
  callNow: string;
  keep: string;
  copyLink: string;
  copied: string;
}

export interface TalkTexts {
  connecting: string;
  mute: string;
  unmute: string;
  hangUp: string;
  elsewhere: string;
  refused: string;
  missing: string;
  lost: string;
  failed: string;
  /** The way back into a talk that needs a hand, and what is said beside it. */
  goOn: string;
  waitsForYou: string;
}

/** All that is said in one language: a script of its own, of which a page fetches one. */
export interface Words {
  texts: Texts;
  later: LaterTexts;
  talk: TalkTexts;
}

/** A waiting time in words; undefined when the server does not know one. */
export function waitInWords(text: Texts, range: WaitRange | null): string | undefined {
  if (range === null) return undefined;
  const low = Math.floor(range.lowSeconds / 60);
  const high = Math.ceil(range.highSeconds / 60);
  if (high <= 1) return text.noWait;
  if (low >= 60) return text.longWait;
  if (low === 0) return high > 60 ? text.longWait : text.waitUpTo(high);
  if (high > 60) return text.waitFrom(low);
  return low === high ? text.wait(low) : text.waitBetween(low, high);
}
