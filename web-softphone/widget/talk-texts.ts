import type { Language } from './launcher-texts.js';

export interface TalkTexts {
  connecting: string;
  mute: string;
  unmute: string;
  hangUp: string;
  elsewhere: string;
  refused: string;
  missing: string;
  lost: string;
  failed: string;
  /** The way back into a talk that needs a hand, and what is said beside it. */
  goOn: string;
  waitsForYou: string;
}

export const talkTexts: Record<Language, TalkTexts> = {
  en: {
    connecting: 'Connecting…',
    mute: 'Mute',
    unmute: 'Unmute',
    hangUp: 'Hang up',
    elsewhere: 'You are talking in another window.',
    refused: 'The microphone is not allowed. Allow it in the address bar, or let us call your phone.',
    missing: 'No microphone was found. Connect one, or let us call your phone.',
    lost: 'The connection is interrupted…',
    failed: 'The call could not be connected.',
    goOn: 'Go on talking',
    waitsForYou: 'Your talk waits for you.',
  },
  ko: {
    connecting: '연결 중…',
    mute: '음소거',
    unmute: '음소거 해제',
    hangUp: '통화 종료',
    elsewhere: '다른 창에서 통화 중입니다.',
    refused: '마이크 사용이 허용되지 않았습니다. 주소창에서 허용하시거나 전화로 받아 주세요.',
    missing: '마이크를 찾을 수 없습니다. 마이크를 연결하시거나 전화로 받아 주세요.',
    lost: '연결이 잠시 끊겼습니다…',
    failed: '통화를 연결하지 못했습니다.',
    goOn: '통화 계속하기',
    waitsForYou: '통화가 잠시 대기 중입니다.',
  },
};
