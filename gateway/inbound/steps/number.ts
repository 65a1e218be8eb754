import { callableNumber } from '../../callback/index.js';
import { ApiError } from '../../errors.js';
import { collectDigits, type PlaySource } from '../../media/index.js';
import type { PromptKey } from '../../prompts/index.js';
import type { Said } from '../flow/schema.js';
import { type Stage, soundsOf, tenantTerms } from '../stage.js';

/** How often he may say that a number is not the right one, or enter one that is not called. */
const tries = 3;
const longestNumber = 15;
const firstDigitMs = 10_000;
const interDigitMs = 5_000;

/**
 * Agrees with a caller on the number that he is called back at: his own is read to him; who withholds it, or wants
 * another one, enters it by its digits and has it read back.
 * @param signal his agent is there, or he is gone
 * @returns undefined when none came of it
 */
export async function askNumber(stage: Stage, signal: AbortSignal): Promise<string | undefined> {
  const { leg, typeAhead, entry, parts, language } = stage;
  const { countries, country } = await tenantTerms(stage);
  const ask = async (prompt: readonly PlaySource[], maxDigits: number) => {
    typeAhead.clear();
    const { digits } = await collectDigits(leg.endpoint, {
      ...{ prompt, maxDigits, terminators: '#', firstDigitMs, interDigitMs, typeAhead, signal },
    });
    return digits;
  };
  const confirmed = async (number: string, introduction: PromptKey) => {
    const { sources } = await parts.prompts.announce(entry.tenantId, language, [
      { prompt: introduction },
      { phone: number, country },
      { prompt: 'confirm-number' },
    ]);
    return await ask(sources, 1);
  };
  let question: readonly Said[] = ['enter-number'];
  let left = tries;
  const own = ownNumber(entry, countries);
  if (own !== undefined) {
    const answer = await confirmed(own, 'call-back-at');
    if (answer === '1') return own;
    if (answer === '') return undefined;
  }
  for (; left > 0; left--) {
    const digits = await ask(await soundsOf(stage, question), longestNumber);
    if (digits === '') return undefined;
    const number = callable(digits, countries);
    if (number !== undefined && (await confirmed(number, 'you-entered')) === '1') return number;
    question = number === undefined ? ['number-refused', 'enter-number'] : ['enter-number'];
  }
  return undefined;
}

/** The caller's own number, where it is known and may be called. */
export function ownNumber({ caller }: Stage['entry'], countries: readonly string[]): string | undefined {
  return caller === null ? undefined : callable(caller, countries);
}

/** The policy is that of every callback. */
function callable(digits: string, countries: readonly string[]): string | undefined {
  try {
    return callableNumber(digits, countries);
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
