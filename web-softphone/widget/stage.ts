import type { Callback, CallbackState } from './callback.js';
import { momentInWords } from './moment.js';
import { type Texts, waitInWords } from './texts.js';

/** What the visitor is shown of a callback at one moment. */
export interface Stage {
  /** Which of the four steps is under way; 4 when all lie behind; undefined when the way ended early. */
  step: number | undefined;
  tone: 'calm' | 'ringing' | 'good' | 'bad';
  heading: string;
  detail: string;
  /** Place in line, while there is one. */
  place: string | undefined;
  estimate: string | undefined;
  cancellable: boolean;
  /** Whether another time can be chosen. */
  movable: boolean;
  /** The label of the button that leads back to the form. */
  again: string | undefined;
}

const steps = { scheduled: undefined, waiting: 0, offered: 1, accepted: 1, dialing: 2, bridged: 3 } as const;
const tones = {
  scheduled: 'calm',
  waiting: 'calm',
  offered: 'calm',
  accepted: 'calm',
  dialing: 'ringing',
  bridged: 'good',
} as const;

/** What a phone would be said to have done. */
const missedByBrowser: ReadonlySet<string> = new Set(['no_answer', 'rejected', 'unreachable', 'busy']);

function browserWords(outcome: string, text: Texts) {
  if (outcome === 'failed') return text.browserLost;
  return missedByBrowser.has(outcome) ? text.browserMissed : undefined;
}

export function stageOf(callback: Callback, text: Texts): Stage {
  if (callback.state === 'done') {
    const outcome = callback.outcome ?? 'failed';
    // An outcome of a newer server is still an end: the visitor gets the general words.
    const words =
      (callback.via === 'browser' && browserWords(outcome, text)) ||
      (text.outcomes[outcome] ?? text.outcomes.failed);
    const completed = outcome === 'completed';
    return {
      step: completed ? 4 : undefined,
      tone: completed ? 'good' : outcome === 'cancelled' ? 'calm' : 'bad',
      heading: words.heading,
      detail: words.detail,
      place: undefined,
      estimate: undefined,
      cancellable: false,
      movable: false,
      again: words.again,
    };
  }
  const waiting = callback.state === 'waiting';
  const wait = waiting ? waitInWords(text, callback.estimatedWait) : undefined;
  return {
    step: steps[callback.state],
    tone: tones[callback.state],
    ...wordsOf(callback.state, callback, text),
    place: whenInWords(callback, text),
    estimate: wait === undefined ? undefined : text.estimate(wait),
    cancellable: callback.state !== 'bridged',
    // A page is not sure to be open at a time to come.
    movable: callback.via === 'phone' && (waiting || callback.state === 'scheduled'),
    again: undefined,
  };
}

/** What the stage is called, and what the visitor does meanwhile. */
function wordsOf(state: Exclude<CallbackState, 'done'>, callback: Callback, text: Texts) {
  const { slot, waitsFor, opensAt, movedFrom, queue, confirming, via, cutOff } = callback;
  if (state === 'scheduled' && !slot) return text.callAgain;
  if (confirming) return text.pressOne;
  if (cutOff && state !== 'dialing' && state !== 'bridged') return text.cutOff;
  if (waitsFor === 'opening')
    return opensAt
      ? { ...text.shut, detail: text.keptUntil(momentInWords(text.locale, opensAt)) }
      : text.shut;
  const words = via === 'browser' && state !== 'scheduled' ? text.browserStates[state] : text.states[state];
  return state === 'waiting' && movedFrom !== null
    ? { ...words, detail: `${text.moved(movedFrom, queue.name)}. ${words.detail}` }
    : words;
}

/** The place in line, or the time that was promised, or that of the next try. */
function whenInWords({ state, position, slot, dueAt }: Callback, text: Texts) {
  if (state === 'waiting') return position === null ? undefined : text.position(position);
  if (state !== 'scheduled' || !dueAt) return undefined;
  return slot?.at === dueAt
    ? momentInWords(text.locale, slot.at, slot.until)
    : text.nextTry(momentInWords(text.locale, dueAt));
}
