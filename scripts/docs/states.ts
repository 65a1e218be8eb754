import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type InteractionEvent, states, transitions } from '../../gateway/acd/states.js';

/** The events that leave a state, those with the same destination together. */
function leavingText(row: Readonly<Partial<Record<InteractionEvent, string>>>): string {
  const byDestination = new Map<string, string[]>();
  for (const [event, to] of Object.entries(row)) {
    byDestination.set(to, [...(byDestination.get(to) ?? []), `\`${event}\``]);
  }
  return [...byDestination].map(([to, events]) => `${events.join(', ')} → \`${to}\``).join(' · ');
}

/** docs/architecture.md: a page written by hand, of which the table of states is made anew. */
export function architecturePage(): string {
  const page = readFileSync(join(process.cwd(), 'docs/architecture.md'), 'utf8');
  const rows = states.map(state =>
    `| \`${state}\` | ${leavingText(transitions[state])} |`.replace('|  |', '| |'),
  );
  const table = `| state | event → next state |\n|---|---|\n${rows.join('\n')}\n`;
  return page.replace(
    /(<!-- Made by "npm run docs"[^\n]*-->\n)[\s\S]*?(<!-- \/made -->)/,
    (_match, begin: string, end: string) => `${begin}\n${table}\n${end}`,
  );
}
