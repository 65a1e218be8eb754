import type { CallbackState, Outcome, WaitRange } from './callback.js';
import type { Language } from './launcher-texts.js';

export type { Language };

interface Words {
  heading: string;
  detail: string;
}

export interface Texts {
  callMeBack: string;
  title: string;
  intro: string;
  close: string;
  loading: string;
  queue: string;
  closed: string;
  opens(when: string): string;
  full: string;
  nextFree(when: string): string;
  allClosed: string;
  noWait: string;
  wait(minutes: number): string;
  waitBetween(low: number, high: number): string;
  waitUpTo(minutes: number): string;
  waitFrom(minutes: number): string;
  longWait: string;
  country: string;
  phone: string;
  name: string;
  note: string;
  notePlaceholder: string;
  optional: string;
  sending: string;
  rememberMe: string;
  how: string;
  byPhone: string;
  inBrowser: string;
  microphone: string;
  talkHere: string;
  browserStep: string;
  browserStates: Record<'waiting' | 'offered' | 'accepted' | 'dialing' | 'bridged', Words>;
  browserMissed: Words & { again: string };
  browserLost: Words & { again: string };
  rate: string;
  stars(stars: number): string;
  rateMore: string;
  rateSend: string;
  rated: string;
  phoneMissing: string;
  queueMissing: string;
  unreachable: string;
  failed: string;
  retry: string;
  nextTry(when: string): string;
  callAgain: Words;
  /** Its counter is closed. */
  shut: Words;
  keptUntil(when: string): string;
  moved(from: string, to: string): string;
  pressOne: Words;
  cutOff: Words;
  reconnecting: string;
  gone: string;
  position(place: number): string;
  estimate(wait: string): string;
  weCall(phone: string): string;
  steps: readonly [string, string, string, string];
  states: Record<Exclude<CallbackState, 'done'>, Words>;
  outcomes: Record<Outcome, Words & { again: string }>;
  cancel: string;
  cancelling: string;
  cancelQuestion: string;
  cancelConfirm: string;
  cancelKeep: string;
}

