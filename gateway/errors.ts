/**
 * The one catalogue of errors that the API answers with: a code, its HTTP status, a sentence for the person in front of
 * the screen (English and Korean), and what to do about it. docs/errors.md is generated from here.
 * `{name}` in a sentence is filled from the error's parameters.
 */
export const locales = ['en', 'ko'] as const;
export type Locale = (typeof locales)[number];

/** The language of somebody of whom is stored which; English where it is none of ours. */
export function localeNamed(stored: string | null): Locale {
  return locales.find(locale => locale === stored) ?? 'en';
}

interface CatalogueEntry {
  status: number;
  en: string;
  ko: string;
  cure: string;
}

const entries = {
  bad_json: {
    status: 400,
    en: 'The request is not valid JSON.',
    ko: '요청이 올바른 JSON 형식이 아닙니다.',
    cure: 'Send a JSON body with content-type application/json.',
  },
  validation_failed: {
    status: 400,
    en: 'Please check this field: {reason}.',
    ko: '입력값을 확인해 주세요: {reason}.',
    cure: 'See the schema of the request in /api/docs; `field` names the place.',
  },
  phone_invalid: {
    status: 422,
    en: 'This is not a phone number we can call. Please check it.',
    ko: '전화할 수 없는 번호입니다. 번호를 확인해 주세요.',
    cure: 'Send digits, with + and country code or in the national form of the first country of the tenant.',
  },
  phone_too_short: {
    status: 422,
    en: 'This phone number is too short.',
    ko: '전화번호가 너무 짧습니다.',
    cure: 'Send the whole number with its area code.',
  },
  phone_too_long: {
    status: 422,
    en: 'This phone number is too long.',
    ko: '전화번호가 너무 깁니다.',
    cure: 'Send one number without an extension.',
  },
  phone_country_not_allowed: {
    status: 422,
    en: 'Sorry, we cannot call numbers of this country ({country}).',
    ko: '죄송합니다. 해당 국가({country})의 번호로는 전화할 수 없습니다.',
    cure: 'Use a number of a country that `GET /api/v1/sites/{siteKey}` lists.',
  },
  phone_emergency: {
    status: 422,
    en: 'Emergency and short numbers cannot be called back.',
    ko: '긴급 전화번호나 단축 번호로는 전화할 수 없습니다.',
    cure: 'Use an ordinary subscriber number.',
  },
  phone_premium: {
    status: 422,
    en: 'Premium-rate numbers cannot be called back.',
    ko: '유료 정보 서비스 번호로는 전화할 수 없습니다.',
    cure: 'Use an ordinary subscriber number.',
  },
  site_unknown: {
    status: 404,
    en: 'This site is not known here.',
    ko: '등록되지 않은 사이트입니다.',
    cure: 'Check the site key in the script tag of the page.',
  },
  queue_unknown: {
    status: 422,
    en: 'This counter does not exist.',
    ko: '존재하지 않는 상담 창구입니다.',
    cure: 'Use a key that `GET /api/v1/sites/{siteKey}` lists; administrators, one of `GET /api/v1/admin/queues`.',
  },
  queue_closed: {
    status: 409,
    en: 'This counter is closed at the moment.',
    ko: '현재 운영 중이 아닌 상담 창구입니다.',
    cure: 'Choose another counter, or come back when it is open.',
  },
  queue_full: {
    status: 409,
    en: 'Too many people are waiting at this counter right now. Please choose a time at which we call you.',
    ko: '지금은 대기 중인 고객님이 많습니다. 전화받으실 시간을 선택해 주세요.',
    cure: 'Ask for a slot: `slot` is the next one that is free, where there is one.',
  },
  slot_unavailable: {
    status: 422,
    en: 'We cannot promise this time. Please choose another.',
    ko: '약속해 드릴 수 없는 시간입니다. 다른 시간을 선택해 주세요.',
    cure: 'Choose one of the slots that `GET /api/v1/sites/{siteKey}/slots` lists.',
  },
  slot_taken: {
    status: 409,
    en: 'This time has just been taken. Please choose another.',
    ko: '방금 예약이 마감된 시간입니다. 다른 시간을 선택해 주세요.',
    cure: 'Ask for the slots again, and choose another.',
  },
  callback_under_way: {
    status: 409,
    en: 'We are already calling: it is too late to change the time.',
    ko: '이미 전화를 연결하고 있어 시간을 변경할 수 없습니다.',
    cure: 'Nothing: the callback is being served, or is over.',
  },
  browser_calls_off: {
    status: 409,
    en: 'Calls in the browser are not available here. Please leave a phone number.',
    ko: '브라우저 통화를 사용할 수 없습니다. 전화번호를 남겨 주세요.',
    cure: 'Ask with a phone number, or let the site offer calls in the browser.',
  },
  browser_call_now_only: {
    status: 422,
    en: 'A call in the browser cannot be booked for later. Please leave a phone number.',
    ko: '브라우저 통화는 예약할 수 없습니다. 전화번호를 남겨 주세요.',
    cure: 'Ask for now, or with a phone number.',
  },
  call_over: {
    status: 409,
    en: 'This call is over, or was answered in another window.',
    ko: '이미 종료되었거나 다른 창에서 받은 통화입니다.',
    cure: 'Wait for the next call; the events of the callback say when.',
  },
  rating_closed: {
    status: 409,
    en: 'This call can no longer be rated.',
    ko: '이 통화는 더 이상 평가할 수 없습니다.',
    cure: 'Nothing: a talk can be rated for a day after its end, and only when there was one.',
  },
  origin_not_allowed: {
    status: 403,
    en: 'This web site may not use this site key.',
    ko: '이 웹사이트에서는 사용할 수 없는 사이트 키입니다.',
    cure: "Add the page's origin to the site's origins.",
  },
  payload_too_large: {
    status: 413,
    en: 'The request is too large.',
    ko: '요청이 너무 큽니다.',
    cure: 'Send at most 64 KiB; of a sound at most 32 MiB.',
  },
  unsupported_media_type: {
    status: 415,
    en: 'This content type is not understood.',
    ko: '지원하지 않는 콘텐츠 형식입니다.',
    cure: 'Send application/json; a sound as audio/wav or audio/mpeg.',
  },
  too_many_requests: {
    status: 429,
    en: 'Too many requests. Please try again in {seconds} seconds.',
    ko: '요청이 너무 많습니다. {seconds}초 후에 다시 시도해 주세요.',
    cure: 'Wait as long as the header retry-after says.',
  },
  unauthorized: {
    status: 401,
    en: 'Please sign in.',
    ko: '로그인이 필요합니다.',
    cure: 'Send `Authorization: Bearer …` or sign in again.',
  },
  login_failed: {
    status: 401,
    en: 'The e-mail address or the password is wrong.',
    ko: '이메일 주소 또는 비밀번호가 올바르지 않습니다.',
    cure: 'Check both; after several failures wait a minute.',
  },
  csrf_header_missing: {
    status: 403,
    en: 'This request did not come from the desktop.',
    ko: '데스크톱에서 보낸 요청이 아닙니다.',
    cure: 'Send the header X-Ringbridge: 1 with requests that are authorised by cookie.',
  },
  forbidden: {
    status: 403,
    en: 'You are not allowed to do this.',
    ko: '이 작업을 수행할 권한이 없습니다.',
    cure: 'Ask an administrator for the role.',
  },
  changed_meanwhile: {
    status: 409,
    en: 'Somebody else has changed this meanwhile. Please look at it again.',
    ko: '그사이 다른 사람이 내용을 변경했습니다. 다시 확인해 주세요.',
    cure: 'Read it again, and send the change with the version that was read.',
  },
  email_taken: {
    status: 409,
    en: 'There is an account with this e-mail address already.',
    ko: '이미 사용 중인 이메일 주소입니다.',
    cure: 'Use another address, or enable the account that has it.',
  },
  key_taken: {
    status: 409,
    en: 'This is in use already. Please choose another.',
    ko: '이미 사용 중입니다. 다른 값을 입력해 주세요.',
    cure: 'Keys and days are there once; change the one that exists, or choose another.',
  },
  number_taken: {
    status: 409,
    en: 'This number is in the list already.',
    ko: '이미 등록된 번호입니다.',
    cure: 'Change the entry that exists.',
  },
  number_not_proven: {
    status: 409,
    en: 'It has not been proven that this number belongs to the company.',
    ko: '회사 소유로 확인되지 않은 번호입니다.',
    cure: 'Prove the number by a call (`POST /api/v1/admin/numbers/{number}/proof`), then choose it.',
  },
  already_proven: {
    status: 409,
    en: 'It is proven already that this number belongs to the company.',
    ko: '이미 회사 소유로 확인된 번호입니다.',
    cure: 'Nothing: it can be presented.',
  },
  no_proven_number: {
    status: 409,
    en: 'The company has no proven number yet that a call could come from. Please ask the operator.',
    ko: '전화를 걸 수 있는 확인된 회사 번호가 아직 없습니다. 시스템 운영자에게 문의해 주세요.',
    cure: 'The operator confirms the first number of a company (docs/operations.md).',
  },
  proof_under_way: {
    status: 409,
    en: 'This number is being called at the moment.',
    ko: '지금 이 번호로 전화를 걸고 있습니다.',
    cure: 'Wait until the call is over.',
  },
  proof_limit: {
    status: 429,
    en: 'This number has been called often enough for now. Please try again in an hour.',
    ko: '이 번호로 여러 번 전화를 걸었습니다. 한 시간 뒤에 다시 시도해 주세요.',
    cure: 'A number is called three times an hour at most, and thirty times a day for a company.',
  },
  proof_missing: {
    status: 410,
    en: 'There is no code to confirm any more. Please have the number called again.',
    ko: '확인할 수 있는 번호가 없습니다. 다시 전화를 걸어 주세요.',
    cure: 'A code holds for ten minutes and five tries, and from the moment on at which the call was answered.',
  },
  proof_wrong: {
    status: 422,
    en: 'These are not the digits that were read. Tries left: {tries}.',
    ko: '불러 드린 숫자와 다릅니다. 남은 입력 횟수: {tries}.',
    cure: 'Listen again, or have the number called again.',
  },
  still_used: {
    status: 409,
    en: 'This is still in use, so it cannot be removed.',
    ko: '사용 중이므로 삭제할 수 없습니다.',
    cure: 'Let something else take its place first.',
  },
  last_admin: {
    status: 409,
    en: 'At least one administrator has to remain.',
    ko: '관리자가 한 명 이상 있어야 합니다.',
    cure: 'Give somebody else the role first.',
  },
  time_zone_unknown: {
    status: 422,
    en: 'This time zone is not known.',
    ko: '알 수 없는 시간대입니다.',
    cure: 'Use an IANA name, such as Asia/Seoul.',
  },
  country_unknown: {
    status: 422,
    en: 'There is no country with telephone numbers called {country}.',
    ko: '전화번호 체계가 없는 국가 코드입니다: {country}.',
    cure: 'Use ISO 3166 codes of two capital letters.',
  },
  trunk_address_wrong: {
    status: 422,
    en: '"{address}" is not of the form sip:host[:port][;transport=udp|tcp|tls].',
    ko: '"{address}"은(는) sip:호스트[:포트][;transport=udp|tcp|tls] 형식이 아닙니다.',
    cure: 'Write the host that calls are sent to, for example sip:sip.carrier.example or sip:203.0.113.7:5080;transport=tcp.',
  },
  trunk_address_private: {
    status: 422,
    en: 'This leads to {address}, which is no public address. Ask the operator, if calls have to go there.',
    ko: '공인 주소가 아닌 {address}(으)로 연결됩니다. 이 주소를 사용해야 한다면 시스템 운영자에게 문의해 주세요.',
    cure: 'Use an address of the internet; the operator may allow others by the setting `privateTrunks`.',
  },
  trunk_host_unknown: {
    status: 422,
    en: 'No address is known for this host. Please check its name.',
    ko: '호스트의 주소를 찾을 수 없습니다. 이름을 확인해 주세요.',
    cure: 'Check the name in the DNS: it needs an A, AAAA or SRV record.',
  },
  trunk_account_missing: {
    status: 422,
    en: 'This needs an account: user name and password.',
    ko: '이 설정에는 계정(사용자 이름과 비밀번호)이 필요합니다.',
    cure: 'Send `username` and `password`, or neither `registerSeconds` nor `password`.',
  },
  trunk_password_missing: {
    status: 422,
    en: 'The password of this account is missing.',
    ko: '계정의 비밀번호를 입력해 주세요.',
    cure: 'Send `password` together with `username`.',
  },
  trunk_country_missing: {
    status: 422,
    en: 'The national form needs the country of the trunk.',
    ko: '국내 번호 형식을 사용하려면 국선의 국가를 지정해야 합니다.',
    cure: 'Give `country`, or another format.',
  },
  trunk_source_wrong: {
    status: 422,
    en: '"{source}" is neither an address nor a network.',
    ko: '"{source}"은(는) IP 주소나 네트워크가 아닙니다.',
    cure: 'Write an IP address, or a network such as 203.0.113.0/28.',
  },
  trunk_source_wide: {
    status: 422,
    en: 'The network {source} is too large: at most /16 for IPv4 and /32 for IPv6.',
    ko: '네트워크 {source}의 범위가 너무 넓습니다. IPv4는 /16, IPv6는 /32보다 넓을 수 없습니다.',
    cure: "Name the carrier's own networks.",
  },
  trunk_limit: {
    status: 409,
    en: 'A company may have {most} trunks at most.',
    ko: '국선은 회사당 최대 {most}개까지 만들 수 있습니다.',
    cure: 'Remove one that is not used.',
  },
  skill_unknown: {
    status: 422,
    en: 'There is no skill called {skill}.',
    ko: '등록되지 않은 스킬입니다: {skill}.',
    cure: 'Add the skill first, or use a key that `GET /api/v1/admin/skills` lists.',
  },
  hours_unknown: {
    status: 422,
    en: 'These opening hours do not exist.',
    ko: '등록되지 않은 운영 시간입니다.',
    cure: 'Use a key that `GET /api/v1/admin/hours` lists, or null.',
  },
  steps_disordered: {
    status: 422,
    en: 'The first step begins at 0 seconds, and each further one later than the one before.',
    ko: '첫 단계는 0초에 시작하고, 다음 단계는 앞 단계보다 늦게 시작해야 합니다.',
    cure: 'Sort the steps by `after`, the first being 0.',
  },
  span_empty: {
    status: 422,
    en: 'It has to end at another time than it begins.',
    ko: '시작 시각과 종료 시각이 같을 수 없습니다.',
    cure: 'Choose another end; for none at all send null.',
  },
  invitation_invalid: {
    status: 410,
    en: 'This invitation has been used or is no longer valid. Please ask for a new one.',
    ko: '이미 사용되었거나 유효하지 않은 초대입니다. 새 초대를 요청해 주세요.',
    cure: 'An administrator makes a new one.',
  },
  not_an_agent: {
    status: 403,
    en: 'This account does not take calls.',
    ko: '상담 업무를 하지 않는 계정입니다.',
    cure: 'Sign in as an agent.',
  },
  agent_unavailable: {
    status: 409,
    en: 'This colleague cannot be called now.',
    ko: '지금은 연결할 수 없는 상담원입니다.',
    cure: 'Choose somebody whom `GET /api/v1/transfer-targets` shows as reachable, or a queue.',
  },
  cannot_call_now: {
    status: 409,
    en: 'Be ready or on pause, and finish what you are doing, before you call somebody.',
    ko: '전화를 걸려면 진행 중인 업무를 마치고 대기 또는 이석 상태여야 합니다.',
    cure: 'Read `GET /api/v1/me`: `state` has to be ready, paused or unreachable.',
  },
  softphone_missing: {
    status: 409,
    en: 'Your softphone is not connected.',
    ko: '소프트폰이 연결되어 있지 않습니다.',
    cure: 'Register the softphone with the credential of `GET /api/v1/me/softphone`, and try again.',
  },
  echo_test_not_now: {
    status: 409,
    en: 'Finish the conversation or the test that is under way first.',
    ko: '진행 중인 통화나 테스트를 먼저 마쳐 주세요.',
    cure: 'Read `desk.echo` and `desk.current` of the live socket; try again when both are over.',
  },
  somebody_asked: {
    status: 409,
    en: 'Somebody is being called already. Take that back first.',
    ko: '이미 다른 사람을 연결하고 있습니다. 먼저 그 연결을 취소해 주세요.',
    cure: 'Finish or take back the consultation that is under way.',
  },
  already_monitoring: {
    status: 409,
    en: 'You are in another conversation. Leave it first.',
    ko: '이미 다른 통화에 참여 중입니다. 먼저 그 통화에서 나와 주세요.',
    cure: '`DELETE /api/v1/monitoring` leaves it.',
  },
  not_found: {
    status: 404,
    en: 'There is nothing here.',
    ko: '찾을 수 없습니다.',
    cure: 'Check the address.',
  },
  clip_unknown: {
    status: 404,
    en: 'There is no announcement of this name.',
    ko: '존재하지 않는 안내 음성입니다.',
    cure: 'Use a pack and a clip that `GET /api/v1/prompts` lists.',
  },
  sound_not_recognised: {
    status: 415,
    en: 'This is neither a WAV nor an MP3 file.',
    ko: 'WAV 또는 MP3 파일이 아닙니다.',
    cure: 'Send a WAV or MP3 file; its content decides, not its name.',
  },
  sound_damaged: {
    status: 422,
    en: 'This sound file is damaged or cut off.',
    ko: '음성 파일이 손상되었거나 일부가 잘렸습니다.',
    cure: 'Play it on your machine; save it again with a sound editor, and send it whole.',
  },
  sound_encoding_unknown: {
    status: 422,
    en: 'The encoding of this WAV file is not supported ({encoding}).',
    ko: '지원하지 않는 WAV 인코딩입니다({encoding}).',
    cure: 'Save it as PCM of 8 to 32 bit, float, A-law or µ-law, or as MP3.',
  },
  sound_silent: {
    status: 422,
    en: 'There is nothing to hear in this file.',
    ko: '파일에서 들리는 소리가 없습니다.',
    cure: 'Record it again; the microphone was off, or its level near zero.',
  },
  sound_too_long: {
    status: 422,
    en: 'This sound is longer than {seconds} seconds.',
    ko: '음성이 {seconds}초를 넘습니다.',
    cure: 'Cut it: announcements last two minutes at most, music ten.',
  },
  offer_taken: {
    status: 409,
    en: 'Somebody else took it.',
    ko: '다른 상담원이 먼저 받았습니다.',
    cure: 'Nothing: it was offered to several agents at once, and the first who accepts has it.',
  },
  held_by_phone: {
    status: 409,
    en: 'Your telephone holds this call. Take it back there.',
    ko: '전화기에서 보류한 통화입니다. 전화기에서 보류를 해제해 주세요.',
    cure: 'Take the call back on the telephone that holds it; `heldByPhone` of the interaction says so beforehand.',
  },
  state_conflict: {
    status: 409,
    en: 'This is no longer possible: it is {state} now.',
    ko: '지금은 할 수 없습니다. 현재 상태: {state}.',
    cure: 'Read the interaction again and decide by its state.',
  },
  unavailable: {
    status: 503,
    en: 'The service is starting or has lost a part it needs. Please try again in a moment.',
    ko: '서비스를 준비 중이거나 일시적인 문제가 있습니다. 잠시 후 다시 시도해 주세요.',
    cure: '/readyz tells which part is missing.',
  },
  internal: {
    status: 500,
    en: 'Something went wrong on our side. It has been noted.',
    ko: '시스템 오류가 발생했습니다. 오류가 기록되었습니다.',
    cure: 'Try again; the log holds the request id.',
  },
} satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof entries;
export const catalogue: Readonly<Record<ErrorCode, CatalogueEntry>> = entries;

