import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentStates, agentTransitions } from '../../gateway/acd/agent-states.js';
import { states, transitions } from '../../gateway/acd/states.js';
import { partyStates, partyTransitions } from '../../gateway/calls/party-states.js';

type Row = Readonly<Partial<Record<string, string>>>;

/** The events that leave a state, those with the same destination together. */
function leavingText(row: Row): string {
  const byDestination = new Map<string, string[]>();
  for (const [event, to] of Object.entries(row) as [string, string][]) {
    byDestination.set(to, [...(byDestination.get(to) ?? []), `\`${event}\``]);
  }
  return [...byDestination].map(([to, events]) => `${events.join(', ')} → \`${to}\``).join(' · ');
}

function table(names: readonly string[], rows: Readonly<Record<string, Row>>): string {
  const lines = names.map(name =>
    `| \`${name}\` | ${leavingText(rows[name] ?? {})} |`.replace('|  |', '| |'),
  );
  return `| state | event → next state |\n|---|---|\n${lines.join('\n')}\n`;
}

const tables: Readonly<Record<string, () => string>> = {
  'gateway/acd/states.ts': () => table(states, transitions),
  'gateway/acd/agent-states.ts': () => table(agentStates, agentTransitions),
  'gateway/calls/party-states.ts': () => table(partyStates, partyTransitions),
};

/** docs/architecture.md: a page written by hand, of which the tables of states are made anew. */
export function architecturePage(): string {
  const page = readFileSync(join(process.cwd(), 'docs/architecture.md'), 'utf8');
  return page.replace(
    /(<!-- Made by "npm run docs" from (\S+):[^\n]*-->\n)[\s\S]*?(<!-- \/made -->)/g,
    (_match, begin: string, source: string, end: string) => `${begin}\n${tables[source]?.()}\n${end}`,
  );
}
