import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DialplanError, SourceFile } from '../../telephony/index.js';
import { faultsOf } from './check.js';
import { type FlowDefinition, flowOutline, type Kind, kindOf, kinds, stepSchemas } from './schema.js';
import { promptsKnownTo, strangersIn, type World } from './world.js';

/** A flow as it stands in a file. */
export interface FlowSource {
  flow: FlowDefinition;
  /** An error that says where in the file the value of a path stands. */
  error(path: (string | number)[], reason: string): DialplanError;
}

export interface FlowFolder {
  flows: FlowSource[];
  faults: DialplanError[];
}

/**
 * Reads every flow of a folder, and holds it against the store where one is given: whether what it names is there. What is wrong is in `faults`, with file, line and column; a flow with a fault is not in
 * `flows`. A folder that is not there has none.
 */
export function readFlows(folder: string, world: World | undefined): FlowFolder {
  const flows: FlowSource[] = [];
  const faults: DialplanError[] = [];
  for (const name of filesOf(folder)) {
    try {
      const { source, found } = readFlow(join(folder, name), world);
      faults.push(...found);
      if (found.length === 0) flows.push(source);
    } catch (error) {
      if (!(error instanceof DialplanError)) throw error;
      faults.push(error);
    }
  }
  return { flows, faults: [...faults, ...twins(flows)] };
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => /\.ya?ml$/.test(name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function readFlow(path: string, world: World | undefined): { source: FlowSource; found: DialplanError[] } {
  const file = new SourceFile(path, flowOutline);
  const error = (where: (string | number)[], reason: string) => file.error(where, reason);
  const misfits = Object.entries(file.value.steps).flatMap(([name, step]) => {
    const given = kinds.filter(kind => kind in step);
    const kind = kindOf(step);
    // `agent` names the queue that counts the call: that is no second kind.
    const clash = given.filter(other => other !== kind && !(kind === 'agent' && other === 'queue'));
    if (!kind)
      return [error(['steps', name], `step "${name}" needs one of ${kinds.join(', ')}: what it does`)];
    if (clash.length > 0)
      return [
        error(['steps', name], `step "${name}" is a "${kind}" and a "${clash[0]}": make two steps of it`),
      ];
    return file.misfit(['steps', name], step, stepSchemas[kind as Kind]) ?? [];
  });
  const flow = file.value as FlowDefinition;
  if (misfits.length > 0) return { source: { flow, error }, found: misfits };
  const faults = [
    ...faultsOf(flow, promptsKnownTo(world?.get(flow.tenant))),
    ...(world ? strangersIn(flow, world) : []),
  ];
  return { source: { flow, error }, found: faults.map(({ path, reason }) => error(path, reason)) };
}

/** Two flows of a company with one name, and numbers that lead to two flows. */
function twins(sources: readonly FlowSource[]): DialplanError[] {
  const names = new Set<string>();
  const owners = new Map<string, string>();
  return sources.flatMap(({ flow, error }) => {
    const name = `${flow.tenant}/${flow.flow}`;
    const twice = names.has(name)
      ? [error(['flow'], `there are two flows "${flow.flow}" of "${flow.tenant}"`)]
      : [];
    names.add(name);
    const taken = flow.numbers.flatMap((number, index) => {
      const owner = owners.get(number);
      owners.set(number, name);
      return owner === undefined
        ? []
        : [error(['numbers', index], `${number} leads to flow "${owner}" already`)];
    });
    return [...twice, ...taken];
  });
}
