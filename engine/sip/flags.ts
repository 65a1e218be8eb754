/**
 * The command line of the process: one entry a flag, with what stands in the help and where the value goes. `--help` and
 * the reading are made from this table, and docs/sip-server.md has a line for each entry.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { defaultSipServerOptions, type ListenAddress, type SipServerOptions } from './options.js';
import type { TlsFiles } from './transport/credentials.js';

/** What the process is started with. */
export interface Settings {
  server: SipServerOptions;
  tlsFiles: Partial<TlsFiles>;
  logLevel: string;
  exitWithParent: boolean;
  /** Only the help is wanted. */
  help: boolean;
}

export interface Flag {
  name: string;
  /** What stands for the value in the help; absent for a switch. */
  value?: string;
  repeatable?: boolean;
  /** Taken when the flag is not given. */
  default?: string;
  /** What the help has in the place of a default, where leaving the flag out does more than a value can say. */
  otherwise?: string;
  help: string;
  /** Called for each value; for a switch, when it is given. @throws Error that says what was expected */
  set(settings: Settings, text: string): void;
}

/** Something is wrong with how the process was started; the message says what and how to mend it. */
export class UsageError extends Error {}

const secretVariable = 'RINGBRIDGE_SIP_SECRET';
const defaults = defaultSipServerOptions;

function address(text: string): ListenAddress {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) throw new Error(`expected HOST:PORT, got ${text}`);
  return { host: (match[1] as string).replace(/^\[|\]$/g, ''), port };
}

/** A name server cannot be looked up. */
function numericAddress(text: string): ListenAddress {
  const found = address(text);
  if (isIP(found.host) === 0) throw new Error(`expected a numeric address with a port, got ${text}`);
  return found;
}

/** `HOST:PORT`, or `HOST:PORT/EXTERNAL` with what peers are told in the place of HOST. */
function listener(text: string): ListenAddress {
  const slash = text.indexOf('/');
  if (slash < 0) return address(text);
  return { ...address(text.slice(0, slash)), externalHost: hostName(text.slice(slash + 1)) };
}

function count(text: string): number {
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < 1) throw new Error(`expected a number above zero, got ${text}`);
  return number;
}

/** In milliseconds. */
const seconds = (text: string): number => count(text) * 1_000;

function hostName(text: string): string {
  if (!/^[A-Za-z0-9._:-]+$/.test(text)) throw new Error(`expected a host name or an address, got ${text}`);
  return text;
}

/** The text of a PEM file. */
function pem(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`cannot read the file: ${(error as Error).message}`);
  }
  if (!text.includes('-----BEGIN ')) throw new Error(`expected a PEM file, ${path} is none`);
  return text;
}

function logLevel(text: string): string {
  if (!(text in pino.levels.values)) throw new Error(`there is no level ${text}`);
  return text;
}

