import { defaultFile, groups, type Setting, variableOf } from '../../gateway/config.js';

/** The default of a setting as the operator reads it, without Markdown. */
export function defaultText({ fallback, fallbackText }: Setting<unknown>): string {
  return fallbackText ?? String(fallback);
}

function wrap(text: string, width: number, indent: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.map(line => indent + line).join('\n');
}

/** What `npm start -- --help` prints. */
export function helpText(): string {
  const sections = Object.entries(groups).map(([group, settings]) => {
    const entries = Object.entries(settings).map(([name, setting]) => {
      const fallback = defaultText(setting as Setting<unknown>).replaceAll('`', '');
      return `  ${name}  ${variableOf(name)}\n${wrap(`${setting.meaning} Default: ${fallback}.`, 96, '      ')}`;
    });
    return `${group}\n${entries.join('\n')}`;
  });
  return `Starts Ringbridge: database, SIP server, media engine, simulated telephone network and gateway.

Usage: npm start [-- --config FILE] [-- --help]

Settings come from environment variables, else from a YAML file ("httpPort: 8080", one a line), else they
have a default. The file is ${defaultFile} in this folder, or the one named with --config or RINGBRIDGE_CONFIG.

${sections.join('\n\n')}
`;
}
