import { isIP } from 'node:net';
import { isSupportedCountry } from 'libphonenumber-js';
import { ApiError, type ErrorCode } from '../../errors.js';
import type { NumberFormat } from '../phone-number.js';
import { AddressList } from './address-list.js';
import type { TrunkEntry } from './schema.js';

export interface Trunk {
  /** By which all gateways know what they know of it together: of the operator's its name. */
  key: string;
  /** What history, logs and people call it. */
  name: string;
  /** Whose own it is; the operator's is everybody's. */
  tenantId?: string;
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

const addressPattern =
  /^sip:((?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?(?:;transport=(udp|tcp|tls))?$/;

/**
 * A trunk as its entry says. What the schema alone cannot tell is refused here, for files and for administrators alike.
 * @throws ApiError, its field being a key of the entry
 */
export function readTrunk(
  entry: Omit<TrunkEntry, 'auth'>,
  { key = entry.name, auth }: { key?: string; auth: Trunk['auth'] },
): Trunk {
  const { name, address, fromDomain, country, numberFormat = 'e164', callerIdFormat = 'e164' } = entry;
  const { maxChannels, callsPerSecond, inboundPerSecond, checkSeconds, registerSeconds, number } = entry;
  const match = addressPattern.exec(address);
  const port = Number(match?.[2] ?? 5060);
  if (!match || port < 1 || port > 65_535) throw fault('trunk_address_wrong', 'address', { address });
  if (registerSeconds !== undefined && !auth) throw fault('trunk_account_missing', 'registerSeconds');
  if (!country && numberFormat === 'national') throw fault('trunk_country_missing', 'numberFormat');
  if (!country && callerIdFormat === 'national') throw fault('trunk_country_missing', 'callerIdFormat');
  requireCountry(country);
  return {
    ...{ key, name, auth, fromDomain, country, numberFormat, callerIdFormat },
    hostPort: match[2] ? `${match[1]}:${match[2]}` : match[1]!,
    transport: (match[3] as Trunk['transport'] | undefined) ?? 'udp',
    ...{ maxChannels, callsPerSecond, inboundPerSecond, checkSeconds, registerSeconds, number },
    sources: entry.sources && readSources(entry.sources),
  };
}

function fault(code: ErrorCode, field: string, params: Record<string, string> = {}): ApiError {
  return new ApiError(code, { field, params });
}

/** @throws ApiError country_unknown */
export function requireCountry(country: string | undefined): void {
  if (country !== undefined && !isSupportedCountry(country))
    throw fault('country_unknown', 'country', { country });
}

function readSources(sources: readonly string[]): AddressList {
  const list = new AddressList();
  sources.forEach((source, index) => {
    if (!list.add(source)) throw fault('trunk_source_wrong', `sources.${index}`, { source });
  });
  return list;
}

/** The host of a trunk's address, and its port where it names one. */
export function partsOf({ hostPort }: Pick<Trunk, 'hostPort'>): { host: string; port: string | undefined } {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(hostPort) ?? [];
  return { host: bracketed ?? plain ?? '', port };
}

/** Where a trunk calls from that does not call our contact: its sources, or its address, if that is no name. */
export function callingFrom(trunk: Trunk): AddressList {
  if (trunk.sources) return trunk.sources;
  const list = new AddressList();
  const { host } = partsOf(trunk);
  if (isIP(host) !== 0) list.add(host);
  return list;
}
