import type { Callback } from './callback.js';
import { momentInWords } from './moment.js';
import { type Language, type Texts, waitInWords } from './texts.js';

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

export function stageOf(callback: Callback, text: Texts, language: Language): Stage {
  if (callback.state === 'done') {
    const outcome = callback.outcome ?? 'failed';
    // An outcome of a newer server is still an end: the visitor gets the general words.
    const words = text.outcomes[outcome] ?? text.outcomes.failed;
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
  const wait = waiting ? waitInWords(text, callback.estimatedWaitSeconds) : undefined;
  return {
    step: steps[callback.state],
    tone: tones[callback.state],
    ...(callback.state === 'scheduled' && !callback.slot ? text.callAgain : text.states[callback.state]),
    place: whenInWords(callback, text, language),
    estimate: wait === undefined ? undefined : text.estimate(wait),
    cancellable: callback.state !== 'bridged',
    movable: waiting || callback.state === 'scheduled',
    again: undefined,
  };
}

/** The place in line, or the time that was promised, or that of the next try. */
function whenInWords({ state, position, slot, dueAt }: Callback, text: Texts, language: Language) {
  if (state === 'waiting') return position === null ? undefined : text.position(position);
  if (state !== 'scheduled' || !dueAt) return undefined;
  return slot?.at === dueAt
    ? momentInWords(language, slot.at, slot.until)
    : text.nextTry(momentInWords(language, dueAt));
}
