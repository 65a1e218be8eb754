/** Breaks real messages in ways that real peers and attackers do; the same seed breaks them the same way. */

/** Numbers from 0 up to 1 (mulberry32). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const below = (random: Random, limit: number): number => Math.floor(random() * limit);

export const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)] as T;

/** What has hurt a parser before. */
const fragments = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\0',
    '\r\n\r\n',
    '\r\n ',
    '\t',
    ' ',
    '|',
    '#',
    ',',
    ';',
    ':',
    '@',
    '%',
    '=',
    '"',
    '\\',
  ],
  ...['<', '>', '<<', '""', '*', '-1', '0', '2147483648', '99999999999999999999', '\xff\xfe', '\xed\xa0\x80'],
  ...[
    ';tag=',
    ';tag=1;tag=2',
    ';branch=',
    ';rport',
    ';received=6.6.6.6',
    ';lr',
    ';transport=ws',
    ';maddr=::1',
  ],
  ...[
    '%58',
    '[::1]',
    '[',
    'sip:',
    'sips:a@b',
    'tel:+1',
    'localhost',
    '1.2.3.4:0',
    '%s%n',
    '__proto__: x\r\n',
  ],
  ...[
    'Content-Length: 5\r\n',
    'l: 0\r\n',
    'Via: SIP/2.0/UDP h\r\n',
    'CSeq: 1 ACK\r\n',
    'Require: 100rel\r\n',
  ],
  'Record-Route: <sip:127.0.0.1:9;lr>, <sip:x.invalid>\r\n',
  'A'.repeat(9_000),
  'X: y\r\n'.repeat(300),
];

type Mutation = (text: string, random: Random) => string;

const cut = (text: string, random: Random): [number, number] => {
  const start = below(random, text.length + 1);
  return [start, Math.min(text.length, start + below(random, 40))];
};

/** Applies a change to the list of lines. */
const onLines =
  (change: (lines: string[], at: number, random: Random) => void): Mutation =>
  (text, random) => {
    const lines = text.split('\r\n');
    change(lines, below(random, lines.length), random);
    return lines.join('\r\n');
  };

const mutations: readonly Mutation[] = [
  // A byte is another one.
  (text, random) => {
    const at = below(random, text.length);
    return text.slice(0, at) + String.fromCharCode(below(random, 256)) + text.slice(at + 1);
  },
  // A piece is missing, twice there, or something else.
  (text, random) => {
    const [start, end] = cut(text, random);
    return text.slice(0, start) + text.slice(end);
  },
  (text, random) => {
    const [start, end] = cut(text, random);
    return text.slice(0, end) + text.slice(start);
  },
  (text, random) => {
    const [start, end] = cut(text, random);
    return (
      text.slice(0, start) + pick(random, fragments) + (random() < 0.5 ? text.slice(end) : text.slice(start))
    );
  },
  // The end is missing.
  (text, random) => text.slice(0, below(random, text.length)),
  // Lines are missing, doubled, in another order, folded.
  onLines((lines, at) => lines.splice(at, 1)),
  onLines((lines, at) => lines.splice(at, 0, lines[at] ?? '')),
  onLines((lines, at, random) => lines.splice(below(random, lines.length), 0, ...lines.splice(at, 1))),
  onLines((lines, at) => lines.splice(at, 1, (lines[at] ?? '').replace(': ', ':\r\n '))),
  // A number is another one.
  (text, random) => {
    const numbers = [...text.matchAll(/\d+/g)];
    const number = numbers.length === 0 ? undefined : pick(random, numbers);
    if (number === undefined) return text;
    const value = pick(random, ['0', '1', '-1', '4294967296', String(below(random, 700))]);
    return text.slice(0, number.index) + value + text.slice(number.index + number[0].length);
  },
];

/** The text with up to three things wrong with it; one in three is left as it is, so that calls come about. */
export function mutated(text: string, random: Random): string {
  const count = Math.max(0, below(random, 5) - 1);
  let result = text;
  for (let i = 0; i < count && result !== ''; i += 1) result = pick(random, mutations)(result, random);
  return result;
}
