/** The resolver of the machine, asking a name server over the wire. */
import { test } from 'tap';
import { DnsServer } from '../testing/dns-server.js';
import { naptr, srv } from '../testing/zone-resolver.js';
import { systemResolver } from './system-resolver.js';

const names = {
  'example.com': { naptr: [naptr(10, 20, 'SIP+D2U', '_sip._udp.example.com')] },
  '_sip._udp.example.com': { srv: [srv(1, 2, 'a.example.com', 5070), srv(3, 4, 'b.example.com', 5080)] },
  'a.example.com': { host: ['127.0.0.1', '2001:db8::7', '127.0.0.2'] },
  'alias.example.com': { cname: 'a.example.com' },
  'loop1.example.com': { cname: 'loop2.example.com' },
  'loop2.example.com': { cname: 'loop1.example.com' },
  'servfail.example.com': { fault: 'servfail' as const },
  'garbage.example.com': { fault: 'garbage' as const },
  'empty.example.com': {},
};

test('what the records say', async t => {
  const server = await DnsServer.start(names);
  t.teardown(() => server.close());
  const resolver = systemResolver(server.address);
  t.match(await resolver.naptr('example.com'), { records: names['example.com'].naptr });
  t.match(await resolver.srv('_sip._udp.example.com'), { records: names['_sip._udp.example.com'].srv });
  t.same(await resolver.a('a.example.com'), {
    records: [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ],
    ttl: 60,
  });
  t.same(await resolver.aaaa('a.example.com'), { records: [{ address: '2001:db8::7', family: 6 }], ttl: 60 });
  t.same((await resolver.a('alias.example.com')).records.length, 2);
  const host = await resolver.host('a.example.com');
  t.same(
    host.records.map(({ address }) => address),
    ['2001:db8::7', '127.0.0.1', '127.0.0.2'],
  );
  t.equal(host.ttl, 60);
});

test('no records and no answer are two things', async t => {
  const server = await DnsServer.start(names);
  t.teardown(() => server.close());
  const resolver = systemResolver(server.address);
  for (const type of ['naptr', 'srv', 'a', 'aaaa'] as const) {
    const ask = (name: string): Promise<{ records: unknown[] }> => resolver[type](name);
    t.same((await ask('empty.example.com')).records, [], `${type}: no record of this type`);
    t.same((await ask('unknown.example.com')).records, [], `${type}: no such name`);
    await t.rejects(ask('servfail.example.com'), { code: 'ESERVFAIL' });
    await t.rejects(ask('garbage.example.com'));
    t.ok(
      await ask('loop1.example.com').then(
        ({ records }) => records.length === 0,
        () => true,
      ),
      `${type}: aliases that run in a circle lead nowhere`,
    );
  }
});

test('what the name server does not know is looked up as the machine does', async t => {
  const server = await DnsServer.start({});
  t.teardown(() => server.close());
  for (const resolver of [systemResolver(), systemResolver(server.address)]) {
    const { records } = await resolver.host('localhost');
    t.ok(records.some(({ address }) => address === '127.0.0.1' || address === '::1'));
  }
  t.same(server.asked.sort(), ['a localhost', 'aaaa localhost']);
});