const en: Texts = {
  callMeBack: 'Call me back',
  title: 'We call you back',
  intro: 'Leave your number. A person will call you.',
  close: 'Close',
  loading: 'One moment…',
  queue: 'Who would you like to talk to?',
  closed: 'Closed right now',
  opens: when => `Closed, opens ${when}`,
  full: 'Too many people are waiting right now',
  nextFree: when => `The next free time: ${when}.`,
  allClosed: 'Nobody is here right now. Please come back during our opening hours.',
  noWait: 'Less than a minute',
  wait: minutes => (minutes === 1 ? 'About 1 minute' : `About ${minutes} minutes`),
  waitBetween: (low, high) => `About ${low}–${high} minutes`,
  waitUpTo: minutes => `Up to ${minutes} minutes`,
  waitFrom: minutes => `More than ${minutes} minutes`,
  longWait: 'More than an hour',
  country: 'Country',
  phone: 'Your phone number',
  name: 'Your name',
  note: 'What is it about?',
  notePlaceholder: 'A word or two helps us prepare',
  optional: 'optional',
  sending: 'Sending…',
  rememberMe: 'Remember my number on this device',
  how: 'How shall we talk?',
  byPhone: 'On my phone',
  inBrowser: 'In this browser',
  microphone:
    'Your browser will ask whether we may use the microphone. It is on only while you talk. Please keep this page open.',
  talkHere: 'Talk in this browser',
  browserStep: 'Connecting',
  browserStates: {
    waiting: {
      heading: 'You are in line',
      detail: 'Please keep this page open: the call comes here as soon as somebody is free.',
    },
    offered: { heading: 'We are calling an agent', detail: 'Please keep this page open.' },
    accepted: { heading: 'An agent is ready for you', detail: 'You will be connected in a moment.' },
    dialing: { heading: 'We are connecting you', detail: 'Please allow the microphone if you are asked.' },
    bridged: {
      heading: 'You are talking with us',
      detail: 'You may go on to other pages of this site: the talk comes along.',
    },
  },
  browserMissed: {
    heading: 'We could not reach this browser',
    detail: 'The page has to stay open, and the microphone allowed. Shall we try again, or call your phone?',
    again: 'Try again',
  },
  browserLost: {
    heading: 'The connection was lost',
    detail: 'We are sorry. We can call your phone instead.',
    again: 'Call my phone',
  },
  rate: 'How was the call?',
  stars: stars => (stars === 1 ? '1 star' : `${stars} stars`),
  rateMore: 'Would you like to say why?',
  rateSend: 'Send',
  rated: 'Thank you for telling us.',
  phoneMissing: 'Please enter your phone number.',
  queueMissing: 'Please choose who you would like to talk to.',
  unreachable: 'We could not reach the server. Check your connection and try again.',
  failed: 'Something went wrong on our side. Please try again.',
  retry: 'Try again',
  nextTry: when => `Next try: ${when}`,
  shut: { heading: 'This counter is closed right now', detail: 'You keep your place until it opens.' },
  keptUntil: when => `You keep your place. It opens ${when}.`,
  moved: (from, to) => `Moved from ${from} to ${to} to serve you sooner`,
  pressOne: { heading: 'Press 1 on your phone', detail: 'Then you are connected to our agent.' },
  cutOff: {
    heading: 'You were cut off',
    detail: 'That was a fault of ours, we are sorry. You keep your place, and we call you again at once.',
  },
  callAgain: { heading: 'We will call again', detail: 'We could not reach you this time.' },
  reconnecting: 'Connection lost. Your callback is safe, reconnecting…',
  gone: 'This callback is no longer known. Please ask for a new one.',
  position: place => (place === 1 ? 'You are next' : `Number ${place} in line`),
  estimate: wait => `Waiting time: ${wait.toLowerCase()}`,
  weCall: phone => `We will call ${phone}`,
  steps: ['In line', 'Agent', 'Your phone', 'Talking'],
  states: {
    scheduled: {
      heading: 'Your call is booked',
      detail: 'You need not wait here. Please keep your phone close at that time.',
    },
    waiting: {
      heading: 'You are in line',
      detail: 'You may go on browsing. We will call as soon as somebody is free.',
    },
    offered: { heading: 'We are calling an agent', detail: 'Please keep your phone close.' },
    accepted: { heading: 'An agent is ready for you', detail: 'Your phone will ring in a moment.' },
    dialing: { heading: 'Your phone is ringing now', detail: 'Please pick up, it is us.' },
    bridged: { heading: 'You are talking with us', detail: 'Everything else happens on the phone.' },
  },
  outcomes: {
    completed: {
      heading: 'Thank you for talking with us',
      detail: 'If anything is left open, we are glad to call again.',
      again: 'Ask for another call',
    },
    cancelled: {
      heading: 'Your callback is cancelled',
      detail: 'We will not call. You can ask again at any time.',
      again: 'Ask for a new call',
    },
    busy: {
      heading: 'Your line was busy',
      detail: 'We called, but you were on the phone. Shall we try again?',
      again: 'Call me again',
    },
    no_answer: {
      heading: 'We could not reach you',
      detail: 'Your phone rang, but nobody picked up. Shall we try again?',
      again: 'Call me again',
    },
    rejected: {
      heading: 'The call was declined',
      detail: 'Your phone turned our call down. If that was not meant, ask for another one.',
      again: 'Call me again',
    },
    unreachable: {
      heading: 'Your phone was out of reach',
      detail: 'It may be switched off or without signal. Please check it and try again.',
      again: 'Call me again',
    },
    invalid_number: {
      heading: 'This number does not exist',
      detail: 'Please check the number and try again.',
      again: 'Correct the number',
    },
    no_trunk: {
      heading: 'We cannot call this number at the moment',
      detail: 'The fault is on our side. Please try again later or give us another number.',
      again: 'Try again',
    },
    agent_lost: {
      heading: 'The connection to our agent broke',
      detail: 'We are sorry, the fault is on our side. Shall we call again?',
      again: 'Call me again',
    },
    failed: {
      heading: 'The call did not work',
      detail: 'We are sorry, the fault is on our side. Shall we try again?',
      again: 'Call me again',
    },
    not_confirmed: {
      heading: 'Nobody pressed 1',
      detail: 'We called, and did not want to disturb anybody else. Shall we call again?',
      again: 'Call me again',
    },
    queue_timeout: {
      heading: 'Nobody was free in time',
      detail: 'We are sorry. Please choose a time at which we call you, or ask again.',
      again: 'Ask for another call',
    },
    abandoned: {
      heading: 'You hung up before we could talk',
      detail: 'Shall we call again?',
      again: 'Call me again',
    },
  },
  cancel: 'Cancel the callback',
  cancelling: 'Cancelling…',
  cancelQuestion: 'Cancel the callback? You would lose your place in line.',
  cancelConfirm: 'Yes, cancel',
  cancelKeep: 'Keep it',
};

