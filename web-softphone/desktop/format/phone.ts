import type { CountryCode, findPhoneNumbersInText, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { type Observable, Store } from '../store.js';

/** Formats E.164, as people of `homeCountry` (ISO 3166) write it. */
export type PhoneFormat = (e164: string, homeCountry: string | undefined) => string;

/** What has been typed, as a number; null where it is none. */
export type PhoneReading = (text: string, homeCountry: string | undefined) => string | null;

/** Text in pieces: what is a number has its E.164. */
export type NumberSearch = (
  text: string,
  homeCountry: string | undefined,
) => { text: string; e164: string | null }[];

export interface PhoneKnowledge {
  format: PhoneFormat;
  /** Undefined until the numbering plans are there. */
  read: PhoneReading | undefined;
  find: NumberSearch;
}

const ignorance: PhoneKnowledge = {
  format: e164 => e164,
  read: undefined,
  find: text => [{ text, e164: null }],
};

/** National within the home country, international elsewhere. */
export function phoneFormatOf(parse: typeof parsePhoneNumberFromString): PhoneFormat {
  return (e164, homeCountry) => {
    const number = parse(e164);
    if (!number) return e164;
    const home = number.country !== undefined && number.country === homeCountry;
    return home ? number.formatNational() : number.formatInternational();
  };
}

export function phoneReadingOf(parse: typeof parsePhoneNumberFromString): PhoneReading {
  return (text, homeCountry) => {
    const number = parse(text, { defaultCountry: homeCountry as CountryCode | undefined, extract: false });
    return number?.isValid() ? number.number : null;
  };
}

/** A day, which some countries' numbers look like. */
const dayLike = /^\d{4}[-./]\d{1,2}[-./]\d{1,2}$/;

export function numberSearchOf(find: typeof findPhoneNumbersInText): NumberSearch {
  return (text, homeCountry) => {
    const pieces: ReturnType<NumberSearch> = [];
    let end = 0;
    for (const { startsAt, endsAt, number } of find(text, homeCountry as CountryCode | undefined)) {
      if (dayLike.test(text.slice(startsAt, endsAt))) continue;
      if (startsAt > end) pieces.push({ text: text.slice(end, startsAt), e164: null });
      pieces.push({ text: text.slice(startsAt, endsAt), e164: number.number });
      end = endsAt;
    }
    if (end < text.length) pieces.push({ text: text.slice(end), e164: null });
    return pieces;
  };
}

/** The numbering plans of the world are a fifth of this page's weight: loaded when there is a number to show. */
export class PhoneFormats {
  readonly #knowledge = new Store<PhoneKnowledge>(ignorance);

  get knowledge(): Observable<PhoneKnowledge> {
    return this.#knowledge;
  }

  async load(): Promise<void> {
    if (this.#knowledge.get() !== ignorance) return;
    const { parsePhoneNumberFromString: parse, findPhoneNumbersInText } = await import(
      'libphonenumber-js/min'
    );
    this.#knowledge.set({
      format: phoneFormatOf(parse),
      read: phoneReadingOf(parse),
      find: numberSearchOf(findPhoneNumbersInText),
    });
  }
}
