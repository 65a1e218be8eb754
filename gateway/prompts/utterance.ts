import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { Temporal } from 'temporal-polyfill';
import type { Locale } from '../errors.js';
import { english } from './english/speech.js';
import { korean } from './korean/speech.js';
import type { CalendarDay, ClockTime, Opening, Speech } from './speech.js';
import { join, type Spoken, word } from './spoken.js';
import { type PromptKey, textsOf } from './texts.js';

/** One thing to be heard, as whoever plays it names it. */
export type Utterance =
  | { prompt: PromptKey }
  /** A clip that a company has uploaded for itself. */
  | { own: string }
  | { cardinal: number }
  | { counting: number }
  | { ordinal: number }
  | { people: number }
  | { won: number }
  | { digits: string }
  /** E.164; said without the country code in its own country (ISO 3166). */
  | { phone: string; country?: string }
  /** Minutes; a range with `most`. */
  | { wait: number; most?: number }
  | { clock: ClockTime }
  | { date: CalendarDay }
  | { weekday: number }
  | { position: number }
  | { estimatedWait: number; most?: number }
  | { opensAt: Date; now: Date; timeZone: string };

export const speeches: Readonly<Record<Locale, Speech>> = { en: english, ko: korean };

/**
 * Text and clips of what is to be said, one utterance after the other.
 * @throws RangeError for what the language has no words for
 */
export function speak(language: Locale, utterances: readonly Utterance[]): Spoken {
  return join(
    utterances.map(utterance => speakOne(language, utterance)),
    ' ',
  );
}

function speakOne(language: Locale, utterance: Utterance): Spoken {
  const speech = speeches[language];
  if ('prompt' in utterance) return word(textsOf(language), utterance.prompt);
  if ('own' in utterance) return { text: `(${utterance.own})`, clips: [utterance.own] };
  if ('cardinal' in utterance) return speech.cardinal(utterance.cardinal);
  if ('counting' in utterance) return speech.counting(utterance.counting);
  if ('ordinal' in utterance) return speech.ordinal(utterance.ordinal);
  if ('people' in utterance) return speech.people(utterance.people);
  if ('won' in utterance) return speech.won(utterance.won);
  if ('digits' in utterance) return speech.digits(utterance.digits);
  if ('phone' in utterance) return phoneNumber(speech, utterance);
  if ('wait' in utterance) return speech.wait(utterance.wait, utterance.most);
  if ('clock' in utterance) return speech.clock(utterance.clock);
  if ('date' in utterance) return speech.date(utterance.date);
  if ('weekday' in utterance) return speech.weekday(utterance.weekday);
  if ('position' in utterance) return speech.position(utterance.position);
  if ('estimatedWait' in utterance) return speech.estimatedWait(utterance.estimatedWait, utterance.most);
  return speech.opensAt(openingAt(utterance));
}

/** In the groups that people of its country write it in. */
function phoneNumber(speech: Speech, { phone, country }: { phone: string; country?: string }): Spoken {
  const number = parsePhoneNumberFromString(phone);
  if (number === undefined) throw new RangeError('this is no telephone number');
  const international = number.country === undefined || number.country !== country;
  const written = international ? number.formatInternational() : number.formatNational();
  return speech.phoneNumber(
    written.split(/\D+/).filter(group => group !== ''),
    international,
  );
}

/** The day in the words that somebody uses who is asked now: today, tomorrow, on Monday, on December twenty-fourth. */
function openingAt({ opensAt, now, timeZone }: { opensAt: Date; now: Date; timeZone: string }): Opening {
  const [there, here] = [zoned(opensAt, timeZone), zoned(now, timeZone)];
  const daysAhead = here.toPlainDate().until(there.toPlainDate()).days;
  if (daysAhead < 0) throw new RangeError('a counter cannot open again in the past');
  return { day: inWords(there, daysAhead), hour: there.hour, minute: there.minute };
}

function inWords({ year, month, day, dayOfWeek }: Temporal.ZonedDateTime, daysAhead: number): Opening['day'] {
  if (daysAhead === 0) return 'today';
  if (daysAhead === 1) return 'tomorrow';
  if (daysAhead < 7) return { weekday: dayOfWeek };
  // Half a year ahead the year has to be said.
  return daysAhead > 180 ? { year, month, day } : { month, day };
}

function zoned(at: Date, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
}
