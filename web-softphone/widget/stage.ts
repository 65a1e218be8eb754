import type { Callback } from './callback.js';
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
  /** The label of the button that leads back to the form. */
  again: string | undefined;
}

const steps = { waiting: 0, offered: 1, accepted: 1, dialing: 2, bridged: 3 } as const;
const tones = {
  waiting: 'calm',
  offered: 'calm',
  accepted: 'calm',
  dialing: 'ringing',
  bridged: 'good',
} as const;

export function stageOf(callback: Callback, text: Texts): Stage {
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
      again: words.again,
    };
  }
  const waiting = callback.state === 'waiting';
  const wait = waiting ? waitInWords(text, callback.estimatedWaitSeconds) : undefined;
  return {
    step: steps[callback.state],
    tone: tones[callback.state],
    ...text.states[callback.state],
    place: waiting && callback.position !== null ? text.position(callback.position) : undefined,
    estimate: wait === undefined ? undefined : text.estimate(wait),
    cancellable: callback.state !== 'bridged',
    again: undefined,
  };
}
