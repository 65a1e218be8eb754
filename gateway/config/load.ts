import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ConfigError } from './error.js';
import { readEntries } from './file.js';
import { file, folder } from './kinds.js';
import { type Config, type Setting, type SettingName, settings, variableOf } from './settings.js';
import { suggestion } from './suggestion.js';

export interface ConfigSources {
  /** Variables named RINGBRIDGE_…; they win over the file. */
  env: Readonly<Record<string, string | undefined>>;
  /** A file to read. Default: the one RINGBRIDGE_CONFIG names, or ringbridge.yaml in `cwd` if there is one. */
  file?: string;
  /** Where relative paths start. Default: the process's. */
  cwd?: string;
}

export const defaultFile = 'ringbridge.yaml';
const names = Object.keys(settings) as SettingName[];
/** Relative ones start at the place where they are written. */
const isPath = (name: SettingName) => settings[name].kind === folder || settings[name].kind === file;
const isName = (word: string): word is SettingName => Object.hasOwn(settings, word);

/** A value that was given, and how to name its place in a complaint. */
interface Given {
  value: unknown;
  at: string;
}

function findFile({ env, file }: ConfigSources, cwd: string): string | undefined {
  const named = file ?? env.RINGBRIDGE_CONFIG;
  if (named) return resolve(cwd, named);
  const usual = join(cwd, defaultFile);
  return existsSync(usual) ? usual : undefined;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function readValue(name: SettingName, given: Given, problems: string[]): unknown {
  const { kind, hidden } = settings[name] as Setting<unknown>;
  const value = kind.read(given.value);
  if (value === undefined) {
    const what = given.at === variableOf(name) ? given.at : `${given.at}: ${name}`;
    problems.push(`${what} must be ${kind.expected}${hidden ? '' : `, not ${shown(given.value)}`}`);
  }
  return value;
}

function fromFile(path: string, cwd: string, problems: string[]): Map<SettingName, Given> {
  const nearby = relative(cwd, path);
  const found = new Map<SettingName, Given>();
  for (const { key, value, keyAt, valueAt } of readEntries(path, nearby.startsWith('..') ? path : nearby)) {
    if (!isName(key)) {
      const meant = suggestion(key, names);
      problems.push(`${keyAt}: there is no setting ${shown(key)}${meant ? `; did you mean ${meant}?` : ''}`);
    } else if (typeof value === 'string' && isPath(key)) {
      found.set(key, { value: value && resolve(dirname(path), value), at: valueAt });
    } else {
      found.set(key, { value, at: valueAt });
    }
  }
  return found;
}

function fromEnvironment(env: ConfigSources['env'], problems: string[]): Map<SettingName, Given> {
  const found = new Map<SettingName, Given>();
  const variables = new Map(names.map(name => [variableOf(name), name]));
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('RINGBRIDGE_') || variable === 'RINGBRIDGE_CONFIG' || !value) continue;
    const name = variables.get(variable);
    if (name) {
      found.set(name, { value, at: variable });
      continue;
    }
    // Only what looks like a slip is refused: platforms set variables of their own (RINGBRIDGE_SERVICE_HOST).
    const meant = suggestion(
      variable.slice(11),
      [...variables.keys()].map(known => known.slice(11)),
    );
    if (meant && !variable.startsWith('RINGBRIDGE_TEST_')) {
      problems.push(`${variable} is no setting; did you mean RINGBRIDGE_${meant}?`);
    }
  }
  return found;
}

export interface PortUse {
  name: SettingName;
  protocol: 'tcp' | 'udp';
  first: number;
  last: number;
}

/** Those of the SIP server that are open only when they are asked for. */
const wantedSipPorts = (config: Config) =>
  (['sipTcpPort', 'sipTlsPort', 'sipWssPort'] as const).filter(name => config[name] !== undefined);

