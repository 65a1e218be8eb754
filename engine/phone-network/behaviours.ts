/** How a telephone of the simulated network behaves. Durations in milliseconds. */
export interface Behaviour {
  /** The last two digits of the called number. */
  readonly ending: string;
  /** What it does, in words; shown to people who try the numbers. */
  readonly does: { readonly en: string; readonly ko: string };
  /** The final answer instead of picking up (RFC 3261 section 21). */
  readonly refuses?: { readonly status: number; readonly reason: string };
  /** How long it rings before it picks up; absent: nobody ever does. */
  readonly ringMs?: number;
  /** Sound before the answer: 183 with SDP instead of 180 (RFC 3960). */
  readonly earlyMedia?: boolean;
  /** Keys it presses, so long after picking up. */
  readonly presses?: { readonly keys: string; readonly afterMs: number };
  /** Hangs up so long after picking up; absent: stays until the caller hangs up. */
  readonly hangsUpMs?: number;
}

/** The whole network. A number whose ending is not listed behaves like the first one. */
export const behaviours: readonly Behaviour[] = [
  {
    ending: '00',
    does: {
      en: 'rings, answers, plays a greeting and then lets you hear yourself',
      ko: '벨이 울린 뒤 받고, 인사 신호음 다음에 말한 소리를 되돌려 줍니다',
    },
    ringMs: 2000,
  },
  { ending: '01', does: { en: 'is busy', ko: '통화 중' }, refuses: { status: 486, reason: 'Busy Here' } },
  { ending: '02', does: { en: 'rings and nobody picks up', ko: '벨이 울리지만 아무도 받지 않음' } },
  {
    ending: '03',
    does: { en: 'declines the call', ko: '전화를 거절함' },
    refuses: { status: 603, reason: 'Decline' },
  },
  { ending: '04', does: { en: 'takes eight seconds to answer', ko: '8초 뒤에 받음' }, ringMs: 8000 },
  {
    ending: '05',
    does: { en: 'answers and presses 1', ko: '받은 뒤 1번을 누름' },
    ringMs: 2000,
    presses: { keys: '1', afterMs: 2000 },
  },
  {
    ending: '06',
    does: { en: 'hangs up after five seconds', ko: '받고 5초 뒤에 끊음' },
    ringMs: 2000,
    hangsUpMs: 5000,
  },
  {
    ending: '07',
    does: { en: 'is out of reach', ko: '연결할 수 없음' },
    refuses: { status: 503, reason: 'Service Unavailable' },
  },
  {
    ending: '08',
    does: { en: 'does not exist', ko: '없는 번호' },
    refuses: { status: 404, reason: 'Not Found' },
  },
  {
    ending: '09',
    does: { en: 'speaks before it answers', ko: '받기 전에 안내음이 들림' },
    ringMs: 4000,
    earlyMedia: true,
  },
];

/** The behaviour of a called number: by its last two digits, whatever else is in it. */
export function behaviourOf(number: string, table: readonly Behaviour[] = behaviours): Behaviour {
  const ending = number.replace(/\D/g, '').slice(-2);
  return table.find(behaviour => behaviour.ending === ending) ?? (table[0] as Behaviour);
}

/** The called number: the user part of a SIP or tel URI, without parameters. */
export function calledNumber(uri: string): string {
  const user = /^(?:sips?:([^@;?]*)[^@]*@|tel:([^;]*))/i.exec(uri);
  return user?.[1] ?? user?.[2] ?? '';
}
