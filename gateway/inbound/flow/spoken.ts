import type { Locale } from '../../errors.js';
import { nextOpening, type OpeningHours } from '../../hours/index.js';
import type { PromptKey, Utterance } from '../../prompts/index.js';
import type { Said } from './schema.js';

/** What is said, in the language it is said in. */
export interface SpokenIn {
  language: Locale;
  utterance: Utterance;
}

/** What it takes to say things that change with time. */
export interface SayingTerms {
  language: Locale;
  hours: ReadonlyMap<string, OpeningHours>;
  now: Date;
}

/** What a list of a flow says, to a caller of that language at that time. Hours that never open again say nothing. */
export function spokenOf(list: readonly Said[], { language, hours, now }: SayingTerms): SpokenIn[] {
  return list.flatMap((said): SpokenIn[] => {
    if (typeof said === 'string') return [{ language, utterance: clip(said) }];
    const spoken = said.language ?? language;
    if ('prompt' in said) return [{ language: spoken, utterance: clip(said.prompt) }];
    const of = hours.get(said.opensAt);
    const opensAt = of && nextOpening(of, now);
    return of && opensAt ? [{ language: spoken, utterance: { opensAt, now, timeZone: of.timeZone } }] : [];
  });
}

function clip(name: string): Utterance {
  return name.startsWith('own-') ? { own: name } : { prompt: name as PromptKey };
}
