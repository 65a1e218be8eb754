import type { Locale } from '../errors.js';

/**
 * What the house says, sentence by sentence. Those that end open are the beginning or the end of a sentence with a
 * number or a time in it; see `position`, `estimatedWait` and `opensAt` of the languages.
 */
const prompts = {
  welcome: {
    en: 'Thank you for calling.',
    ko: '전화해 주셔서 감사합니다.',
  },
  'recording-notice': {
    en: 'This call may be recorded to improve our service.',
    ko: '서비스 품질 향상을 위해 통화 내용이 녹음될 수 있습니다.',
  },
  'all-agents-busy': {
    en: 'All of our agents are busy at the moment. Please stay on the line.',
    ko: '지금은 모든 상담원이 통화 중입니다. 끊지 말고 잠시만 기다려 주십시오.',
  },
  'still-waiting': {
    en: 'Thank you for waiting. Your call will be answered as soon as possible.',
    ko: '기다려 주셔서 감사합니다. 최대한 빨리 연결해 드리겠습니다.',
  },
  'you-are-number': { en: 'You are number', ko: '현재 고객님의 대기 순서는' },
  'you-are-next': { en: 'You are next in the queue.', ko: '고객님을 바로 다음 순서로 연결해 드리겠습니다.' },
  'estimated-wait': { en: 'Your estimated wait is', ko: '예상 대기 시간은' },
  'press-2-for-callback': {
    en: 'To be called back instead of waiting, press 2. You keep your place in the queue.',
    ko: '기다리지 않고 전화를 받으시려면 2번을 눌러 주십시오. 대기 순서는 그대로 유지됩니다.',
  },
  'callback-accepted': {
    en: 'Thank you. We will call you back when it is your turn.',
    ko: '접수되었습니다. 순서가 되면 전화드리겠습니다.',
  },
  'callback-connect': {
    en: 'Hello. This is the call you asked for. To be connected, press 1.',
    ko: '안녕하세요. 요청하신 전화입니다. 상담원과 연결하시려면 1번을 눌러 주십시오.',
  },
  'whisper-callback': { en: 'A callback.', ko: '예약하신 고객님의 콜백입니다.' },
  'whisper-call': { en: 'An incoming call.', ko: '걸려 온 전화입니다.' },
  'closed-now': {
    en: 'We are closed at the moment.',
    ko: '지금은 상담 시간이 아닙니다.',
  },
  'opens-again': { en: 'We open again', ko: '다음 상담은' },
  goodbye: { en: 'Thank you. Goodbye.', ko: '이용해 주셔서 감사합니다. 안녕히 계십시오.' },
  voicemail: {
    en: 'Please leave a message after the tone. When you are done, hang up or press the pound key.',
    ko: '삐 소리가 난 후 메시지를 남겨 주십시오. 녹음을 마치시려면 전화를 끊거나 우물 정자를 눌러 주십시오.',
  },
  'voicemail-saved': { en: 'Your message has been saved.', ko: '메시지가 저장되었습니다.' },
  'invalid-choice': {
    en: 'Sorry, that is not one of the choices. Please try again.',
    ko: '잘못 누르셨습니다. 다시 선택해 주십시오.',
  },
  'no-choice': {
    en: 'Sorry, we did not hear a choice. Please try again.',
    ko: '입력이 확인되지 않았습니다. 다시 선택해 주십시오.',
  },
  'number-code': {
    en: 'This call is to confirm a telephone number. If you did not ask for it, please hang up. Here is the code.',
    ko: '전화번호 확인을 위한 전화입니다. 요청하지 않으셨다면 전화를 끊어 주십시오. 확인 번호를 불러 드리겠습니다.',
  },
  'could-not-reach': {
    en: 'Sorry, we could not reach anybody. Please try again later.',
    ko: '죄송합니다. 지금은 연결할 수 없습니다. 잠시 후 다시 걸어 주십시오.',
  },
  connecting: {
    en: 'Please hold. We are connecting you.',
    ko: '연결해 드리겠습니다. 잠시만 기다려 주십시오.',
  },
  'transfer-failed': {
    en: 'The transfer did not go through. You are connected again.',
    ko: '전화를 돌리지 못했습니다. 다시 통화하실 수 있습니다.',
  },
  'choose-language': {
    en: 'For English, press 2.',
    ko: '한국어 안내는 1번을 눌러 주십시오.',
  },
  'demo-menu': {
    en: 'For buying advice, press 1. For technical support, press 2. For orders and billing, press 3. To leave a message, press 4. To hear this again, press 9.',
    ko: '구매 상담은 1번, 기술 지원은 2번, 주문과 결제 문의는 3번, 메시지를 남기시려면 4번, 다시 들으시려면 9번을 눌러 주십시오.',
  },
  'technical-fault': {
    en: 'Sorry, something went wrong on our side.',
    ko: '죄송합니다. 시스템에 문제가 발생했습니다.',
  },
  'enter-number': {
    en: 'Please enter your telephone number, and then press the pound key.',
    ko: '전화받으실 번호를 누르신 후 우물 정자를 눌러 주십시오.',
  },
  'call-back-at': { en: 'We will call you at', ko: '전화드릴 번호는' },
  'you-entered': { en: 'You entered', ko: '입력하신 번호는' },
  'confirm-number': {
    en: 'If this is correct, press 1. To enter it again, press 2.',
    ko: '맞으시면 1번, 다시 입력하시려면 2번을 눌러 주십시오.',
  },
  'number-refused': {
    en: 'Sorry, we cannot call this number.',
    ko: '죄송합니다. 이 번호로는 전화드릴 수 없습니다.',
  },
} satisfies Record<string, Record<Locale, string>>;

export type PromptKey = keyof typeof prompts;

export const promptKeys = Object.keys(prompts) as readonly PromptKey[];

/** The sentences of a language. */
export function textsOf(language: Locale): Readonly<Record<PromptKey, string>> {
  return Object.fromEntries(promptKeys.map(key => [key, prompts[key][language]])) as Record<
    PromptKey,
    string
  >;
}
