import type { Locale } from '../../errors.js';
import { openState, publicHoliday } from '../../hours/index.js';
import { speak } from '../../prompts/index.js';
import { defaults } from './defaults.js';
import { begin, choiceOf, follow, type Position, type Result, stepAt } from './machine.js';
import { saidAgain } from './prompts.js';
import { type FlowDefinition, isKind, kindOf, type Said, type Step, type StepOf } from './schema.js';
import { spokenOf } from './spoken.js';
import { queueWorks, type TenantWorld } from './world.js';

export interface Rehearsal {
  flow: FlowDefinition;
  tenant: TenantWorld;
  at: Date;
  /** What the caller presses in each menu that he comes to; then nothing more. */
  digits: readonly string[];
}

interface Stage extends Rehearsal {
  language: Locale;
  digits: string[];
  say(list: readonly Said[]): string;
}

interface Scene {
  result: Result;
  keys?: string;
  /** What happens, in words. */
  told: string;
  /** The rehearsal ends here: what follows depends on people. */
  stays?: true;
}

/** What would happen to a call, line by line: the steps, what is heard, which way is taken and why. */
export function rehearse(rehearsal: Rehearsal): string[] {
  const { flow, tenant, at: now } = rehearsal;
  const stage: Stage = {
    ...rehearsal,
    digits: [...rehearsal.digits],
    language: flow.language,
    say: list =>
      spokenOf(list, { language: stage.language, hours: tenant.hours, now })
        .map(({ language, utterance }) => speak(language, [utterance]).text)
        .join(' '),
  };
  const lines: string[] = [];
  let at: Position = begin(flow);
  for (let number = 1; ; number++) {
    const step = stepAt(flow, at);
    const scene = play(step, stage);
    const kind = kindOf(step) ?? '';
    lines.push(`${String(number).padStart(2)}. ${at.step} (${kind}): ${scene.told}`);
    if (scene.stays) return lines;
    const move = follow(flow, at, scene.result, scene.keys);
    if ('over' in move) return [...lines, `    the call is over: ${move.over}`];
    if (move.why === 'again')
      lines.push(
        `    ${quote(stage.say(saidAgain(step as StepOf<'menu'>, scene.result as 'invalid' | 'silent')))}`,
      );
    if (move.why === 'fault')
      lines.push(`    it goes on at "${move.at.step}", as by a fault: a step is entered so often only`);
    at = move.at;
  }
}

function play(step: Step, stage: Stage): Scene {
  if (isKind(step, 'play')) return { result: 'done', told: quote(stage.say(step.play)) };
  if (isKind(step, 'language')) {
    stage.language = step.language;
    return { result: 'done', told: `speaks ${step.language} from here on` };
  }
  if (isKind(step, 'hours')) return hours(step, stage);
  if (isKind(step, 'menu')) return menu(step, stage);
  if (isKind(step, 'queue')) return queue(step, stage);
  if (isKind(step, 'agent')) return agent(step);
  if (isKind(step, 'voicemail')) {
    const told = step.mailTo?.length ? `mail to ${step.mailTo.join(', ')}` : 'no mail';
    return {
      result: 'recorded',
      told: `${quote(stage.say(step.voicemail))} – beep, records up to ${step.maxSeconds ?? defaults.messageSeconds} s, ${told}`,
    };
  }
  if (isKind(step, 'external'))
    return {
      result: 'talked',
      stays: true,
      told: `dials ${step.external} for ${step.ringSeconds ?? defaults.ringSeconds} s and bridges; otherwise → ${step.otherwise}`,
    };
  return { result: 'done', told: `${quote(stage.say(step.hangup))} – hangs up` };
}

function hours(step: StepOf<'hours'>, { tenant, at }: Stage): Scene {
  const of = tenant.hours.get(step.hours);
  if (!of) return { result: 'fault', told: `there are no opening hours "${step.hours}"` };
  const state = openState(of, at);
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: of.timeZone, dateStyle: 'short' }).format(at);
  const name = of.publicHolidays ? publicHoliday(of.publicHolidays, day)?.name.en : undefined;
  const why = state === 'holiday' ? `: ${name ?? "a day of the company's own"}` : '';
  const target = { open: step.open, closed: step.closed, holiday: step.holiday ?? step.closed }[state];
  return { result: state, told: `${step.hours} is ${state} on ${day}${why} → ${target}` };
}

function menu(step: StepOf<'menu'>, stage: Stage): Scene {
  const asked = quote(stage.say(step.menu));
  const keys = stage.digits.shift() ?? '';
  const result = choiceOf(step, keys);
  const told = {
    chosen: `${keys} is pressed → ${step.choices[keys]}`,
    invalid: `${keys} is pressed, which is no choice`,
    silent: 'nothing is pressed',
  }[result];
  return { result, keys, told: `${asked} – ${told}` };
}

function queue(step: StepOf<'queue'>, { tenant, at }: Stage): Scene {
  const of = tenant.queues.get(step.queue);
  if (!of || !queueWorks(of, tenant.hours, at))
    return { result: 'closed', told: `queue ${step.queue} is closed → ${step.closed ?? step.otherwise}` };
  const keep = step.keepPlace === false ? '' : '; pressing 2 keeps the place and has him called';
  return {
    result: 'served',
    stays: true,
    told: `waits in queue ${step.queue} for ${step.maxWaitSeconds ?? defaults.queueSeconds} s at most${keep}; otherwise → ${step.otherwise}`,
  };
}

function agent(step: StepOf<'agent'>): Scene {
  return {
    result: 'served',
    stays: true,
    told: `waits for ${step.agent} for ${step.maxWaitSeconds ?? defaults.agentSeconds} s (queue ${step.queue}); otherwise → ${step.otherwise}`,
  };
}

const quote = (text: string) => (text === '' ? '(nothing is said)' : `“${text}”`);
