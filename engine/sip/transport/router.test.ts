/** Which way a URI leads: over which socket, to which address, or why nowhere. */
import { test } from 'tap';
import { FakeClock } from '../testing/fake-clock.js';
import { FakeFlow } from '../testing/fake-flow.js';
import { naptr, srv, type ZoneName, ZoneResolver } from '../testing/zone-resolver.js';
import { FailedTargets } from './failed-targets.js';
import { FlowTable } from './flow-table.js';
import { Locator } from './locator.js';
import { type Route, TransportRouter } from './router.js';
import type { Flow, LocalAddress, Protocol, Transport } from './transport.js';

/** A flow as `protocol local > remote`, with the domain where one was given. */
class OpenedFlow extends FakeFlow {
  constructor(
    override readonly local: LocalAddress,
    override readonly remoteAddress: string,
    override readonly remotePort: number,
    readonly domainGiven: string | undefined,
  ) {
    super(local.protocol !== 'udp');
  }

  get text(): string {
    const { protocol, address } = this.local;
    const domain = protocol === 'tls' ? ` as ${this.domainGiven}` : '';
    return `${protocol} ${address} > ${this.remoteAddress} ${this.remotePort}${domain}`;
  }
}

function transport(protocol: Protocol, address: string, port = 5060, opens = true): Transport {
  const local = { protocol, address, port, advertisedHost: address === '10.0.0.1' ? '203.0.113.9' : address };
  return {
    local,
    flowTo: (to, toPort, domain) => (opens ? new OpenedFlow(local, to, toPort, domain) : undefined),
    close: () => Promise.resolve(),
  };
}

const sockets = {
  loopback: transport('udp', '127.0.0.1'),
  udp4: transport('udp', '10.0.0.1'),
  udp6: transport('udp', '2001:db8::1'),
  tcp: transport('tcp', '10.0.0.1'),
  tls: transport('tls', '10.0.0.1', 5061),
  ws: transport('ws', '10.0.0.1', 80, false),
};
const everything = Object.values(sockets);

function routerOf(transports: Transport[], names: Record<string, ZoneName> = {}) {
  const flows = new FlowTable(10);
  const clock = new FakeClock();
  const locator = new Locator(new ZoneResolver(names), () => 0);
  const router = new TransportRouter(flows, locator, new FailedTargets(clock));
  for (const each of transports) router.add(each);
  return { router, flows, clock };
}

const written = (flow: Flow): string => (flow as OpenedFlow).text;

function described(route: Route): string {
  if (route.kind === 'flow') return written(route.flow);
  if (route.kind === 'refused') return `refused: ${route.reason}`;
  return route.kind === 'name' ? `name, from ${route.local.protocol} ${route.local.address}` : route.kind;
}

const cases: [uri: string, way: string, transports?: Transport[]][] = [
  ['sip:192.0.2.1', 'udp 10.0.0.1 > 192.0.2.1 5060'],
  ['sip:192.0.2.1:5070', 'udp 10.0.0.1 > 192.0.2.1 5070'],
  ['sip:127.0.0.1:5070', 'udp 127.0.0.1 > 127.0.0.1 5070'],
  ['sip:127.0.0.1:5070', 'udp 10.0.0.1 > 127.0.0.1 5070', [sockets.udp4]],
  ['sip:[2001:db8::2]', 'udp 2001:db8::1 > 2001:db8::2 5060'],
  ['sip:[2001:db8::2]', 'refused: transport', [sockets.udp4]],
  ['sip:192.0.2.1;transport=TCP', 'tcp 10.0.0.1 > 192.0.2.1 5060'],
  ['sip:192.0.2.1;transport=tls', 'tls 10.0.0.1 > 192.0.2.1 5061 as 192.0.2.1'],
  ['sips:192.0.2.1', 'tls 10.0.0.1 > 192.0.2.1 5061 as 192.0.2.1'],
  ['sips:a@192.0.2.1:5070;transport=tcp', 'tls 10.0.0.1 > 192.0.2.1 5070 as 192.0.2.1'],
  ['sips:192.0.2.1', 'refused: transport', [sockets.udp4, sockets.tcp]],
  ['sips:192.0.2.1;transport=udp', 'refused: transport'],
  ['sip:192.0.2.1;transport=sctp', 'refused: transport'],
  ['sip:example.com;maddr=192.0.2.3', 'udp 10.0.0.1 > 192.0.2.3 5060'],
  ['sip:example.com', 'name, from udp 127.0.0.1'],
  ['sip:example.com', 'name, from tcp 10.0.0.1', [sockets.tcp, sockets.ws]],
  ['sip:example.com', 'refused: transport', [sockets.ws]],
  ['sips:example.com', 'name, from tls 10.0.0.1'],
  ['sips:example.com', 'refused: transport', [sockets.udp4]],
  ['sip:example.com;transport=tcp', 'name, from tcp 10.0.0.1'],
  ['sip:a@example.com;transport=ws', 'unreachable'],
  ['sip:a@b.invalid', 'unreachable'],
  ['sips:a@b.invalid;transport=ws', 'unreachable'],
  ['sip:192.0.2.1:4000;transport=ws', 'unreachable'],
  ['sip:127.0.0.1', 'refused: self'],
  ['sip:x@203.0.113.9', 'refused: self'],
  ['sip:10.0.0.1;transport=tcp', 'refused: self'],
  ['sips:10.0.0.1', 'refused: self'],
  ['sip:x@example.com;maddr=127.0.0.1', 'refused: self'],
  ['tel:123', 'refused: invalid'],
  ['sip:127.0.0.1:99999', 'refused: invalid'],
];

