import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberWithError,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max';
import { ApiError, type ErrorCode } from '../errors.js';

/** Digits and the marks people put between them; anything else is not a number, and is refused before it is parsed. */
const shape = /^\+?[\d\s().\-/\u2010-\u2015\u00a0]{2,40}$/;

/** Emergency and short service numbers of the countries we know best; none of them is ever dialled by a machine. */
const emergency: ReadonlySet<string> = new Set(
  '000 100 105 110 111 112 113 114 115 116 117 118 119 120 122 123 125 127 128 129 131 132 182 911 933 988 999 1339'.split(
    ' ',
  ),
);

/** Numbering types (ITU-T E.164 supplement 2 in libphonenumber's terms) that cost somebody more than a call. */
const premium: ReadonlySet<string> = new Set(['PREMIUM_RATE', 'SHARED_COST', 'PERSONAL_NUMBER', 'PAGER']);

/** A subscriber number has at least this many digits in the countries whose plans begin shortest. */
const shortestNational = 8;

/**
 * The number in E.164, if it is one that may be called.
 * @param input as a person typed it: international, or in the national form of the first country
 * @param countries ISO 3166 codes of the countries that may be called
 * @throws ApiError phone_…, always with field `phone`
 */
export function callableNumber(input: string, countries: readonly string[]): string {
  const text = input.normalize('NFKC').trim();
  if (!shape.test(text)) throw refusal('phone_invalid');
  const [home = ''] = countries;
  if (!isSupportedCountry(home)) throw new Error(`unknown country ${home}`);
  if (isEmergency(text, countries)) throw refusal('phone_emergency');
  const number = parse(text, home);
  if (number.country && !countries.includes(number.country))
    throw refusal('phone_country_not_allowed', { country: number.country });
  if (!number.isValid())
    throw refusal(number.nationalNumber.length < shortestNational ? 'phone_too_short' : 'phone_invalid');
  // Satellite phones and other networks that are no country's.
  if (!number.country)
    throw refusal('phone_country_not_allowed', { country: `+${number.countryCallingCode}` });
  if (premium.has(number.getType() ?? '')) throw refusal('phone_premium');
  return number.number;
}

/** 119 is an emergency number however it is written: also as +82 119, or with a 0 before it. */
function isEmergency(text: string, countries: readonly string[]): boolean {
  const digits = text.replace(/\D/g, '');
  const codes = countries.flatMap(country =>
    isSupportedCountry(country) ? getCountryCallingCode(country) : [],
  );
  const nationals = codes.filter(code => digits.startsWith(code)).map(code => digits.slice(code.length));
  return [digits, ...nationals].some(
    number => emergency.has(number.replace(/^0(?=\d{3})/, '')) || emergency.has(number),
  );
}

function parse(text: string, defaultCountry: CountryCode): PhoneNumber {
  const length = validatePhoneNumberLength(text, { defaultCountry });
  if (length === 'TOO_LONG') throw refusal('phone_too_long');
  if (length === 'TOO_SHORT') throw refusal('phone_too_short');
  try {
    return parsePhoneNumberWithError(text, { defaultCountry, extract: false });
  } catch (cause) {
    throw refusal('phone_invalid', {}, cause);
  }
}

function refusal(code: ErrorCode, params: Record<string, string> = {}, cause?: unknown): ApiError {
  return new ApiError(code, { field: 'phone', params, cause });
}
