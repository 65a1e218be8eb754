import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { Locale } from '../../errors.js';
import type { Mail } from '../../mail/index.js';
import type { CallEntry } from '../calls-sql.js';

interface Notice {
  entry: CallEntry;
  language: Locale;
  durationMs: number;
  /** Whom the flow names. */
  to: readonly string[];
}

const words: Record<
  Locale,
  {
    withheld: string;
    subject(caller: string): string;
    body(caller: string, number: string, duration: string, link: string): string;
  }
> = {
  en: {
    withheld: 'a withheld number',
    subject: caller => `Voicemail from ${caller}`,
    body: (caller, number, duration, link) =>
      `A message of ${duration} was left by ${caller}, who called ${number}.\n\nListen to it on the desktop:\n${link}\n`,
  },
  ko: {
    withheld: '발신 번호 표시 제한',
    subject: caller => `음성 메시지: ${caller}`,
    body: (caller, number, duration, link) =>
      `${number}(으)로 전화한 고객(${caller})이 ${duration} 길이의 음성 메시지를 남겼습니다.\n\n데스크톱에서 들으실 수 있습니다.\n${link}\n`,
  },
};

/** The mail that tells of a message, in the language that its caller heard. The message itself stays behind the login. */
export function noticeOf(
  { publicUrl, sendsMail }: { publicUrl: string; sendsMail: boolean },
  notice: Notice,
): Mail | undefined {
  const { entry, language, durationMs, to } = notice;
  if (to.length === 0 || !sendsMail) return undefined;
  const { withheld, subject, body } = words[language];
  const caller = entry.caller === null ? withheld : written(entry.caller);
  const seconds = Math.round(durationMs / 1000);
  const duration = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return {
    tenantId: entry.tenantId,
    recipients: [...to],
    subject: subject(caller),
    body: body(caller, written(entry.number), duration, `${publicUrl}/desktop/voicemail`),
  };
}

const written = (number: string) => parsePhoneNumberFromString(number)?.formatInternational() ?? number;
