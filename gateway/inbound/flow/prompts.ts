import { type FlowDefinition, isKind, type Said, type Step, type StepOf } from './schema.js';

interface Place {
  path: (string | number)[];
  said: Said;
}

/** What the house says where a menu does not say otherwise. */
const menuDefaults = { invalid: ['invalid-choice'], silent: ['no-choice'] } as const;

/** What is said before a menu is asked again. */
export function saidAgain(step: StepOf<'menu'>, before: 'invalid' | 'silent'): readonly Said[] {
  return step[before] ?? menuDefaults[before];
}

/** Everything that a flow may say, and where it stands. */
export function promptsOf(flow: FlowDefinition): Place[] {
  return Object.entries(flow.steps).flatMap(([name, step]) =>
    listsOf(step).flatMap(([key, list]) =>
      list.map((said, index) => ({ path: ['steps', name, key, index], said })),
    ),
  );
}

function listsOf(step: Step): [string, readonly Said[]][] {
  if (isKind(step, 'play')) return [['play', step.play]];
  if (isKind(step, 'hangup')) return [['hangup', step.hangup]];
  if (isKind(step, 'voicemail')) return [['voicemail', step.voicemail]];
  if (isKind(step, 'menu'))
    return [
      ['menu', step.menu],
      ['invalid', step.invalid ?? []],
      ['silent', step.silent ?? []],
    ];
  return [];
}

/** The keys of opening hours that a flow asks for, and where. */
export function hoursIn(flow: FlowDefinition): { path: (string | number)[]; key: string }[] {
  const asked = Object.entries(flow.steps).flatMap(([name, step]) =>
    isKind(step, 'hours') ? [{ path: ['steps', name, 'hours'], key: step.hours }] : [],
  );
  const told = promptsOf(flow).flatMap(({ path, said }) =>
    typeof said === 'object' && 'opensAt' in said ? [{ path: [...path, 'opensAt'], key: said.opensAt }] : [],
  );
  return [...asked, ...told];
}