export const flags: readonly Flag[] = [
  {
    name: 'control',
    value: 'HOST:PORT',
    default: '127.0.0.1:9022',
    help: 'control port for applications',
    set: ({ server }, text) => {
      server.control = address(text);
    },
  },
  {
    name: 'control-tls',
    value: 'HOST:PORT',
    otherwise: 'none',
    help: 'the same over TLS',
    set: ({ server }, text) => {
      server.controlTls = address(text);
      server.controlTlsIdentity ??= { certificate: '', key: '' };
    },
  },
  {
    name: 'control-tls-cert',
    value: 'FILE',
    help: 'its certificate with the chain, PEM',
    set: ({ server }, text) => {
      server.controlTlsIdentity = { key: '', ...server.controlTlsIdentity, certificate: pem(text) };
    },
  },
  {
    name: 'control-tls-key',
    value: 'FILE',
    help: 'the key of the certificate, PEM',
    set: ({ server }, text) => {
      server.controlTlsIdentity = { certificate: '', ...server.controlTlsIdentity, key: pem(text) };
    },
  },
  {
    name: 'udp',
    value: 'HOST:PORT',
    repeatable: true,
    default: '127.0.0.1:5060',
    help: 'SIP over UDP',
    set: ({ server }, text) => server.udp.push(listener(text)),
  },
  {
    name: 'tcp',
    value: 'HOST:PORT',
    repeatable: true,
    help: 'SIP over TCP',
    set: ({ server }, text) => server.tcp.push(listener(text)),
  },
  {
    name: 'tls',
    value: 'HOST:PORT',
    repeatable: true,
    help: 'SIP over TLS',
    set: ({ server }, text) => server.tls.push(listener(text)),
  },
  {
    name: 'ws',
    value: 'HOST:PORT',
    repeatable: true,
    default: '127.0.0.1:5062',
    help: 'SIP over WebSocket',
    set: ({ server }, text) => server.ws.push(listener(text)),
  },
  {
    name: 'wss',
    value: 'HOST:PORT',
    repeatable: true,
    help: 'SIP over WebSocket over TLS',
    set: ({ server }, text) => server.wss.push(listener(text)),
  },
  {
    name: 'tls-cert',
    value: 'FILE',
    help: 'our certificate chain, PEM; read again on SIGHUP',
    set: (settings, text) => {
      settings.tlsFiles.certificate = text;
    },
  },
  {
    name: 'tls-key',
    value: 'FILE',
    help: 'its private key, PEM',
    set: (settings, text) => {
      settings.tlsFiles.key = text;
    },
  },
  {
    name: 'tls-ca',
    value: 'FILE',
    help: 'authorities trusted besides the public ones, PEM',
    set: (settings, text) => {
      settings.tlsFiles.authorities = text;
    },
  },
  {
    name: 'external-address',
    value: 'HOST',
    otherwise: 'the bound one',
    help: 'what peers are told as our address',
    set: ({ server }, text) => {
      server.externalAddress = hostName(text);
    },
  },
  {
    name: 'dns-server',
    value: 'HOST:PORT',
    otherwise: "the machine's own",
    help: 'the name server that is asked',
    set: ({ server }, text) => {
      server.dnsServer = numericAddress(text);
    },
  },
  {
    name: 'target-timeout',
    value: 'SECONDS',
    default: String(defaults.userAgent.targetMs / 1_000),
    help: 'silence of one of several targets before the next',
    set: ({ server }, text) => {
      server.userAgent.targetMs = seconds(text);
    },
  },
  {
    name: 'orphan-grace',
    value: 'SECONDS',
    default: String(defaults.userAgent.orphanGraceMs / 1_000),
    help: 'how long calls outlive their application',
    set: ({ server }, text) => {
      server.userAgent.orphanGraceMs = seconds(text);
    },
  },
  {
    name: 'max-waiting',
    value: 'N',
    default: String(defaults.userAgent.maxWaiting),
    help: 'requests one application may leave unanswered at once',
    set: ({ server }, text) => {
      server.userAgent.maxWaiting = count(text);
    },
  },
  {
    name: 'drain',
    value: 'SECONDS',
    default: String(defaults.drainMs / 1_000),
    help: 'how long to wait for answers when asked to end',
    set: ({ server }, text) => {
      server.drainMs = seconds(text);
    },
  },
  {
    name: 'max-dialogs',
    value: 'N',
    default: String(defaults.userAgent.maxDialogs),
    help: 'calls at once',
    set: ({ server }, text) => {
      server.userAgent.maxDialogs = count(text);
    },
  },
  {
    name: 'max-transactions',
    value: 'N',
    default: String(defaults.maxTransactions),
    help: 'SIP transactions at once',
    set: ({ server }, text) => {
      server.maxTransactions = count(text);
    },
  },
  {
    name: 'max-connections',
    value: 'N',
    default: String(defaults.maxFlows),
    help: 'SIP connections at once',
    set: ({ server }, text) => {
      server.maxFlows = count(text);
    },
  },
  {
    name: 'max-connections-per-source',
    value: 'N',
    default: String(defaults.connections.maxPerSource),
    help: 'of them TCP, TLS and WSS ones from one address',
    set: ({ server }, text) => {
      server.connections.maxPerSource = count(text);
    },
  },
  {
    name: 'connect-timeout',
    value: 'SECONDS',
    default: String(defaults.connections.connectTimeoutMs / 1_000),
    help: 'for a TCP or TLS connection of ours to be made',
    set: ({ server }, text) => {
      server.connections.connectTimeoutMs = seconds(text);
    },
  },
  {
    name: 'message-timeout',
    value: 'SECONDS',
    default: String(defaults.connections.messageTimeoutMs / 1_000),
    help: 'for a message over TCP or TLS to become complete',
    set: ({ server }, text) => {
      server.connections.messageTimeoutMs = seconds(text);
    },
  },
  {
    name: 'idle-timeout',
    value: 'SECONDS',
    default: String(defaults.connections.idleTimeoutMs / 1_000),
    help: 'after which a silent TCP or TLS connection is closed',
    set: ({ server }, text) => {
      server.connections.idleTimeoutMs = seconds(text);
    },
  },
  {
    name: 'log-level',
    value: 'LEVEL',
    default: 'info',
    help: 'trace, debug, info, warn, error',
    set: (settings, text) => {
      settings.logLevel = logLevel(text);
    },
  },
  {
    name: 'exit-with-parent',
    help: 'end when standard input closes',
    set: settings => {
      settings.exitWithParent = true;
    },
  },
  {
    name: 'help',
    help: 'this',
    set: settings => {
      settings.help = true;
    },
  },
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

/** The certificate, where one is needed or named. */
function tlsFilesOf({ server, tlsFiles }: Settings): TlsFiles | undefined {
  const { certificate, key, authorities } = tlsFiles;
  const needed = [...server.tls, ...server.wss].length > 0;
  if (!needed && certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw new UsageError('--tls and --wss need --tls-cert and --tls-key, which go together');
  return { certificate, key, authorities };
}

/** Flags and environment as settings; the secret is not looked for when only help is wanted. @throws UsageError */
export function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): Settings {
  const values = given(args);
  const settings: Settings = {
    server: { ...structuredClone(defaults), control: { host: '', port: 0 }, secret: '' },
    tlsFiles: {},
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
  settings.server.secret = secretOf(environment);
  settings.server.tlsFiles = tlsFilesOf(settings);
  return settings;
}
