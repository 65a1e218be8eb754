import { glue, join, type Spoken, word } from '../spoken.js';
import { vocabulary } from './vocabulary.js';

export const clip = (name: string): Spoken => word(vocabulary, name);

/** Sino-Korean (한자어 수사): dates, minutes, money, telephones, and whatever is counted in large numbers. */
export function sino(n: number): Spoken {
  if (n < 10_000) return belowTenThousand(n);
  // Grouped by ten thousands, and written so (한글 맞춤법 제44항).
  const groups: Spoken[] = [];
  const [high, middle, low] = [Math.floor(n / 1e8), Math.floor(n / 1e4) % 1e4, n % 1e4];
  if (high > 0) groups.push(glue(belowTenThousand(high), clip('hundred-million')));
  // 만, and not 일만, where the number begins with it.
  if (middle === 1 && high === 0) groups.push(clip('ten-thousand'));
  else if (middle > 0) groups.push(glue(belowTenThousand(middle), clip('ten-thousand')));
  if (low > 0) groups.push(belowTenThousand(low));
  return join(groups, ' ');
}

function belowTenThousand(n: number): Spoken {
  const parts: Spoken[] = [];
  const [thousands, hundreds, rest] = [Math.floor(n / 1000), Math.floor(n / 100) % 10, n % 100];
  if (thousands > 1) parts.push(clip(`sino-${thousands}`));
  if (thousands > 0) parts.push(clip('thousand'));
  if (hundreds > 1) parts.push(clip(`sino-${hundreds}`));
  if (hundreds > 0) parts.push(clip('hundred'));
  if (rest > 0 || n === 0) parts.push(clip(`sino-${rest}`));
  return glue(...parts);
}

/**
 * Native Korean (고유어 수사) before a counter: 한 명, 스무 명, 스물한 번째. It ends at ninety-nine; hundreds are
 * Sino-Korean also in front of it (백한 명).
 */
export function beforeCounter(n: number): Spoken {
  const rest = n % 100;
  if (n === 0 || rest === 0) return sino(n);
  const native = belowHundred(rest);
  return n < 100 ? native : join([sino(n - rest), native], rest === n % 10_000 ? ' ' : '');
}

function belowHundred(n: number): Spoken {
  if (n <= 20) return clip(`native-${n}`);
  const unit = n % 10;
  const tens = clip(`native-tens-${n - unit}`);
  return unit === 0 ? tens : glue(tens, clip(`native-${unit}`));
}

/** Native Korean by itself: 하나, 스물, 스물하나. Above ninety-nine Sino-Korean. */
export function counting(n: number): Spoken {
  const unit = n % 10;
  if (n === 0 || n > 99) return sino(n);
  if (n === 20) return clip('native-tens-20');
  if (unit === 0 || unit > 4) return belowHundred(n);
  const alone = clip(`alone-${unit}`);
  if (n < 10) return alone;
  return glue(n < 20 ? clip('native-10') : clip(`native-tens-${n - unit}`), alone);
}
