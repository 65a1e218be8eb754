import type { Language } from './texts.js';

export interface LaterTexts {
  when: string;
  now: string;
  later: string;
  day: string;
  time: string;
  zone(place: string): string;
  loading: string;
  none: string;
  change: string;
  move: string;
  callNow: string;
  keep: string;
  copyLink: string;
  copied: string;
}

export const laterTexts: Record<Language, LaterTexts> = {
  en: {
    when: 'When shall we call?',
    now: 'As soon as possible',
    later: 'At a set time',
    day: 'Day',
    time: 'Time',
    zone: place => `In your time zone (${place})`,
    loading: 'Looking for free times…',
    none: 'No time is free at the moment.',
    change: 'Change the time',
    move: 'Call me at this time',
    callNow: 'Call me now',
    keep: 'Leave it',
    copyLink: 'Copy a link to this callback',
    copied: 'Link copied',
  },
  ko: {
    when: '언제 전화드릴까요?',
    now: '가능한 한 빨리',
    later: '시간 선택',
    day: '날짜',
    time: '시간',
    zone: place => `고객님의 시간대 기준입니다 (${place})`,
    loading: '가능한 시간을 찾고 있습니다…',
    none: '지금은 예약할 수 있는 시간이 없습니다.',
    change: '시간 변경',
    move: '이 시간에 전화 받기',
    callNow: '지금 전화 받기',
    keep: '그대로 두기',
    copyLink: '이 요청의 링크 복사',
    copied: '링크를 복사했습니다',
  },
};
