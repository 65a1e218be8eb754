import { join, type Spoken, say, word } from '../spoken.js';
import { vocabulary } from './vocabulary.js';

export const clip = (name: string): Spoken => word(vocabulary, name);

/** From the largest down; each has a word of its own for its ordinal. */
const scales = [
  { value: 1_000_000_000, name: 'billion' },
  { value: 1_000_000, name: 'million' },
  { value: 1000, name: 'thousand' },
  { value: 100, name: 'hundred' },
] as const;

/** A whole number of any of the two kinds: only its last word differs. */
export function number(n: number, kind: 'cardinal' | 'ordinal'): Spoken {
  const scale = scales.find(({ value }) => n >= value);
  if (scale === undefined) return belowHundred(n, kind);
  const rest = n % scale.value;
  const count = number(Math.floor(n / scale.value), 'cardinal');
  if (rest === 0) return say(count, clip(kind === 'ordinal' ? `${scale.name}th` : scale.name));
  return say(count, clip(scale.name), number(rest, kind));
}

function belowHundred(n: number, kind: 'cardinal' | 'ordinal'): Spoken {
  const unit = n % 10;
  if (n < 20 || unit === 0) return clip(`${kind}-${n}`);
  return join([clip(`cardinal-${n - unit}`), clip(`${kind}-${unit}`)], '-');
}

/** 2026 is "twenty twenty-six", 1905 "nineteen oh five", 2005 "two thousand five". */
export function year(n: number): Spoken {
  const [century, rest] = [Math.floor(n / 100), n % 100];
  if (n % 1000 < 10) return number(n, 'cardinal');
  const start = number(century, 'cardinal');
  if (rest === 0) return say(start, clip('hundred'));
  return rest < 10 ? say(start, clip('oh'), number(rest, 'cardinal')) : say(start, number(rest, 'cardinal'));
}
