// Writes the pages of docs/ and the schema that are made from the source; with --check, only says whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultFile, groups, type Setting, variableOf } from '../gateway/config.js';
import { errorsPage } from './docs/errors.js';
import { architecturePage } from './docs/states.js';
import { daySchemaText } from './simulate/day.js';
import { defaultText } from './supervisor/help.js';

function row(name: string, setting: Setting<unknown>): string {
  const fallback = setting.fallbackText ?? `\`${defaultText(setting)}\``;
  const cells = [`\`${name}\``, `\`${variableOf(name)}\``, fallback, setting.meaning];
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** docs/configuration.md. */
export function configurationPage(): string {
  const sections = Object.entries(groups).map(([group, settings]) => {
    const rows = Object.entries(settings).map(([name, setting]) => row(name, setting as Setting<unknown>));
    return `## ${group}\n\n| setting | variable | default | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `<!-- Made by "npm run docs" from gateway/config/settings.ts: change it there. -->
# Configuration

Nothing has to be configured to try Ringbridge. Each setting is taken from the first of these that has it:

1. the environment variable;
2. a YAML file, one setting a line: \`${defaultFile}\` in the folder Ringbridge is started in, or the file that
   \`npm start -- --config FILE\` or \`RINGBRIDGE_CONFIG\` names;
3. its default.

\`\`\`yaml
# ${defaultFile}
publicUrl: https://calls.example.com
trustProxy: [10.0.0.0/8]
sipServer: sip.example.com:9022
iceServers:
  - urls: stun:stun.example.com:3478
\`\`\`

A name that does not exist and a value that cannot be used are refused before anything starts, with the file,
the line and the reason. Lists in an environment variable are written as JSON, addresses of proxies also with
commas. An empty variable counts as none.

Passwords and keys that nobody sets are made at the first start and kept in \`secrets.json\` in the data folder,
readable by its owner only. Back that file up with the database: without it the embedded database has no
password that anybody knows. They never appear in logs, on a command line or in an error.

${sections.join('\n')}`;
}

export const pages: Readonly<Record<string, () => string>> = {
  'docs/configuration.md': configurationPage,
  'docs/errors.md': errorsPage,
  'docs/architecture.md': architecturePage,
  'scripts/simulate/days/day.schema.json': daySchemaText,
};

/** The pages that are not what they would be made to. */
export function outdated(root: string): string[] {
  const stored = (path: string) => {
    try {
      return readFileSync(join(root, path), 'utf8');
    } catch {
      return undefined;
    }
  };
  return Object.entries(pages)
    .filter(([path, render]) => stored(path) !== render())
    .map(([path]) => path);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const late = outdated(process.cwd());
  if (process.argv.includes('--check')) {
    for (const path of late) console.error(`${path} is out of date: run "npm run docs"`);
    process.exitCode = late.length > 0 ? 1 : 0;
  } else {
    for (const path of late) writeFileSync(join(process.cwd(), path), pages[path]!());
    console.log(late.length > 0 ? `written: ${late.join(', ')}` : 'every page is up to date');
  }
}
