import { join } from 'node:path';
import { ApiError } from '../../errors.js';
import { countryOf } from '../phone-number.js';
import type { AddressList } from './address-list.js';
import { drawOrder, type Share } from './order.js';
import { outboundFile, type RouteEntry, type TrunkEntry, trunksFile } from './schema.js';
import { SourceFile } from './source-file.js';
import { callingFrom, readTrunk, requireCountry, type Trunk } from './trunk.js';

export { DialplanError } from './error.js';
export type { Trunk } from './trunk.js';

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
    const fail: Fail = (key, reason) => trunksSource.error(['trunks', index, ...key.split('.')], reason);
    if (trunks.has(entry.name)) throw fail('name', `there are two trunks named "${entry.name}"`);
    const trunk = placed(fail, () => readEntry(entry, environment, fail));
    trunks.set(trunk.name, trunk);
    callers.push({ trunk, addresses: callingFrom(trunk) });
  });

  const outboundSource = new SourceFile(join(folder, 'outbound.yaml'), outboundFile);
  const routes = outboundSource.value.routes.map((entry, index) => {
    const fail: Fail = (key, reason) => outboundSource.error(['routes', index, ...key.split('.')], reason);
    const members = entry.trunks.map((member, position): Share => {
      const { trunk: name, weight } =
        typeof member === 'string' ? { trunk: member, weight: undefined } : member;
      const trunk = trunks.get(name);
      if (!trunk) throw fail(`trunks.${position}`, `there is no trunk named "${name}" in trunks.yaml`);
      return { trunk, weight };
    });
    return { fits: placed(fail, () => readCondition(entry, fail)), members };
  });

  return {
    trunks: [...trunks.values()],
    trunksFor: number => drawOrder(routes.find(({ fits }) => fits(number))?.members ?? []),
    trunkAt: address => callers.find(({ addresses }) => addresses.includes(address))?.trunk,
  };
}

type Fail = (key: string, reason: string) => Error;

/** What is refused of an entry, with its place in the file. */
function placed<T>(fail: Fail, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ApiError ? fail(error.field ?? '', error.message) : error;
  }
}

function readEntry(entry: TrunkEntry, environment: Environment, fail: Fail): Trunk {
  const address = entry.address.replace(
    /\$\{([A-Z_][A-Z0-9_]*)(?::-([^}]*))?\}/g,
    (_match, name, fallback) => {
      const value = environment[name] || fallback;
      if (value === undefined)
        throw fail('address', `environment variable ${name} is not set and there is no default`);
      return value;
    },
  );
  return readTrunk({ ...entry, address }, { auth: entry.auth && readAuth(entry.auth, environment, fail) });
}

function readAuth(auth: NonNullable<TrunkEntry['auth']>, environment: Environment, fail: Fail) {
  const password = environment[auth.passwordEnv];
  if (!password) throw fail('auth.passwordEnv', `environment variable ${auth.passwordEnv} is not set`);
  return { username: auth.username, password };
}

function readCondition({ prefix, country, pattern }: RouteEntry, fail: Fail): (number: string) => boolean {
  const conditions = [prefix, country, pattern].filter(condition => condition !== undefined);
  if (conditions.length !== 1) throw fail('', 'a route needs one of "prefix", "country" and "pattern"');
  requireCountry(country);
  if (prefix !== undefined) return number => number.startsWith(prefix);
  if (country !== undefined) return number => countryOf(number) === country;
  try {
    const expression = new RegExp(`^(?:${pattern})$`);
    return number => expression.test(number);
  } catch (error) {
    throw fail('pattern', error instanceof Error ? error.message : String(error));
  }
}
