import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js';

/** How a trunk wants numbers: `+821012345678`, `821012345678`, or as dialled within its country, `01012345678`. */
export type NumberFormat = 'e164' | 'e164_without_plus' | 'national';

export const e164 = /^\+[1-9][0-9]{6,14}$/;

/** Writes an E.164 number for a trunk. A number of another country has no national form: it stays E.164. */
export function formatNumber(number: string, format: NumberFormat, country?: string): string {
  if (format === 'e164_without_plus') return number.slice(1);
  if (format === 'e164') return number;
  const parsed = parsePhoneNumberFromString(number);
  return parsed?.country === country ? parsed!.formatNational().replace(/\D/g, '') : number;
}

/** ISO 3166 code of the number's country. */
export function countryOf(number: string): CountryCode | undefined {
  return parsePhoneNumberFromString(number)?.country;
}
