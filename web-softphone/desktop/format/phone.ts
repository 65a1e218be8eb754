import type { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { type Observable, Store } from '../store.js';

/** Formats E.164, as people of `homeCountry` (ISO 3166) write it. */
export type PhoneFormat = (e164: string, homeCountry: string | undefined) => string;

const asItIs: PhoneFormat = e164 => e164;

/** National within the home country, international elsewhere. */
export function phoneFormatOf(parse: typeof parsePhoneNumberFromString): PhoneFormat {
  return (e164, homeCountry) => {
    const number = parse(e164);
    if (!number) return e164;
    const home = number.country !== undefined && number.country === homeCountry;
    return home ? number.formatNational() : number.formatInternational();
  };
}

/** The numbering plans of the world are a fifth of this page's weight: loaded when there is a number to show. */
export class PhoneFormats {
  readonly #format = new Store<PhoneFormat>(asItIs);

  get format(): Observable<PhoneFormat> {
    return this.#format;
  }

  async load(): Promise<void> {
    if (this.#format.get() !== asItIs) return;
    const library = await import('libphonenumber-js/min');
    this.#format.set(phoneFormatOf(library.parsePhoneNumberFromString));
  }
}
