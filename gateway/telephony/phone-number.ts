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

/**
 * Reads a number as a trunk writes it: international with `+`, as the trunk's format says, or in the national form of its
 * country. Undefined for what is no number.
 */
export function readNumber(text: string, format: NumberFormat, country?: string): string | undefined {
  const written = text.replace(/[\s().-]/g, '');
  if (!/^\+?[0-9]{2,15}$/.test(written)) return undefined;
  const international = written.startsWith('+') ? written : `+${written}`;
  const known = written.startsWith('+') || format === 'e164_without_plus' || country === undefined;
  const number = known ? international : parsePhoneNumberFromString(written, country as CountryCode)?.number;
  return number !== undefined && e164.test(number) ? number : undefined;
}

/** ISO 3166 code of the number's country. */
export function countryOf(number: string): CountryCode | undefined {
  return parsePhoneNumberFromString(number)?.country;
}
