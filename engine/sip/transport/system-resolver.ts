import { lookup, Resolver as NodeResolver } from 'node:dns/promises';
import { hostPort } from '../message/uri.js';
import type { AddressRecord, Records, Resolver } from './resolver.js';

/** Of the first try at one name server; about twice that for the second. */
const timeoutMs = 1_500;
const tries = 2;

/** What says that there is no such record, as against that nobody could be asked. */
const noRecords = new Set(['ENOTFOUND', 'ENODATA']);

const none = (error: unknown): { records: [] } => {
  if (noRecords.has((error as NodeJS.ErrnoException).code ?? '')) return { records: [] };
  throw error;
};

/**
 * The resolver of this machine.
 * @param server a name server that is asked in place of the machine's own ones, its host numeric. Hosts it does not know
 *   are looked up as the machine does.
 */
export function systemResolver(server?: { host: string; port: number }): Resolver {
  const dns = new NodeResolver({ timeout: timeoutMs, tries });
  if (server !== undefined) dns.setServers([hostPort(server.host, server.port)]);

  const a = async (name: string): Promise<Records<AddressRecord>> =>
    dns.resolve4(name, { ttl: true }).then(found => addresses(found, 4), none);
  const aaaa = async (name: string): Promise<Records<AddressRecord>> =>
    dns.resolve6(name, { ttl: true }).then(found => addresses(found, 6), none);
  const bySystem = async (name: string): Promise<Records<AddressRecord>> => {
    const found = await lookup(name, { all: true, order: 'verbatim' }).catch(error => none(error).records);
    return { records: found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 })) };
  };
  const byServer = async (name: string): Promise<Records<AddressRecord>> => {
    const answers = await Promise.allSettled([aaaa(name), a(name)]);
    const found = answers.flatMap(answer => (answer.status === 'fulfilled' ? [answer.value] : []));
    const records = found.flatMap(answer => answer.records);
    if (records.length === 0) return bySystem(name);
    return { records, ttl: Math.min(...found.map(({ ttl = Number.POSITIVE_INFINITY }) => ttl)) };
  };

  return {
    naptr: name => dns.resolveNaptr(name).then(records => ({ records }), none),
    srv: name =>
      dns
        .resolveSrv(name)
        .then(found => ({ records: found.map(({ name: target, ...rest }) => ({ ...rest, target })) }), none),
    a,
    aaaa,
    host: server === undefined ? bySystem : byServer,
  };
}

const addresses = (found: { address: string; ttl: number }[], family: 4 | 6): Records<AddressRecord> => ({
  records: found.map(({ address }) => ({ address, family })),
  ttl: Math.min(...found.map(({ ttl }) => ttl)),
});
