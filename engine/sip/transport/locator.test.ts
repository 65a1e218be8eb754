/** RFC 3263 section 4, step by step: what is asked for, and which targets come of it. */
import { test } from 'tap';
import { parseSipUri, type SipUri } from '../message/uri.js';
import { naptr, srv, type ZoneName, ZoneResolver } from '../testing/zone-resolver.js';
import { type Capabilities, Locator } from './locator.js';

const all: Capabilities = new Map([
  ['udp', [4, 6]],
  ['tcp', [4, 6]],
  ['tls', [4, 6]],
]);
const udpOnly: Capabilities = new Map([['udp', [4]]]);
const servfail = new Error('queryNaptr ESERVFAIL');
const timeout = new Error('queryA ETIMEOUT');
const loop = new Error('queryA EBADRESP');

const hosts: Record<string, ZoneName> = {
  h1: { host: ['192.0.2.1'] },
  h2: { host: ['192.0.2.2', '2001:db8::2'] },
  'h3.': { host: ['192.0.2.3'] },
};
const trunk: Record<string, ZoneName> = {
  ...hosts,
  'example.com': {
    naptr: [
      naptr(50, 50, 'SIP+D2T', '_sip._tcp.example.com'),
      naptr(90, 50, 'SIP+D2U', '_sip._udp.example.com'),
      naptr(10, 50, 'SIPS+D2T', '_sips._tcp.example.com'),
      naptr(1, 1, 'E2U+sip', 'nowhere.example.com'),
      { ...naptr(2, 1, 'SIP+D2U', '_x._udp.example.com'), flags: 'a' },
      { ...naptr(3, 1, 'SIP+D2U', '_y._udp.example.com'), regexp: '!^.*$!sip:a@b!' },
      naptr(4, 1, 'SIP+D2W', '_sip._ws.example.com'),
    ],
    host: ['192.0.2.99'],
  },
  '_sips._tcp.example.com': { srv: [srv(0, 1, 'h1', 5081)] },
  '_sip._tcp.example.com': { srv: [srv(1, 0, 'h2', 5071), srv(0, 0, 'h1', 5070)] },
  '_sip._udp.example.com': { srv: [srv(0, 0, 'h3.', 5060)] },
};
const noNaptr = { ...trunk, 'example.com': { host: ['192.0.2.99'] } };
const plain = { ...hosts, 'example.com': { host: ['192.0.2.99', '2001:db8::99'] } };

interface Case {
  name: string;
  uri: string;
  zone: Record<string, ZoneName>;
  capabilities?: Capabilities;
  targets: string[];
  asked?: string[];
}

