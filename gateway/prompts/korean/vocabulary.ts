import type { Vocabulary } from '../spoken.js';
import { textsOf } from '../texts.js';

const sinoDigits = ['', '일', '이', '삼', '사', '오', '육', '칠', '팔', '구'] as const;
const nativeUnits = ['', '한', '두', '세', '네', '다섯', '여섯', '일곱', '여덟', '아홉'] as const;
const nativeTens = ['', '열', '스물', '서른', '마흔', '쉰', '예순', '일흔', '여든', '아흔'] as const;
const weekdays = '월 화 수 목 금 토 일'.split(' ');

const upTo = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** 0–99 in Sino-Korean, as one word. */
function sino(n: number): string {
  if (n === 0) return '영';
  const tens = Math.floor(n / 10);
  return `${tens > 1 ? sinoDigits[tens] : ''}${tens > 0 ? '십' : ''}${sinoDigits[n % 10]}`;
}

/** 1–20 in native Korean, as they stand before a counter: 한, 두, 열한, 스무. */
function native(n: number): string {
  return n === 20 ? '스무' : `${nativeTens[Math.floor(n / 10)]}${nativeUnits[n % 10]}`;
}

/** 유월 and 시월, not 육월 and 십월. */
function month(n: number): string {
  return `${n === 6 ? '유' : n === 10 ? '시' : sino(n)}월`;
}

function numbered(name: string, numbers: readonly number[], text: (n: number) => string): Vocabulary {
  return Object.fromEntries(numbers.map(n => [`${name}-${n}`, text(n)]));
}

/**
 * What numbers, times and dates are made of in Korean, a clip each. A number and its counter are one clip where they are
 * heard most and where they change each other's sound (십 분 is [십뿐], 삼십일 is [삼시빌]).
 */
export const parts: Vocabulary = {
  ...numbered('sino', upTo(0, 99), sino),
  hundred: '백',
  thousand: '천',
  'ten-thousand': '만',
  'hundred-million': '억',
  ...numbered('native', upTo(1, 20), native),
  ...numbered(
    'native-tens',
    upTo(2, 9).map(tens => tens * 10),
    n => nativeTens[n / 10] as string,
  ),
  'alone-1': '하나',
  'alone-2': '둘',
  'alone-3': '셋',
  'alone-4': '넷',
  first: '첫 번째',
  th: '번째',
  people: '명',
  won: '원',
  // In numbers of telephones zero is 공.
  'digit-0': '공',
  star: '별표',
  pound: '우물 정자',
  plus: '플러스',
  ...numbered('minutes', upTo(1, 59), n => `${sino(n)} 분`),
  hours: '시간',
  'less-than': '미만',
  from: '에서',
  am: '오전',
  pm: '오후',
  noon: '정오',
  midnight: '자정',
  'hour-0': '영 시',
  ...numbered('hour', upTo(1, 12), n => `${native(n)} 시`),
  year: '년',
  ...numbered('month', upTo(1, 12), month),
  ...numbered('day', upTo(1, 31), n => `${sino(n)}일`),
  ...numbered('weekday', upTo(1, 7), n => `${weekdays[n - 1]}요일`),
  today: '오늘',
  tomorrow: '내일',
  is: '입니다',
  starts: '에 시작됩니다',
};

export const vocabulary: Vocabulary = { ...textsOf('ko'), ...parts };
