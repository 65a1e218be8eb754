import { defaults } from './defaults.js';
import { type FlowDefinition, type Kind, kindOf, type Step, type StepOf } from './schema.js';

/**
 * The flow of a call as a table: kind of step × what came of it → where the call goes. The runner does the steps and the
 * rehearsal imagines them; both are told by this table what comes next, and a test walks every cell.
 */
export const results = {
  play: ['done'],
  language: ['done'],
  hours: ['open', 'closed', 'holiday'],
  menu: ['chosen', 'invalid', 'silent'],
  queue: ['served', 'kept_place', 'closed', 'full', 'timeout'],
  agent: ['served', 'timeout'],
  voicemail: ['recorded', 'nothing_said'],
  external: ['talked', 'busy', 'no_answer', 'failed'],
  hangup: ['done'],
} as const satisfies Record<Kind, readonly string[]>;

export type ResultOf<K extends Kind> = (typeof results)[K][number];

/** What a step came to: a result of its kind; the caller hung up; or the step could not be taken. */
export type Result = ResultOf<Kind> | 'hung_up' | 'fault';

/** How a call is over. */
export type Ending = 'completed' | 'served' | 'kept_place' | 'talked' | 'hung_up' | 'fault';

/** Where a call is in its flow. */
export interface Position {
  readonly step: string;
  /** How often the menu was asked already. */
  readonly tries: number;
  /** How often each step was entered. */
  readonly visits: Readonly<Record<string, number>>;
  /** It goes the way of `onFault` already: the next fault is the end. */
  readonly faulted: boolean;
}

export type Move = { at: Position; why?: 'again' | 'fault' } | { over: Ending };

/** A step is entered so often in one call; who goes round more often is led out as by a fault. */
export const mostVisits = 10;

type Target = { step: string | undefined } | { again: true } | { over: Ending };
const to = (step: string | undefined): Target => ({ step });
const over = (ending: Ending): Target => ({ over: ending });

const askAgain = (step: StepOf<'menu'>, { tries }: Position): Target =>
  tries < (step.retries ?? defaults.retries) ? { again: true } : to(step.otherwise);

type Row<K extends Kind> = Record<ResultOf<K>, (step: StepOf<K>, at: Position, keys: string) => Target>;

const table: { [K in Kind]: Row<K> } = {
  play: { done: step => to(step.next) },
  language: { done: step => to(step.next) },
  hours: {
    open: step => to(step.open),
    closed: step => to(step.closed),
    holiday: step => to(step.holiday ?? step.closed),
  },
  menu: {
    chosen: (step, _at, keys) => to(Object.hasOwn(step.choices, keys) ? step.choices[keys] : undefined),
    invalid: askAgain,
    silent: askAgain,
  },
  queue: {
    served: () => over('served'),
    kept_place: () => over('kept_place'),
    closed: step => to(step.closed ?? step.otherwise),
    full: step => to(step.full ?? step.otherwise),
    timeout: step => to(step.otherwise),
  },
  agent: { served: () => over('served'), timeout: step => to(step.otherwise) },
  voicemail: { recorded: step => to(step.next), nothing_said: step => to(step.next) },
  external: {
    talked: () => over('talked'),
    busy: step => to(step.otherwise),
    no_answer: step => to(step.otherwise),
    failed: step => to(step.otherwise),
  },
  hangup: { done: () => over('completed') },
};

/** What it comes to that somebody has pressed this in a menu; the empty text: nothing. */
export function choiceOf(step: StepOf<'menu'>, keys: string): ResultOf<'menu'> {
  if (Object.hasOwn(step.choices, keys)) return 'chosen';
  return keys === '' ? 'silent' : 'invalid';
}

/** The beginning of a flow. */
export function begin(flow: FlowDefinition): Position {
  return { step: flow.start, tries: 0, visits: { [flow.start]: 1 }, faulted: false };
}

/**
 * Where a call goes after a step.
 * @param keys what was chosen in a menu
 */
export function follow(flow: FlowDefinition, at: Position, result: Result, keys = ''): Move {
  if (result === 'hung_up') return { over: 'hung_up' };
  if (result === 'fault') return intoFault(flow, at);
  const step = stepAt(flow, at);
  const row = table[kindOf(step) as Kind] as Record<
    string,
    ((s: Step, at: Position, keys: string) => Target) | undefined
  >;
  const target = row[result]?.(step, at, keys);
  if (!target) throw new Error(`a step ${kindOf(step)} has no result ${result}`);
  if ('over' in target) return target;
  if ('again' in target) return { at: { ...at, tries: at.tries + 1 }, why: 'again' };
  return enter(flow, at, target.step);
}

/** @throws Error for a step that is not there: the check lets no such flow be applied */
export function stepAt(flow: FlowDefinition, { step }: Position): Step {
  const found = Object.hasOwn(flow.steps, step) ? flow.steps[step] : undefined;
  if (!found) throw new Error(`flow ${flow.flow} has no step ${step}`);
  return found;
}

function enter(flow: FlowDefinition, at: Position, step: string | undefined): Move {
  const visits = step === undefined ? 0 : (at.visits[step] ?? 0) + 1;
  if (step === undefined || visits > mostVisits) return intoFault(flow, at);
  return { at: { ...at, step, tries: 0, visits: { ...at.visits, [step]: visits } } };
}

/** The second way out, and no third: a fault on it is the end. */
function intoFault(flow: FlowDefinition, at: Position): Move {
  if (at.faulted) return { over: 'fault' };
  return {
    at: { ...at, step: flow.onFault, tries: 0, visits: { [flow.onFault]: 1 }, faulted: true },
    why: 'fault',
  };
}

/** Where a step may lead, each with the key of the file it stands under. */
export function exitsOf(
  step: Step,
): { key: (string | number)[]; target: string | undefined; chosen: boolean }[] {
  const exits: { key: (string | number)[]; target: string | undefined; chosen: boolean }[] = [];
  for (const [key, value] of Object.entries(step) as [string, unknown][]) {
    if (key === 'choices')
      for (const [keys, target] of Object.entries(value as Record<string, string>))
        exits.push({ key: ['choices', keys], target, chosen: true });
  }
  for (const key of exitKeys[kindOf(step) as Kind])
    exits.push({ key: [key], target: (step as Record<string, string | undefined>)[key], chosen: false });
  return exits;
}

/** The keys of each kind that name a step: those that have to be there, and those that may. */
const neededExits: Record<Kind, readonly string[]> = {
  play: ['next'],
  language: ['next'],
  hours: ['open', 'closed'],
  menu: ['otherwise'],
  queue: ['otherwise'],
  agent: ['otherwise'],
  voicemail: ['next'],
  external: ['otherwise'],
  hangup: [],
};
const exitKeys: Record<Kind, readonly string[]> = {
  ...neededExits,
  hours: ['open', 'closed', 'holiday'],
  queue: ['otherwise', 'closed', 'full'],
};

/** The ways out that a step needs and does not have. */
export function missingExits(step: Step): string[] {
  const kind = kindOf(step) as Kind;
  return neededExits[kind].filter(key => (step as Record<string, unknown>)[key] === undefined);
}