const cases: Case[] = [
  { name: 'numeric host', uri: 'sip:192.0.2.7', zone: {}, targets: ['udp 192.0.2.7 5060'], asked: [] },
  {
    name: 'numeric host, sips',
    uri: 'sips:a@192.0.2.7',
    zone: {},
    targets: ['tls 192.0.2.7 5061'],
    asked: [],
  },
  { name: 'IPv6', uri: 'sip:[2001:db8::7]:5070', zone: {}, targets: ['udp 2001:db8::7 5070'], asked: [] },
  {
    name: 'a family that is not listened on',
    uri: 'sip:[2001:db8::7]',
    zone: {},
    capabilities: udpOnly,
    targets: [],
  },
  {
    name: 'numeric host with a transport',
    uri: 'sip:192.0.2.7;transport=TCP',
    zone: {},
    targets: ['tcp 192.0.2.7 5060'],
  },
  {
    name: 'maddr in the place of the host',
    uri: 'sip:example.com;maddr=192.0.2.8',
    zone: trunk,
    targets: ['udp 192.0.2.8 5060'],
    asked: [],
  },
  {
    name: 'a port: addresses only, UDP',
    uri: 'sip:example.com:5099',
    zone: trunk,
    targets: ['udp 192.0.2.99 5099'],
    asked: ['host example.com'],
  },
  {
    name: 'a port, sips: addresses only, TLS',
    uri: 'sips:example.com:5099',
    zone: trunk,
    targets: ['tls 192.0.2.99 5099'],
    asked: ['host example.com'],
  },
  {
    name: 'a transport: its SRV records, no NAPTR',
    uri: 'sip:example.com;transport=tcp',
    zone: trunk,
    targets: ['tcp 192.0.2.1 5070', 'tcp 2001:db8::2 5071', 'tcp 192.0.2.2 5071'],
    asked: ['SRV _sip._tcp.example.com', 'AAAA h1', 'A h1', 'AAAA h2', 'A h2'],
  },
  {
    name: 'a transport, sips',
    uri: 'sips:example.com;transport=tcp',
    zone: trunk,
    targets: ['tls 192.0.2.1 5081'],
  },
  { name: 'UDP and sips: nothing', uri: 'sips:example.com;transport=udp', zone: trunk, targets: [] },
  {
    name: 'transport=tls of a sip URI',
    uri: 'sip:example.com;transport=tls',
    zone: trunk,
    targets: ['tls 192.0.2.1 5081'],
  },
  {
    name: 'NAPTR: by order and preference, all that is supported',
    uri: 'sip:example.com',
    zone: trunk,
    targets: [
      'tls 192.0.2.1 5081',
      'tcp 192.0.2.1 5070',
      'tcp 2001:db8::2 5071',
      'tcp 192.0.2.2 5071',
      'udp 192.0.2.3 5060',
    ],
  },
  {
    name: 'NAPTR: what is not supported is passed by',
    uri: 'sip:example.com',
    zone: trunk,
    capabilities: udpOnly,
    targets: ['udp 192.0.2.3 5060'],
    asked: ['NAPTR example.com', 'SRV _sip._udp.example.com', 'A h3.'],
  },
  {
    name: 'NAPTR and sips: only TLS',
    uri: 'sips:example.com',
    zone: trunk,
    targets: ['tls 192.0.2.1 5081'],
    asked: ['NAPTR example.com', 'SRV _sips._tcp.example.com', 'AAAA h1', 'A h1'],
  },
  {
    name: 'NAPTR of the same order: by preference',
    uri: 'sip:example.com',
    zone: {
      ...trunk,
      'example.com': {
        naptr: [
          naptr(1, 20, 'sip+d2u', '_sip._udp.example.com'),
          naptr(1, 10, 'SIP+D2T', '_sip._tcp.example.com'),
        ],
      },
    },
    capabilities: new Map([
      ['udp', [4]],
      ['tcp', [4]],
    ]),
    targets: ['tcp 192.0.2.1 5070', 'tcp 192.0.2.2 5071', 'udp 192.0.2.3 5060'],
  },
  {
    name: 'no NAPTR: SRV for each transport',
    uri: 'sip:example.com',
    zone: noNaptr,
    targets: ['udp 192.0.2.3 5060', 'tcp 192.0.2.1 5070', 'tcp 2001:db8::2 5071', 'tcp 192.0.2.2 5071'],
  },
  {
    name: 'no NAPTR, sips: _sips only',
    uri: 'sips:example.com',
    zone: noNaptr,
    targets: ['tls 192.0.2.1 5081'],
  },
  {
    name: 'neither NAPTR nor SRV: the addresses, UDP',
    uri: 'sip:example.com',
    zone: plain,
    targets: ['udp 192.0.2.99 5060', 'udp 2001:db8::99 5060'],
    asked: [
      'NAPTR example.com',
      'SRV _sip._udp.example.com',
      'SRV _sip._tcp.example.com',
      'host example.com',
    ],
  },
  {
    name: 'neither NAPTR nor SRV, sips: the addresses, TLS',
    uri: 'sips:example.com',
    zone: plain,
    targets: ['tls 192.0.2.99 5061', 'tls 2001:db8::99 5061'],
  },
  {
    name: 'without SRV, a transport: its default port',
    uri: 'sip:example.com;transport=tls',
    zone: plain,
    targets: ['tls 192.0.2.99 5061', 'tls 2001:db8::99 5061'],
  },
  {
    name: 'a target that is a dot: not offered, and the addresses are not asked for',
    uri: 'sip:example.com',
    zone: { ...plain, '_sip._udp.example.com': { srv: [srv(0, 0, '.', 0)] } },
    targets: [],
  },
  {
    name: 'a dot for UDP, servers for TCP',
    uri: 'sip:example.com',
    zone: { ...noNaptr, '_sip._udp.example.com': { srv: [srv(0, 0, '', 0)] } },
    targets: ['tcp 192.0.2.1 5070', 'tcp 2001:db8::2 5071', 'tcp 192.0.2.2 5071'],
  },
  {
    name: 'NAPTR fails: SRV',
    uri: 'sip:example.com',
    zone: { ...noNaptr, 'example.com': { naptr: servfail } },
    capabilities: udpOnly,
    targets: ['udp 192.0.2.3 5060'],
  },
  {
    name: 'NAPTR leads nowhere: the addresses',
    uri: 'sip:example.com',
    zone: { 'example.com': { naptr: [naptr(1, 1, 'SIP+D2U', 'gone.example.com')], host: ['192.0.2.99'] } },
    targets: ['udp 192.0.2.99 5060'],
  },
  {
    name: 'SRV fails: the addresses',
    uri: 'sip:example.com',
    zone: { ...plain, '_sip._udp.example.com': { srv: timeout } },
    capabilities: udpOnly,
    targets: ['udp 192.0.2.99 5060'],
  },
  {
    name: 'a server whose name fails is passed by',
    uri: 'sip:example.com;transport=udp',
    zone: {
      ...hosts,
      '_sip._udp.example.com': { srv: [srv(0, 0, 'bad', 1), srv(1, 0, 'none', 2), srv(2, 0, 'h1', 3)] },
      bad: { host: loop },
    },
    targets: ['udp 192.0.2.1 3'],
  },
  { name: 'everything fails', uri: 'sip:example.com', zone: { 'example.com': { host: loop } }, targets: [] },
  { name: 'no such name', uri: 'sip:example.com', zone: {}, targets: [] },
  {
    name: 'a name longer than DNS has is not asked for',
    uri: `sip:${'a.'.repeat(130)}com`,
    zone: {},
    targets: [],
    asked: [],
  },
  {
    name: 'nor one with a label too long',
    uri: `sip:${'a'.repeat(64)}.com:5060`,
    zone: {},
    targets: [],
    asked: [],
  },
  {
    name: 'no more targets than anybody would try',
    uri: 'sip:example.com:5060',
    zone: { 'example.com': { host: Array.from({ length: 40 }, (_, i) => `192.0.2.${i}`) } },
    targets: Array.from({ length: 16 }, (_, i) => `udp 192.0.2.${i} 5060`),
  },
];

for (const { name, uri, zone, capabilities = all, targets, asked } of cases) {
  test(name, async t => {
    const resolver = new ZoneResolver(zone);
    const found: string[] = [];
    const locator = new Locator(resolver, () => 0);
    for await (const { protocol, address, port } of locator.targets(parseSipUri(uri) as SipUri, capabilities))
      found.push(`${protocol} ${address} ${port}`);
    t.same(found, targets);
    if (asked !== undefined) t.same(resolver.asked, asked);
  });
}

test('what is not tried is not looked up', async t => {
  const resolver = new ZoneResolver(trunk);
  const targets = new Locator(resolver, () => 0).targets(
    parseSipUri('sip:example.com;transport=tcp') as SipUri,
    all,
  );
  t.match((await targets.next()).value, { address: '192.0.2.1', port: 5070 });
  t.same(resolver.asked, ['SRV _sip._tcp.example.com', 'AAAA h1', 'A h1']);
});
