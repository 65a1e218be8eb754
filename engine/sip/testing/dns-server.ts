/** A name server for tests: DNS over UDP on a free port of 127.0.0.1, from a table (RFC 1035, 2782, 3403, 3596). */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { ListenAddress } from '../options.js';
import type { NaptrRecord, SrvRecord } from '../transport/resolver.js';

export interface DnsName {
  naptr?: NaptrRecord[];
  srv?: SrvRecord[];
  /** Addresses of both families. */
  host?: string[];
  cname?: string;
  /** In the place of records. */
  fault?: 'servfail' | 'silent' | 'garbage';
}

const types = { a: 1, cname: 5, aaaa: 28, srv: 33, naptr: 35 };
const typeNames = new Map<number, string>(Object.entries(types).map(([name, code]) => [code, name]));
const ttlSeconds = 60;
const noError = 0;
const serverFailure = 2;
const nameError = 3;

const u16 = (...numbers: number[]): Buffer => {
  const data = Buffer.alloc(numbers.length * 2);
  for (const [index, number] of numbers.entries()) data.writeUInt16BE(number, index * 2);
  return data;
};
const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
const name = (value: string): Buffer =>
  Buffer.concat([
    ...value
      .split('.')
      .filter(label => label !== '')
      .map(text),
    Buffer.from([0]),
  ]);

function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const [left = '', right] = address.split('::');
  const groups = (part: string) =>
    part
      .split(':')
      .filter(group => group !== '')
      .map(group => Number(`0x${group}`));
  const end = right === undefined ? [] : groups(right);
  const start = groups(left);
  return u16(...start, ...Array<number>(8 - start.length - end.length).fill(0), ...end);
}

/** The data of the records of a type, each with its type. */
function recordsOf(found: DnsName, type: number): [number, Buffer][] {
  if (found.cname !== undefined) return [[types.cname, name(found.cname)]];
  const { naptr = [], srv = [], host = [] } = found;
  if (type === types.a)
    return host.filter(address => !isIPv6(address)).map(address => [type, addressBytes(address)]);
  if (type === types.aaaa) return host.filter(isIPv6).map(address => [type, addressBytes(address)]);
  if (type === types.srv)
    return srv.map(({ priority, weight, port, target }) => [
      type,
      Buffer.concat([u16(priority, weight, port), name(target)]),
    ]);
  if (type !== types.naptr) return [];
  return naptr.map(({ order, preference, flags, service, regexp, replacement }) => [
    type,
    Buffer.concat([u16(order, preference), text(flags), text(service), text(regexp), name(replacement)]),
  ]);
}

export class DnsServer {
  /** As `type name`, in order. */
  readonly asked: string[] = [];
  private constructor(
    private readonly socket: Socket,
    readonly names: Record<string, DnsName>,
  ) {
    socket.on('message', (query, { port, address }) => {
      const answer = this.#answer(query);
      if (answer !== undefined) socket.send(answer, port, address);
    });
  }

  static async start(names: Record<string, DnsName>): Promise<DnsServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new DnsServer(socket, names);
  }

  get address(): ListenAddress {
    return { host: '127.0.0.1', port: this.socket.address().port };
  }

  #answer(query: Buffer): Buffer | undefined {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const asked = labels.join('.').toLowerCase();
    const type = query.readUInt16BE(at + 1);
    this.asked.push(`${typeNames.get(type)} ${asked}`);
    const found = this.names[asked];
    if (found?.fault === 'silent') return undefined;
    if (found?.fault === 'garbage') return Buffer.concat([query.subarray(0, 2), Buffer.alloc(7, 0xff)]);
    const records: Buffer[] = [];
    let owner = asked;
    // As a name server that looks itself after aliases, and gives up on those that run in a circle.
    for (let alias: string | undefined = asked, left = 8; alias !== undefined && left > 0; left -= 1) {
      owner = alias;
      const here: DnsName = this.names[alias] ?? {};
      for (const [kind, data] of recordsOf(here, type))
        records.push(name(owner), u16(kind, 1, 0, ttlSeconds, data.length), data);
      alias = here.cname;
    }
    const code = found === undefined ? nameError : found.fault === 'servfail' ? serverFailure : noError;
    const header = u16(query.readUInt16BE(0), 0x8180 | code, 1, records.length / 3, 0, 0);
    return Buffer.concat([header, query.subarray(12, at + 5), ...records]);
  }

  async close(): Promise<void> {
    this.socket.close();
    await once(this.socket, 'close');
  }
}
