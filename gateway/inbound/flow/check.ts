import { exitsOf, missingExits } from './machine.js';
import { promptsOf } from './prompts.js';
import { type FlowDefinition, isKind, kindOf, type Step } from './schema.js';

/** A fault of a flow, and the value of the file it is about. */
export interface FlowFault {
  path: (string | number)[];
  reason: string;
}

/** Whether a sentence exists, in a language. */
export type KnowsPrompt = (clip: string, language: string) => boolean;

/** What makes a flow unfit although every value in it has its form: where its steps lead, and what they say. */
export function faultsOf(flow: FlowDefinition, knowsPrompt: KnowsPrompt): FlowFault[] {
  const broken = [...unknownSteps(flow), ...deadEnds(flow)];
  return [
    ...broken,
    ...unreachable(flow),
    ...endless(flow),
    // A way that is broken has been told already.
    ...(broken.length > 0 ? [] : hopeless(flow)),
    ...missingPrompts(flow, knowsPrompt),
  ];
}

function has(flow: FlowDefinition, name: string | undefined): name is string {
  return name !== undefined && Object.hasOwn(flow.steps, name);
}

/** The steps that a step really leads to. */
function after(flow: FlowDefinition, step: Step): string[] {
  return exitsOf(step).flatMap(({ target }) => (has(flow, target) ? [target] : []));
}

function unknownSteps(flow: FlowDefinition): FlowFault[] {
  const known = Object.keys(flow.steps);
  const fault = (path: (string | number)[], name: string): FlowFault => {
    const similar = known.find(candidate => distance(candidate, name) <= 2);
    return { path, reason: `there is no step "${name}"${similar ? `; did you mean "${similar}"?` : ''}` };
  };
  return [
    ...(['start', 'onFault'] as const).flatMap(key =>
      has(flow, flow[key]) ? [] : [fault([key], flow[key])],
    ),
    ...Object.entries(flow.steps).flatMap(([name, step]) =>
      exitsOf(step).flatMap(({ key, target }) =>
        target === undefined || has(flow, target) ? [] : [fault(['steps', name, ...key], target)],
      ),
    ),
  ];
}

function deadEnds(flow: FlowDefinition): FlowFault[] {
  return Object.entries(flow.steps).flatMap(([name, step]) =>
    missingExits(step).map(key => ({
      path: ['steps', name],
      reason: `step "${name}" is a dead end: a ${kindOf(step)} step needs "${key}", the step that comes ${whenOf[key]}`,
    })),
  );
}

const whenOf: Record<string, string> = {
  next: 'after it',
  open: 'while the hours are open',
  closed: 'while they are closed',
  otherwise: 'when that comes to nothing',
};

function unreachable(flow: FlowDefinition): FlowFault[] {
  const reached = reach(
    flow,
    [flow.start, flow.onFault].filter(name => has(flow, name)),
  );
  return Object.keys(flow.steps)
    .filter(name => !reached.has(name))
    .map(name => ({
      path: ['steps', name],
      reason: `no way leads to step "${name}": let a step lead to it, or take it out`,
    }));
}

function reach(flow: FlowDefinition, from: string[]): Set<string> {
  const reached = new Set(from);
  for (const name of reached) for (const next of after(flow, flow.steps[name] as Step)) reached.add(next);
  return reached;
}

/** A round in which the caller is not asked for anything: he would be led about until the limit of visits. */
function endless(flow: FlowDefinition): FlowFault[] {
  const automatic = (name: string) =>
    exitsOf(flow.steps[name] as Step).flatMap(({ target, chosen }) =>
      !chosen && has(flow, target) ? [target] : [],
    );
  const faults: FlowFault[] = [];
  const done = new Set<string>();
  const walk = (name: string, way: string[]): void => {
    const from = way.indexOf(name);
    if (from >= 0) {
      const round = [...way.slice(from), name];
      faults.push({
        path: ['steps', way.at(-1) as string],
        reason: `the call goes round without anybody choosing anything: ${round.join(' → ')}`,
      });
      return;
    }
    if (done.has(name)) return;
    for (const next of automatic(name)) walk(next, [...way, name]);
    done.add(name);
  };
  for (const name of Object.keys(flow.steps)) walk(name, []);
  return faults;
}

/** A step from which no call comes to an end, however its caller chooses. */
function hopeless(flow: FlowDefinition): FlowFault[] {
  const ends = (name: string) =>
    [...reach(flow, [name])].some(reached => terminal.has(kindOf(flow.steps[reached] as Step) ?? ''));
  return Object.keys(flow.steps)
    .filter(name => !ends(name))
    .map(name => ({
      path: ['steps', name],
      reason: `from step "${name}" no call comes to an end: no queue, agent, external number or hangup lies behind it`,
    }));
}

const terminal: ReadonlySet<string> = new Set(['queue', 'agent', 'external', 'hangup']);

function missingPrompts(flow: FlowDefinition, knowsPrompt: KnowsPrompt): FlowFault[] {
  const spoken = languagesOf(flow);
  return promptsOf(flow).flatMap(({ path, said }) => {
    const clip = typeof said === 'string' ? said : 'prompt' in said ? said.prompt : undefined;
    if (clip === undefined) return [];
    const languages = typeof said !== 'string' && said.language ? [said.language] : spoken;
    return languages
      .filter(language => !knowsPrompt(clip, language))
      .map(language => ({
        path,
        reason: clip.startsWith('own-')
          ? `prompt "${clip}" has not been uploaded in ${language}: PUT /api/v1/prompts/${language}/${clip}/sound`
          : `there is no prompt "${clip}" in ${language}; those of the house are in docs/prompts.md, your own begin with own-`,
      }));
  });
}

/** The languages that a caller of this flow may hear. */
function languagesOf(flow: FlowDefinition): string[] {
  const chosen = Object.values(flow.steps).flatMap(step => (isKind(step, 'language') ? [step.language] : []));
  return [...new Set([flow.language, ...chosen])];
}

/** Levenshtein distance, of short names. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++)
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
  }
  return row[b.length]!;
}
