import t from 'tap';
import type { Trunk } from '../dialplan/trunk.js';
import { AddressGuard, isPublic, type NameServer } from './address-guard.js';

t.test('what is a public address', async t => {
  for (const address of ['203.0.113.7', '8.8.8.8', '172.15.0.1', '172.32.0.1', '2a00:1450::1', '100.63.0.1'])
    t.ok(isPublic(address), address);
  for (const address of [
    ...[
      '127.0.0.1',
      '127.255.0.9',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.0.1',
      '169.254.169.254',
    ],
    ...[
      '0.0.0.0',
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::',
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
    ],
    ...['fe80::1', 'fd00::1', 'ff02::1', '64:ff9b::7f00:1', '2002:7f00:1::', '::127.0.0.1', 'a.name', ''],
  ])
    t.notOk(isPublic(address), address);
});

/** Names as they stand in the table. */
function namesOf(table: Record<string, string[]>): NameServer & { asked: string[] } {
  const asked: string[] = [];
  const find = (kind: string) => async (name: string) => {
    asked.push(`${kind} ${name}`);
    return table[`${kind} ${name}`] ?? [];
  };
  return { asked, addresses: find('A'), srv: find('SRV'), naptr: find('NAPTR') };
}

const trunk = (hostPort: string, more: Partial<Trunk> = {}) => ({
  ...{ hostPort, transport: 'udp' as const, tenantId: 'shop' },
  ...more,
});

t.test('a company’s trunk leads to public addresses only, the operator’s where he wants', async t => {
  const guard = new AddressGuard(false, namesOf({}));
  t.equal(await guard.bar(trunk('203.0.113.7:5080')), undefined);
  t.same(await guard.bar(trunk('127.0.0.1:5060')), { why: 'private', address: '127.0.0.1' });
  t.same(await guard.bar(trunk('[::1]:5060')), { why: 'private', address: '::1' });
  t.equal(await guard.bar({ hostPort: '127.0.0.1', transport: 'udp' }), undefined, 'of the operator');
  t.equal(await new AddressGuard(true, namesOf({})).bar(trunk('127.0.0.1')), undefined, 'he lets them');
});

t.test('a name is followed as the SIP server follows it', async t => {
  const names = namesOf({
    'A good.example': ['203.0.113.7'],
    'A mixed.example': ['203.0.113.7', '10.0.0.9'],
    'SRV _sip._udp.far.example': ['good.example', 'mixed.example'],
    'A far.example': ['203.0.113.8'],
    'NAPTR told.example': ['_sip._tcp.inner.example'],
    'SRV _sip._tcp.inner.example': ['inner.example'],
    'A inner.example': ['192.168.3.3'],
    'SRV _sips._tcp.tls.example': ['inner.example'],
    'A tls.example': ['203.0.113.9'],
    // What the C library makes of short forms of addresses.
    'A 127.1': ['127.0.0.1'],
  });
  const guard = new AddressGuard(false, names);
  const barred = async (hostPort: string, more?: Partial<Trunk>) => {
    const bar = await guard.bar(trunk(hostPort, more));
    return bar && ('address' in bar ? bar.address : bar.why);
  };
  t.equal(await barred('good.example'), undefined);
  t.equal(await barred('mixed.example'), '10.0.0.9');
  t.equal(await barred('nowhere.example'), 'unknown');
  t.equal(await barred('far.example'), '10.0.0.9', 'by its SRV record');
  t.equal(await barred('far.example:5060'), undefined, 'a port leaves SRV records out');
  t.equal(await barred('told.example'), '192.168.3.3', 'by its NAPTR record');
  t.equal(await barred('tls.example', { transport: 'tls' }), '192.168.3.3');
  t.equal(await barred('127.1'), '127.0.0.1');
  const before = names.asked.length;
  await barred('good.example');
  t.equal(names.asked.length, before, 'what was just asked is believed');
});
