import { isIP } from 'node:net';
import { join } from 'node:path';
import { isSupportedCountry } from 'libphonenumber-js';
import { countryOf, type NumberFormat } from '../phone-number.js';
import { AddressList } from './address-list.js';
import { drawOrder, type Share } from './order.js';
import { outboundFile, type RouteEntry, type TrunkEntry, trunksFile } from './schema.js';
import { SourceFile } from './source-file.js';

export { DialplanError } from './error.js';

export interface Trunk {
  name: string;
  /** `host[:port]`, as it stands in a URI. */
  hostPort: string;
  transport: 'udp' | 'tcp' | 'tls';
  auth?: { username: string; password: string };
  fromDomain?: string;
  country?: string;
  numberFormat: NumberFormat;
  callerIdFormat: NumberFormat;
  /** Calls at the same time. */
  maxChannels?: number;
  callsPerSecond?: number;
  /** Calls that come from it, each second; twice as many at once. */
  inboundPerSecond?: number;
  /** How often OPTIONS is sent. */
  checkSeconds?: number;
  /** For how long we register with it. */
  registerSeconds?: number;
  /** What is dialled by a call that names no number. */
  number?: string;
  /** Where it calls from, if its entry says so: from nowhere else then. */
  sources?: AddressList;
}

export interface Dialplan {
  /** All trunks, in the order of the file. */
  readonly trunks: readonly Trunk[];
  /** The trunks to try for an E.164 number, in the order drawn for this call; none when no route fits. */
  trunksFor(number: string): Trunk[];
  /** The trunk that calls from that address: of several the first of the file. */
  trunkAt(address: string): Trunk | undefined;
}

type Environment = Record<string, string | undefined>;

/**
 * Reads `trunks.yaml` and `outbound.yaml` of a folder.
 * @throws DialplanError with file, line, column and reason
 */
export function loadDialplan(folder: string, environment: Environment = process.env): Dialplan {
  const trunksSource = new SourceFile(join(folder, 'trunks.yaml'), trunksFile);
  const callers: { trunk: Trunk; addresses: AddressList }[] = [];
  const trunks = new Map<string, Trunk>();
  trunksSource.value.trunks.forEach((entry, index) => {
    const fail = (key: string, reason: string) =>
      trunksSource.error(['trunks', index, ...key.split('.')], reason);
    if (trunks.has(entry.name)) throw fail('name', `there are two trunks named "${entry.name}"`);
    const trunk = readTrunk(entry, environment, fail);
    trunks.set(trunk.name, trunk);
    callers.push({ trunk, addresses: trunk.sources ?? ownAddress(trunk) });
  });

  const outboundSource = new SourceFile(join(folder, 'outbound.yaml'), outboundFile);
  const routes = outboundSource.value.routes.map((entry, index) => {
    const fail = (key: string, reason: string) =>
      outboundSource.error(['routes', index, ...key.split('.')], reason);
    const members = entry.trunks.map((member, position): Share => {
      const { trunk: name, weight } =
        typeof member === 'string' ? { trunk: member, weight: undefined } : member;
      const trunk = trunks.get(name);
      if (!trunk) throw fail(`trunks.${position}`, `there is no trunk named "${name}" in trunks.yaml`);
      return { trunk, weight };
    });
    return { fits: readCondition(entry, fail), members };
  });

  return {
    trunks: [...trunks.values()],
    trunksFor: number => drawOrder(routes.find(({ fits }) => fits(number))?.members ?? []),
    trunkAt: address => callers.find(({ addresses }) => addresses.includes(address))?.trunk,
  };
}

type Fail = (key: string, reason: string) => Error;

const addressPattern =
  /^sip:((?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?(?:;transport=(udp|tcp|tls))?$/;

function readTrunk(entry: TrunkEntry, environment: Environment, fail: Fail): Trunk {
  const address = entry.address.replace(
    /\$\{([A-Z_][A-Z0-9_]*)(?::-([^}]*))?\}/g,
    (_match, name, fallback) => {
      const value = environment[name] || fallback;
      if (value === undefined)
        throw fail('address', `environment variable ${name} is not set and there is no default`);
      return value;
    },
  );
  const match = addressPattern.exec(address);
  const port = Number(match?.[2] ?? 5060);
  if (!match || port < 1 || port > 65_535) {
    throw fail('address', `"${address}" is not of the form sip:host[:port][;transport=udp|tcp|tls]`);
  }
  const { name, fromDomain, country, numberFormat = 'e164', callerIdFormat = 'e164' } = entry;
  const { maxChannels, callsPerSecond, inboundPerSecond, checkSeconds, registerSeconds, number } = entry;
  if (registerSeconds !== undefined && !entry.auth)
    throw fail('registerSeconds', 'a registration needs "auth": its username is who registers');
  if ((numberFormat === 'national' || callerIdFormat === 'national') && !country) {
    throw fail(
      numberFormat === 'national' ? 'numberFormat' : 'callerIdFormat',
      'national needs "country" to be given',
    );
  }
  assertCountry(country, fail);
  return {
    name,
    hostPort: match[2] ? `${match[1]}:${match[2]}` : match[1]!,
    transport: (match[3] as Trunk['transport'] | undefined) ?? 'udp',
    auth: entry.auth && readAuth(entry.auth, environment, fail),
    fromDomain,
    country,
    numberFormat,
    callerIdFormat,
    maxChannels,
    callsPerSecond,
    inboundPerSecond,
    checkSeconds,
    registerSeconds,
    number,
    sources: entry.sources && readSources(entry.sources, fail),
  };
}

function readAuth(auth: NonNullable<TrunkEntry['auth']>, environment: Environment, fail: Fail) {
  const password = environment[auth.passwordEnv];
  if (!password) throw fail('auth.passwordEnv', `environment variable ${auth.passwordEnv} is not set`);
  return { username: auth.username, password };
}

function assertCountry(country: string | undefined, fail: Fail): void {
  if (country !== undefined && !isSupportedCountry(country))
    throw fail('country', `"${country}" is not a country with telephone numbers`);
}

function readSources(sources: readonly string[], fail: Fail): AddressList {
  const list = new AddressList();
  sources.forEach((source, index) => {
    if (!list.add(source)) throw fail(`sources.${index}`, `"${source}" is not an address or a network`);
  });
  return list;
}

/** The address that calls are sent to, if it is no name. */
function ownAddress({ hostPort }: Trunk): AddressList {
  const host = hostPort.startsWith('[') ? hostPort.slice(1).split(']')[0]! : hostPort.split(':')[0]!;
  const list = new AddressList();
  if (isIP(host) !== 0) list.add(host);
  return list;
}

function readCondition({ prefix, country, pattern }: RouteEntry, fail: Fail): (number: string) => boolean {
  const conditions = [prefix, country, pattern].filter(condition => condition !== undefined);
  if (conditions.length !== 1) throw fail('', 'a route needs one of "prefix", "country" and "pattern"');
  assertCountry(country, fail);
  if (prefix !== undefined) return number => number.startsWith(prefix);
  if (country !== undefined) return number => countryOf(number) === country;
  try {
    const expression = new RegExp(`^(?:${pattern})$`);
    return number => expression.test(number);
  } catch (error) {
    throw fail('pattern', error instanceof Error ? error.message : String(error));
  }
}
