import { callingCode } from './calling-codes.js';

/**
 * A national number written the way its country writes it. Only for the eye: what is a valid number is decided by the
 * server, so a number that fits no rule is left in plain groups and never refused here.
 */
interface Rule {
  country: string;
  /** What the digits begin with. */
  begins: RegExp;
  /** How many digits each group has; the last group takes what is left. */
  groups: readonly number[];
  separator: string;
  /** Applies only to numbers of exactly this many digits. */
  length?: number;
}

const rules: readonly Rule[] = [
  { country: 'KR', begins: /^02/, groups: [2, 3, 4], separator: '-', length: 9 },
  { country: 'KR', begins: /^02/, groups: [2, 4, 4], separator: '-' },
  { country: 'KR', begins: /^1[568]/, groups: [4, 4], separator: '-' },
  { country: 'KR', begins: /^050/, groups: [4, 4, 4], separator: '-', length: 12 },
  { country: 'KR', begins: /^0/, groups: [3, 3, 4], separator: '-', length: 10 },
  { country: 'KR', begins: /^0/, groups: [3, 4, 4], separator: '-' },
  { country: 'JP', begins: /^0[5789]0/, groups: [3, 4, 4], separator: '-' },
  { country: 'JP', begins: /^0/, groups: [2, 4, 4], separator: '-' },
  { country: 'CN', begins: /^1/, groups: [3, 4, 4], separator: ' ' },
  { country: 'GB', begins: /^07/, groups: [5, 6], separator: ' ' },
  { country: 'GB', begins: /^02/, groups: [3, 4, 4], separator: ' ' },
  { country: 'FR', begins: /^0/, groups: [2, 2, 2, 2, 2], separator: ' ' },
];

const threes = [3, 3, 3, 3, 3] as const;

/** Groups of three, of which the last takes a digit that would stand alone. */
function inPlainGroups(digits: string): string {
  const lonely = digits.length > 3 && digits.length % 3 === 1;
  const head = lonely ? digits.slice(0, -4) : digits;
  const shown = grouped(head, threes, ' ');
  return lonely ? `${shown} ${digits.slice(-4)}`.trimStart() : shown;
}

function inGroupsOf(country: string, digits: string): string | undefined {
  const rule = rules.find(
    candidate =>
      candidate.country === country &&
      candidate.begins.test(digits) &&
      (candidate.length === undefined || candidate.length === digits.length),
  );
  return rule && grouped(digits, rule.groups, rule.separator);
}

/** Behind the calling code a number is grouped as at home, without the trunk prefix. */
function international(code: string, country: string, digits: string): string {
  if (code === '1') return northAmerican(digits);
  const atHome = digits.startsWith('0') ? undefined : inGroupsOf(country, `0${digits}`)?.slice(1);
  return atHome ?? inGroupsOf(country, digits) ?? inPlainGroups(digits);
}

function grouped(digits: string, sizes: readonly number[], separator: string): string {
  const parts: string[] = [];
  let rest = digits;
  for (const size of sizes.slice(0, -1)) {
    parts.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return [...parts, rest].filter(part => part !== '').join(separator);
}

/** North America: `(212) 555-0100`, with the trunk prefix 1 kept in front if it was typed. */
function northAmerican(digits: string): string {
  const trunk = digits.startsWith('1') ? '1 ' : '';
  const rest = trunk ? digits.slice(1) : digits;
  if (rest.length <= 3) return trunk + rest;
  return `${trunk}(${rest.slice(0, 3)}) ${grouped(rest.slice(3), [3, 4], '-')}`;
}

/** What was typed, in the notation of the country. Text that is no phone number comes back untouched. */
export function formatPhone(typed: string, country: string): string {
  if (!/^[\s\d()+./-]*$/.test(typed)) return typed;
  const digits = typed.replace(/\D/g, '');
  if (digits === '') return typed.trim().startsWith('+') ? '+' : '';
  if (digits.length > 15) return typed;
  if (typed.trim().startsWith('+')) {
    const code = callingCode(country);
    if (code === undefined || !digits.startsWith(code)) return `+${digits}`;
    return `+${code} ${international(code, country, digits.slice(code.length))}`.trimEnd();
  }
  if (callingCode(country) === '1') return northAmerican(digits);
  return inGroupsOf(country, digits) ?? inPlainGroups(digits);
}

/**
 * The number as the API wants it. Numbers of the site's first country go as they were typed, so that the server sees
 * short and emergency numbers for what they are; others get their calling code. A trunk prefix behind the calling code
 * is left to the server, which knows the numbering plans. Text that is no phone number goes as it is, to be refused
 * with a reason.
 */
export function dialable(typed: string, country: string, firstCountry: string): string {
  const text = typed.trim();
  if (!/^[\s\d()+./-]*$/.test(text)) return text;
  const digits = text.replace(/\D/g, '');
  if (text.startsWith('+')) return `+${digits}`;
  const code = callingCode(country);
  return digits === '' || country === firstCountry || code === undefined ? digits : `+${code}${digits}`;
}

/** The country's flag as an emoji: its two letters as regional indicator symbols. */
export function flag(country: string): string {
  return String.fromCodePoint(...[...country].map(letter => letter.codePointAt(0)! + 0x1f1a5));
}