for (const [uri, way, transports = everything] of cases) {
  test(`${uri} with ${transports.length} sockets: ${way}`, async t => {
    t.equal(described(routerOf(transports).router.route(uri)), way);
  });
}

const zone: Record<string, ZoneName> = {
  'example.com': {
    naptr: [
      naptr(1, 0, 'SIPS+D2T', '_sips._tcp.example.com'),
      naptr(2, 0, 'SIP+D2U', '_sip._udp.example.com'),
    ],
  },
  '_sips._tcp.example.com': { srv: [srv(0, 0, 'a.example.net', 5061)] },
  '_sip._udp.example.com': { srv: [srv(0, 0, 'a.example.net', 5070), srv(1, 0, 'self.example.net', 5060)] },
  'a.example.net': { host: ['192.0.2.1', '2001:db8::9'] },
  'self.example.net': { host: ['10.0.0.1', '203.0.113.9'] },
};

/** All flows to a name, in order. */
async function flowsTo(router: TransportRouter, uri: string, failing = false): Promise<string[]> {
  const route = router.route(uri);
  if (route.kind !== 'name') throw new Error(`${uri} is no name`);
  const targets = route.targets();
  const found: string[] = [];
  for (let flow = await targets.next(); flow !== undefined; flow = await targets.next()) {
    found.push(written(flow));
    if (failing) targets.failed(flow);
  }
  return found;
}

test('a name leads to flows of the transports and families there are, never to ourselves', async t => {
  const { router } = routerOf(everything, zone);
  t.same(await flowsTo(router, 'sip:example.com'), [
    // The certificate has to be for the domain of the URI, whatever the records say (RFC 5922 section 4).
    'tls 10.0.0.1 > 192.0.2.1 5061 as example.com',
    'udp 2001:db8::1 > 2001:db8::9 5070',
    'udp 10.0.0.1 > 192.0.2.1 5070',
  ]);
  t.same(await flowsTo(routerOf([sockets.udp4], zone).router, 'sip:example.com'), [
    'udp 10.0.0.1 > 192.0.2.1 5070',
  ]);
});

test('those that failed come last, for a while', async t => {
  const { router, clock } = routerOf([sockets.udp4], {
    'example.com': { host: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] },
  });
  const uri = 'sip:example.com:5060';
  const order = async () => (await flowsTo(router, uri)).map(flow => flow.at(-6)).join('');
  const route = router.route(uri);
  const targets = route.kind === 'name' ? route.targets() : undefined;
  targets?.failed((await targets.next()) as Flow);
  t.equal(await order(), '231');
  targets?.failed((await targets.next()) as Flow, 60_000);
  t.equal(await order(), '312');
  clock.pass(30_000);
  t.equal(await order(), '132');
  clock.pass(30_000);
  t.equal(await order(), '123');
  await flowsTo(router, uri, true);
  t.equal(await order(), '123', 'when all have failed, none is better than the other');
});

test('what registered over a connection is reached over it, whatever DNS says', async t => {
  const { router, flows } = routerOf(everything, zone);
  const browser = new FakeFlow(true);
  flows.add(browser);
  flows.bind('sip:x@b.invalid;transport=ws', browser);
  flows.bind('sip:trunk@example.com', browser);
  const found = router.route('sip:x@b.invalid;transport=ws');
  t.equal(found.kind === 'flow' && found.flow, browser);
  t.equal(router.route('sip:trunk@example.com').kind, 'name', 'but a trunk cannot be taken that way');
});
