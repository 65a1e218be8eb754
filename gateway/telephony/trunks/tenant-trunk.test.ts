import t from 'tap';
import { loadDialplan } from '../dialplan/index.js';
import type { TenantTrunkEntry } from '../dialplan/schema.js';
import { Lines } from './lines.js';
import { inOrder, readTenantTrunk } from './tenant-trunk.js';

const read = (entry: Partial<TenantTrunkEntry>, tenantId = 'shop') =>
  readTenantTrunk(
    { name: 'carrier', address: 'sip:203.0.113.7', ...entry },
    { tenantId, key: `own:${entry.name}`, auth: undefined },
  );

t.test('what a company says wrong of its trunk is refused with the field', async t => {
  for (const [entry, code, field] of [
    [{ address: 'carrier.example' }, 'trunk_address_wrong', 'address'],
    [{ address: 'sip:a@carrier.example' }, 'trunk_address_wrong', 'address'],
    [{ address: 'sip:carrier.example:70000' }, 'trunk_address_wrong', 'address'],
    [{ address: 'sip:$' + '{HOME}' }, 'trunk_address_wrong', 'address'],
    [{ registerSeconds: 600 }, 'trunk_account_missing', 'registerSeconds'],
    [{ numberFormat: 'national' }, 'trunk_country_missing', 'numberFormat'],
    [{ callerIdFormat: 'national' }, 'trunk_country_missing', 'callerIdFormat'],
    [{ country: 'XX' }, 'country_unknown', 'country'],
    [{ sources: ['203.0.113.1', '1.2.3.4/99'] }, 'trunk_source_wrong', 'sources.1'],
    [{ sources: ['0.0.0.0/0'] }, 'trunk_source_wide', 'sources.0'],
    [{ sources: ['203.0.113.0/28', '2001:db8::/16'] }, 'trunk_source_wide', 'sources.1'],
  ] as const)
    t.throws(() => read(entry as Partial<TenantTrunkEntry>), { code, field }, JSON.stringify(entry));
  t.match(read({ sources: ['203.0.0.0/16', '2001:db8::/32'], country: 'KR', numberFormat: 'national' }), {
    ...{ tenantId: 'shop', hostPort: '203.0.113.7', transport: 'udp' },
    ...{ prefixes: ['+'], priority: 10, weight: 1 },
  });
});

t.test('the order in which a company’s trunks are tried', async t => {
  const trunks = [
    read({ name: 'last', priority: 20 }),
    read({ name: 'heavy', priority: 1, weight: 1000 }),
    read({ name: 'light', priority: 1 }),
    read({ name: 'abroad', prefixes: ['+1', '+49'] }),
  ];
  const names = (number: string) => inOrder(trunks, number).map(({ name }) => name);
  t.equal(names('+821012345678').at(-1), 'last');
  t.same(new Set(names('+821012345678')), new Set(['heavy', 'light', 'last']));
  t.same(names('+4930123456').slice(2), ['abroad', 'last']);
  const firsts = Array.from({ length: 200 }, () => names('+821012345678')[0]);
  t.ok(firsts.filter(name => name === 'heavy').length > 150, 'by their weights');
});

t.test('whose calls go over which trunks', async t => {
  const lines = new Lines(loadDialplan('dialplan', { RINGBRIDGE_PHONE_NETWORK_PASSWORD: 'x' }));
  lines.take([read({ name: 'own', prefixes: ['+82'] }), read({ name: 'their' }, 'bakery')], ['bakery']);
  const names = (tenantId: string, number: string, operatorOnly = false) =>
    lines.candidates({ tenantId, number, operatorOnly }).map(({ name }) => name);
  const [korea, america] = ['+821012345678', '+12025550123'];
  t.same(names('shop', korea), ['own', 'phone-network']);
  t.same(names('shop', america), ['phone-network'], 'no trunk of its own is for that number');
  t.same(names('bakery', korea), ['their'], 'not over the operator’s');
  t.same(names('bakery', korea, true), ['phone-network'], 'but for what is to be proven to him');
  t.same(names('florist', korea), ['phone-network']);
  t.same(
    lines.ownAt('203.0.113.7').map(({ name }) => name),
    ['own', 'their'],
  );
  t.same(lines.ownAt('203.0.113.8'), []);
});