/** The ports this configuration makes somebody listen on. */
export function portUses(config: Config): PortUse[] {
  const one = (name: SettingName, protocol: 'tcp' | 'udp'): PortUse => {
    const port = config[name] as number;
    return { name, protocol, first: port, last: port };
  };
  const eachProcess = (name: SettingName, protocol: 'tcp' | 'udp'): PortUse => {
    const first = config[name] as number;
    return { name, protocol, first, last: first + config.mediaProcesses - 1 };
  };
  const builtin = config.sipServer === 'builtin';
  return [
    one('httpPort', 'tcp'),
    ...(config.databaseUrl === undefined ? [one('databasePort', 'tcp')] : []),
    ...(builtin ? [one('sipControlPort', 'tcp'), one('sipWsPort', 'tcp'), one('sipUdpPort', 'udp')] : []),
    ...(builtin ? wantedSipPorts(config).map(name => one(name, 'tcp')) : []),
    ...(config.media === 'builtin'
      ? [
          eachProcess('mediaControlPort', 'tcp'),
          ...(config.mediaWebrtcPort === 0 ? [] : [eachProcess('mediaWebrtcPort', 'udp')]),
          {
            name: 'rtpPortFirst',
            protocol: 'udp',
            first: config.rtpPortFirst,
            last: config.rtpPortLast,
          } as const,
        ]
      : []),
    ...(config.phoneNetwork
      ? [
          one('phoneNetworkPort', 'udp'),
          {
            name: 'phoneNetworkRtpFirst',
            protocol: 'udp',
            first: config.phoneNetworkRtpFirst,
            last: config.phoneNetworkRtpLast,
          } as const,
        ]
      : []),
  ];
}

/** Two settings that cannot both be had. */
function checkPorts(config: Config, problems: string[]) {
  for (const [first, last] of [
    ['rtpPortFirst', 'rtpPortLast'],
    ['phoneNetworkRtpFirst', 'phoneNetworkRtpLast'],
  ] as const) {
    // A leg takes an even port for RTP, and leaves the odd one after it to RTCP (RFC 3550 section 11).
    if (config[last] < config[first] + 1) {
      problems.push(`${last} (${config[last]}) must be greater than ${first} (${config[first]})`);
    }
  }
  const uses = portUses(config);
  uses.forEach((use, index) => {
    for (const other of uses.slice(index + 1)) {
      if (use.protocol !== other.protocol || use.last < other.first || other.last < use.first) continue;
      const where = Math.max(use.first, other.first);
      problems.push(
        `${use.name} and ${other.name} both want ${use.protocol.toUpperCase()} port ${where}; give one of them another`,
      );
    }
  });
}

function checkMedia(config: Config, problems: string[]) {
  const need = (there: boolean, what: string) => {
    if (!there) problems.push(`media is ${config.media}: ${what}`);
  };
  if (config.media === 'freeswitch') {
    need(config.freeswitchServers.length > 0, 'freeswitchServers must name at least one');
    need(
      config.freeswitchPassword !== undefined,
      'freeswitchPassword (RINGBRIDGE_FREESWITCH_PASSWORD) must be set',
    );
  }
  if (config.media === 'asterisk') {
    need(
      config.asteriskPassword !== undefined,
      'asteriskPassword (RINGBRIDGE_ASTERISK_PASSWORD) must be set',
    );
  }
}

/** Nobody speaks TLS without a certificate, and no certificate is of use without its key. */
function checkCertificate(config: Config, problems: string[]) {
  const files = ['sipTlsCertificate', 'sipTlsKey'] as const;
  const missing = files.filter(name => config[name] === undefined);
  const needing = [...(['sipTlsPort', 'sipWssPort'] as const), ...files].find(
    name => config[name] !== undefined,
  );
  if (needing !== undefined && missing.length > 0)
    problems.push(`${needing} needs ${missing.join(' and ')} as well`);
}

/**
 * Every setting from the environment, else the file, else its default. Reads at most one file and touches
 * nothing. Throws ConfigError that lists everything that is wrong, each with its place, a line each.
 */
export function loadConfig(sources: ConfigSources): Config {
  const cwd = resolve(sources.cwd ?? process.cwd());
  const problems: string[] = [];
  const path = findFile(sources, cwd);
  const given = new Map([
    ...(path ? fromFile(path, cwd, problems) : []),
    ...fromEnvironment(sources.env, problems),
  ]);
  const read = new Map([...given].map(([name, value]) => [name, readValue(name, value, problems)]));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const config: Record<string, unknown> = {};
  for (const name of names) {
    const { fallback } = settings[name] as Setting<unknown>;
    if (read.has(name)) config[name] = read.get(name);
    else config[name] = typeof fallback === 'function' ? fallback(config as Config) : fallback;
    if (isPath(name) && config[name] !== undefined) config[name] = resolve(cwd, config[name] as string);
  }
  checkPorts(config as Config, problems);
  checkMedia(config as Config, problems);
  checkCertificate(config as Config, problems);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config as Config;
}