/** What is filled into a sentence: words may differ by language. */
type Param = string | number | Readonly<Record<Locale, string>>;

export interface ErrorDetails {
  /** The field of the request that is wrong. */
  field?: string;
  /** Values for the `{…}` of the sentence. */
  params?: Record<string, Param>;
  /** The time that can be had instead. */
  slot?: { at: Date; until: Date };
  cause?: unknown;
}

export interface ErrorBody {
  code: ErrorCode;
  message: string;
  field?: string;
  slot?: { at: Date; until: Date };
}

/** An error that is answered with an entry of the catalogue. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly field: string | undefined;
  readonly #slot: ErrorDetails['slot'];
  readonly #params: Record<string, Param>;

  constructor(
    readonly code: ErrorCode,
    { field, params = {}, slot, cause }: ErrorDetails = {},
  ) {
    super(fill(catalogue[code].en, params, 'en'), { cause });
    this.field = field;
    this.#slot = slot;
    this.#params = params;
  }

  get status(): number {
    return catalogue[this.code].status;
  }

  /** What is sent to the caller, in the caller's language. */
  body(locale: Locale): ErrorBody {
    const { state } = this.#params;
    const params =
      typeof state === 'string' ? { ...this.#params, state: words[locale][state] ?? state } : this.#params;
    return {
      code: this.code,
      message: fill(catalogue[this.code][locale], params, locale),
      ...(this.field !== undefined && { field: this.field }),
      ...(this.#slot && { slot: this.#slot }),
    };
  }
}

/** States of interactions as words of a sentence. */
const words: Record<Locale, Record<string, string>> = {
  en: {
    waiting: 'waiting',
    offered: 'being offered to an agent',
    accepted: 'accepted',
    dialing: 'being dialled',
    bridged: 'being talked',
    wrap_up: 'in wrap-up',
    done: 'done',
    asked: 'being called',
    ringing: 'ringing',
    consulting: 'in consultation',
    joined: 'in the talk',
    left: 'no longer there',
  },
  ko: {
    waiting: '대기 중',
    offered: '상담원에게 배정 중',
    accepted: '수락됨',
    dialing: '전화 거는 중',
    bridged: '통화 중',
    wrap_up: '후처리 중',
    done: '완료됨',
    asked: '연결 중',
    ringing: '벨 울리는 중',
    consulting: '협의 중',
    joined: '통화 참여 중',
    left: '통화에서 나감',
  },
};

function fill(sentence: string, params: Record<string, Param>, locale: Locale): string {
  return sentence.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = params[name] ?? placeholder;
    return String(typeof value === 'object' ? value[locale] : value);
  });
}

/** The language to answer in: the first of an Accept-Language header (RFC 9110 12.5.4) that we speak. */
export function preferredLocale(acceptLanguage: string | undefined, fallback: Locale = 'en'): Locale {
  const ranges = (acceptLanguage ?? '')
    .slice(0, 200)
    .split(',')
    .map(range => {
      const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
      const weight = parameters.find(parameter => parameter.trim().startsWith('q='));
      const quality = Number(weight?.split('=')[1] ?? 1);
      return { language: tag.split('-')[0], quality: Number.isFinite(quality) ? quality : 0 };
    })
    .sort((a, b) => b.quality - a.quality);
  for (const { language } of ranges) {
    const known = locales.find(locale => locale === language);
    if (known) return known;
  }
  return fallback;
}
