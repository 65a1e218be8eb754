/**
 * The command line of the process: one entry a flag, with what stands in the help and where the value goes. `--help` and
 * the reading are made from these tables, and docs/sip-server.md has a line for each entry.
 */
import { parseArgs } from 'node:util';
import { controlFlags } from './flags/control.js';
import type { Flag, Settings } from './flags/flag.js';
import { guardFlags } from './flags/guard.js';
import { inspectionFlags } from './flags/inspection.js';
import { limitFlags } from './flags/limits.js';
import { networkFlags } from './flags/network.js';
import { processFlags } from './flags/process.js';
import { defaultSipServerOptions as defaults } from './options.js';
import type { TlsFiles } from './transport/credentials.js';

export type { Settings } from './flags/flag.js';

/** Something is wrong with how the process was started; the message says what and how to mend it. */
export class UsageError extends Error {}

const secretVariable = 'RINGBRIDGE_SIP_SECRET';

export const flags: readonly Flag[] = [
  ...controlFlags,
  ...networkFlags,
  ...limitFlags,
  ...guardFlags,
  ...inspectionFlags,
  ...processFlags,
];

function helpLine(flag: Flag): string {
  const { name, value, repeatable, default: byDefault, otherwise, help } = flag;
  const left = `--${name}${value === undefined ? '' : ` ${value}`}`;
  const repeated = repeatable === true ? ', may be repeated' : '';
  const without = byDefault ?? otherwise;
  return `  ${left.padEnd(36)}${help}${repeated}${without === undefined ? '' : ` (${without})`}`;
}

export const helpText = (): string => `Usage: node dist/engine/sip/main.js [flags]

${flags.map(helpLine).join('\n')}

Port 0 takes any free port. The control secret is read from ${secretVariable}.
`;

function given(args: readonly string[]): Record<string, string[] | boolean | undefined> {
  const options = Object.fromEntries(
    flags.map(({ name, value }) => [
      name,
      value === undefined ? ({ type: 'boolean' } as const) : ({ type: 'string', multiple: true } as const),
    ]),
  );
  try {
    return parseArgs({ args: [...args], options }).values as Record<string, string[] | boolean | undefined>;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function secretOf(environment: NodeJS.ProcessEnv): string {
  const secret = environment[secretVariable];
  if (secret === undefined || secret === '' || /[|\r\n]/.test(secret)) {
    throw new UsageError(
      `set ${secretVariable} to the secret that applications log in with (no | and no line end)`,
    );
  }
  return secret;
}

/** @throws UsageError when there is half of it, or none where it is needed */
function tlsFilesOf(files: Partial<TlsFiles>, isNeeded: boolean, whose: string): TlsFiles | undefined {
  const { certificate, key, authorities } = files;
  if (!isNeeded && certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) throw new UsageError(`${whose}, which go together`);
  return { certificate, key, authorities };
}

/** Flags and environment as settings; the secret is not looked for when only help is wanted. @throws UsageError */
export function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): Settings {
  const values = given(args);
  const settings: Settings = {
    server: { ...structuredClone(defaults), control: { host: '', port: 0 }, secret: '' },
    tlsFiles: {},
    controlTlsFiles: {},
    logLevel: '',
    exitWithParent: false,
    help: false,
  };
  for (const flag of flags) {
    const value = values[flag.name] ?? flag.default;
    // Of one that may not be repeated, the last counts.
    const texts = Array.isArray(value) ? (flag.repeatable === true ? value : value.slice(-1)) : [value];
    for (const text of texts) {
      if (text === undefined) continue;
      try {
        flag.set(settings, String(text));
      } catch (error) {
        throw new UsageError(`--${flag.name}: ${(error as Error).message}`);
      }
    }
  }
  if (settings.help) return settings;
  const { server, tlsFiles, controlTlsFiles } = settings;
  server.secret = secretOf(environment);
  server.tlsFiles = tlsFilesOf(
    tlsFiles,
    [...server.tls, ...server.wss].length > 0,
    '--tls and --wss need --tls-cert and --tls-key',
  );
  server.controlTlsFiles = tlsFilesOf(
    controlTlsFiles,
    server.controlTls !== undefined,
    '--control-tls needs --control-tls-cert and --control-tls-key',
  );
  return settings;
}