const ko: Texts = {
  callMeBack: '전화 요청',
  title: '전화해 드릴게요',
  intro: '번호를 남겨 주시면 상담원이 직접 전화드립니다.',
  close: '닫기',
  loading: '잠시만 기다려 주세요…',
  queue: '어떤 상담이 필요하세요?',
  closed: '지금은 운영 시간이 아닙니다',
  opens: when => `운영 시간 아님, ${when} 시작`,
  full: '지금은 대기 중인 고객님이 많습니다',
  nextFree: when => `가장 빠른 시간: ${when}.`,
  allClosed: '지금은 상담원이 없습니다. 운영 시간에 다시 찾아 주세요.',
  noWait: '1분 이내',
  wait: minutes => `약 ${minutes}분`,
  waitBetween: (low, high) => `약 ${low}~${high}분`,
  waitUpTo: minutes => `길어야 ${minutes}분`,
  waitFrom: minutes => `${minutes}분 이상`,
  longWait: '1시간 이상',
  country: '국가',
  phone: '전화번호',
  name: '이름',
  note: '문의 내용',
  notePlaceholder: '간단히 적어 주시면 상담에 도움이 됩니다',
  optional: '선택',
  sending: '보내는 중…',
  rememberMe: '이 기기에 제 번호 기억하기',
  how: '어떻게 통화할까요?',
  byPhone: '전화로',
  inBrowser: '이 브라우저에서',
  microphone:
    '브라우저가 마이크 사용 권한을 물어봅니다. 마이크는 통화하는 동안에만 켜집니다. 이 페이지를 열어 두세요.',
  talkHere: '브라우저로 통화하기',
  browserStep: '연결',
  browserStates: {
    waiting: {
      heading: '순서를 기다리고 있습니다',
      detail: '이 페이지를 열어 두세요. 상담원이 준비되는 대로 여기로 연결해 드립니다.',
    },
    offered: { heading: '상담원을 호출하고 있습니다', detail: '이 페이지를 열어 두세요.' },
    accepted: { heading: '상담원이 준비되었습니다', detail: '곧 연결됩니다.' },
    dialing: { heading: '연결하고 있습니다', detail: '마이크 사용을 물어보면 허용해 주세요.' },
    bridged: {
      heading: '상담원과 통화 중입니다',
      detail: '이 사이트의 다른 페이지로 이동해도 통화가 이어집니다.',
    },
  },
  browserMissed: {
    heading: '브라우저로 연결하지 못했습니다',
    detail: '페이지가 열려 있고 마이크가 허용되어 있어야 합니다. 다시 시도하거나 전화로 받으시겠어요?',
    again: '다시 시도',
  },
  browserLost: {
    heading: '연결이 끊겼습니다',
    detail: '죄송합니다. 대신 전화로 연락드릴 수 있습니다.',
    again: '전화로 받기',
  },
  rate: '상담은 어떠셨나요?',
  stars: stars => `별점 ${stars}점`,
  rateMore: '이유를 알려 주시겠어요?',
  rateSend: '보내기',
  rated: '의견을 주셔서 감사합니다.',
  phoneMissing: '전화번호를 입력해 주세요.',
  queueMissing: '상담 종류를 선택해 주세요.',
  unreachable: '서버에 연결할 수 없습니다. 인터넷 연결을 확인하고 다시 시도해 주세요.',
  failed: '저희 쪽에 문제가 생겼습니다. 다시 시도해 주세요.',
  retry: '다시 시도',
  nextTry: when => `다음 통화 시도: ${when}`,
  shut: { heading: '지금은 운영 시간이 아닙니다', detail: '운영이 시작될 때까지 대기 순서가 유지됩니다.' },
  keptUntil: when => `대기 순서는 그대로 유지됩니다. ${when}에 시작합니다.`,
  moved: (from, to) => `더 빨리 도와드리기 위해 ${from}에서 ${to}(으)로 옮겼습니다`,
  pressOne: { heading: '전화기에서 1번을 눌러 주세요', detail: '누르시면 상담원과 연결됩니다.' },
  cutOff: {
    heading: '통화가 끊겼습니다',
    detail: '저희 쪽 장애로 끊겨 죄송합니다. 순서는 그대로이며 바로 다시 연결해 드립니다.',
  },
  callAgain: { heading: '다시 전화드리겠습니다', detail: '이번에는 연결되지 않았습니다.' },
  reconnecting: '연결이 끊겼습니다. 요청은 안전하게 접수되어 있으며, 다시 연결하고 있습니다…',
  gone: '더 이상 확인할 수 없는 요청입니다. 새로 요청해 주세요.',
  position: place => (place === 1 ? '다음 순서입니다' : `대기 순서 ${place}번째`),
  estimate: wait => `예상 대기 시간: ${wait}`,
  weCall: phone => `${phone} 번호로 전화드립니다`,
  steps: ['대기', '상담원 연결', '고객님 전화', '통화'],
  states: {
    scheduled: {
      heading: '통화가 예약되었습니다',
      detail: '여기서 기다리지 않으셔도 됩니다. 예약 시간에 전화기를 가까이 두어 주세요.',
    },
    waiting: {
      heading: '순서를 기다리고 있습니다',
      detail: '계속 둘러보셔도 됩니다. 상담원이 준비되는 대로 전화드릴게요.',
    },
    offered: { heading: '상담원을 호출하고 있습니다', detail: '전화기를 가까이 두어 주세요.' },
    accepted: { heading: '상담원이 준비되었습니다', detail: '곧 전화벨이 울립니다.' },
    dialing: { heading: '지금 전화벨이 울리고 있습니다', detail: '저희 전화입니다. 받아 주세요.' },
    bridged: { heading: '상담원과 통화 중입니다', detail: '이제 전화로 말씀해 주시면 됩니다.' },
  },
  outcomes: {
    completed: {
      heading: '상담해 주셔서 감사합니다',
      detail: '더 궁금한 점이 있으시면 다시 전화드리겠습니다.',
      again: '다시 전화 요청',
    },
    cancelled: {
      heading: '전화 요청을 취소했습니다',
      detail: '전화를 드리지 않습니다. 언제든지 다시 요청하실 수 있습니다.',
      again: '새로 요청하기',
    },
    busy: {
      heading: '통화 중이셨습니다',
      detail: '전화드렸지만 통화 중이셨습니다. 다시 전화드릴까요?',
      again: '다시 전화 받기',
    },
    no_answer: {
      heading: '연결되지 않았습니다',
      detail: '전화벨이 울렸지만 받지 않으셨습니다. 다시 전화드릴까요?',
      again: '다시 전화 받기',
    },
    rejected: {
      heading: '전화가 거절되었습니다',
      detail: '실수로 거절하셨다면 다시 요청해 주세요.',
      again: '다시 전화 받기',
    },
    unreachable: {
      heading: '전화기에 연결할 수 없습니다',
      detail: '전원이 꺼져 있거나 신호가 약할 수 있습니다. 확인하고 다시 시도해 주세요.',
      again: '다시 전화 받기',
    },
    invalid_number: {
      heading: '없는 전화번호입니다',
      detail: '번호를 확인하고 다시 시도해 주세요.',
      again: '번호 고치기',
    },
    no_trunk: {
      heading: '지금은 이 번호로 전화드릴 수 없습니다',
      detail: '저희 쪽 문제입니다. 나중에 다시 시도하시거나 다른 번호를 알려 주세요.',
      again: '다시 시도',
    },
    agent_lost: {
      heading: '상담원과의 연결이 끊겼습니다',
      detail: '저희 쪽 문제로 불편을 드려 죄송합니다. 다시 전화드릴까요?',
      again: '다시 전화 받기',
    },
    failed: {
      heading: '전화가 연결되지 않았습니다',
      detail: '저희 쪽 문제로 불편을 드려 죄송합니다. 다시 시도할까요?',
      again: '다시 전화 받기',
    },
    not_confirmed: {
      heading: '1번이 눌리지 않았습니다',
      detail: '전화드렸지만 확인되지 않아 연결하지 않았습니다. 다시 전화드릴까요?',
      again: '다시 전화 요청',
    },
    queue_timeout: {
      heading: '시간 안에 연결해 드리지 못했습니다',
      detail: '죄송합니다. 전화받으실 시간을 선택하시거나 다시 요청해 주세요.',
      again: '다시 요청하기',
    },
    abandoned: {
      heading: '상담원이 받기 전에 끊으셨습니다',
      detail: '다시 전화드릴까요?',
      again: '다시 전화 받기',
    },
  },
  cancel: '전화 요청 취소',
  cancelling: '취소하는 중…',
  cancelQuestion: '전화 요청을 취소할까요? 대기 순서가 사라집니다.',
  cancelConfirm: '네, 취소합니다',
  cancelKeep: '계속 기다리기',
};

export const texts: Record<Language, Texts> = { en, ko };

/** A waiting time in words; undefined when the server does not know one. */
export function waitInWords(text: Texts, range: WaitRange | null): string | undefined {
  if (range === null) return undefined;
  const low = Math.floor(range.lowSeconds / 60);
  const high = Math.ceil(range.highSeconds / 60);
  if (high <= 1) return text.noWait;
  if (low >= 60) return text.longWait;
  if (low === 0) return high > 60 ? text.longWait : text.waitUpTo(high);
  if (high > 60) return text.waitFrom(low);
  return low === high ? text.wait(low) : text.waitBetween(low, high);
}
