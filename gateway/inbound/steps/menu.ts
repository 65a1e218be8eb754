import { collectDigits } from '../../media/index.js';
import { defaults } from '../flow/defaults.js';
import { choiceOf } from '../flow/machine.js';
import { saidAgain } from '../flow/prompts.js';
import type { StepOf } from '../flow/schema.js';
import { type Came, type Stage, soundsOf } from '../stage.js';

/**
 * Asks for a key. Who knows the menu need not hear it: keys pressed ahead count.
 * @param before what came of asking before
 */
export async function menu(
  stage: Stage,
  step: StepOf<'menu'>,
  before: 'invalid' | 'silent' | undefined,
): Promise<Came> {
  const { leg, typeAhead, signal } = stage;
  const again = before === undefined ? [] : saidAgain(step, before);
  const keys = Object.keys(step.choices);
  const { digits, reason, terminator } = await collectDigits(leg.endpoint, {
    prompt: await soundsOf(stage, [...again, ...step.menu]),
    maxDigits: Math.max(...keys.map(({ length }) => length)),
    ...(!keys.includes('#') && { terminators: '#' }),
    firstDigitMs: (step.firstDigitSeconds ?? defaults.firstDigitSeconds) * 1000,
    interDigitMs: (step.interDigitSeconds ?? defaults.interDigitSeconds) * 1000,
    typeAhead,
    signal,
  });
  if (reason === 'lost') return { result: 'hung_up' };
  const pressed = digits === '' ? (terminator ?? '') : digits;
  const result = choiceOf(step, pressed);
  // What was pressed ahead was meant for choices that this menu does not have.
  if (result !== 'chosen') typeAhead.clear();
  return pressed === '' ? { result } : { result, keys: pressed };
}
