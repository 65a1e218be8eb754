/**
 * Korean spelling as it sounds (표준 발음법), for a speech synthesiser that reads letters and knows few of the rules.
 * Only what telephone prompts need: nasals, liquids, aspiration, and the words that follow no rule.
 */
const first = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ';
const last = ['', ...'ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ'];
const vowels = 21;
const firstSyllable = 0xac00;
const lastSyllable = 0xd7a3;

/** 제29항 (ㄴ added), 제27항 (tense after -ㄹ), and figures as they are read. */
const words: readonly (readonly [written: RegExp, spoken: string])[] = [
  [/1번/g, '일번'],
  [/2번/g, '이번'],
  [/십육/g, '심뉵'],
  [/열여섯/g, '열려섯'],
  [/열여덟/g, '열려덜'],
  [/여덟/g, '여덜'],
  [/(열|여덜) 시/g, '$1 씨'],
  [/([을될할]) 수/g, '$1 쑤'],
];

interface Syllable {
  onset: string;
  vowel: number;
  coda: string;
}

function take(letter: string): Syllable | undefined {
  const code = letter.charCodeAt(0);
  if (code < firstSyllable || code > lastSyllable) return undefined;
  const index = code - firstSyllable;
  const perOnset = vowels * last.length;
  return {
    onset: first[Math.floor(index / perOnset)] as string,
    vowel: Math.floor((index % perOnset) / last.length),
    coda: last[index % last.length] as string,
  };
}

function put({ onset, vowel, coda }: Syllable): string {
  const index = (first.indexOf(onset) * vowels + vowel) * last.length + last.indexOf(coda);
  return String.fromCharCode(firstSyllable + index);
}

const nasals: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...'ㄱㄲㅋㄳㄺ'].map(coda => [coda, 'ㅇ'])),
  ...Object.fromEntries([...'ㄷㅅㅆㅈㅊㅌㅎ'].map(coda => [coda, 'ㄴ'])),
  ...Object.fromEntries([...'ㅂㅍㅄㄿ'].map(coda => [coda, 'ㅁ'])),
};
/** What ㅎ makes of its neighbour, and what is left of a coda that had it. */
const aspirated: Readonly<Record<string, string>> = { ㄱ: 'ㅋ', ㄷ: 'ㅌ', ㅂ: 'ㅍ', ㅅ: 'ㅌ', ㅈ: 'ㅊ' };
const withoutH: Readonly<Record<string, string>> = { ㅎ: '', ㄶ: 'ㄴ', ㅀ: 'ㄹ' };

/** Changes two syllables that follow each other. */
function assimilate(left: Syllable, right: Syllable): void {
  const rest = withoutH[left.coda];
  const afterH = aspirated[right.onset];
  const beforeH = aspirated[left.coda];
  if (rest !== undefined && afterH !== undefined && right.onset !== 'ㅅ') {
    // 제12항: 않고 [안코]
    [left.coda, right.onset] = [rest, afterH];
  } else if (right.onset === 'ㅎ' && beforeH !== undefined) {
    // 제12항: 입학 [이팍]
    [left.coda, right.onset] = ['', beforeH];
  } else if (right.onset === 'ㄴ' || right.onset === 'ㅁ') {
    // 제18항: 합니다 [함니다]; 제20항: 열넷 [열렛]
    if (left.coda === 'ㄹ' && right.onset === 'ㄴ') right.onset = 'ㄹ';
    else left.coda = nasals[left.coda] ?? left.coda;
  } else if (right.onset === 'ㄹ') {
    // 제20항: 연락 [열락]; 제19항: 종료 [종뇨]
    if (left.coda === 'ㄴ') left.coda = 'ㄹ';
    else if (left.coda === 'ㅁ' || left.coda === 'ㅇ') right.onset = 'ㄴ';
  }
}

/** The text, spelled as it is pronounced. */
export function pronounced(text: string): string {
  const spelled = words.reduce((all, [written, spoken]) => all.replace(written, spoken), text);
  const letters = Array.from(spelled, letter => take(letter) ?? letter);
  letters.forEach((left, index) => {
    // A word's end sounds into the next one; a comma or full stop keeps them apart.
    const right = letters[letters[index + 1] === ' ' ? index + 2 : index + 1];
    if (typeof left === 'object' && typeof right === 'object') assimilate(left, right);
  });
  return letters.map(letter => (typeof letter === 'string' ? letter : put(letter))).join('');
}
