import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { DialplanError, loadDialplan, type Trunk } from './index.js';
import { drawOrder } from './order.js';
import { schemaFiles } from './schema.js';

const trunks = 'trunks:\n  - name: a\n    address: sip:10.0.0.1\n';
const routes = "routes:\n  - prefix: '+'\n    trunks: [a]\n";

function load(
  t: { teardown(fn: () => unknown): unknown },
  files: { trunks?: string; routes?: string },
  environment = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'dialplan-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'trunks.yaml'), files.trunks ?? trunks);
  writeFileSync(join(folder, 'outbound.yaml'), files.routes ?? routes);
  return loadDialplan(folder, environment);
}

t.test('the files that come along', async t => {
  const environment = { RINGBRIDGE_PHONE_NETWORK_PASSWORD: 'x', RINGBRIDGE_PHONE_NETWORK_PORT: '6000' };
  const dialplan = loadDialplan('dialplan', environment);
  t.match(dialplan.trunksFor('+821012345678'), [
    {
      name: 'phone-network',
      hostPort: '127.0.0.1:6000',
      transport: 'udp',
      auth: { username: 'ringbridge', password: 'x' },
    },
  ]);
  t.ok(dialplan.trunkAt('127.0.0.1'));
  t.equal(
    loadDialplan('dialplan', { RINGBRIDGE_PHONE_NETWORK_PASSWORD: 'x' }).trunksFor('+82')[0]?.hostPort,
    '127.0.0.1:5090',
  );
  for (const [path, text] of Object.entries(schemaFiles())) {
    t.same(JSON.parse(readFileSync(path, 'utf8')), JSON.parse(text), `${path} is what write-schemas writes`);
  }
});

t.test('routes', async t => {
  const dialplan = load(t, {
    trunks: `${trunks}  - name: b\n    address: sip:trunk.example:5062;transport=tcp\n    sources: [10.1.0.0/16, '2001:db8::1']\n`,
    routes: `routes:
  - {pattern: '\\+8270\\d{8}', trunks: [b]}
  - {country: KR, trunks: [a, b]}
  - {prefix: '+1', trunks: [b]}
`,
  });
  const names = (number: string) => dialplan.trunksFor(number).map(({ name }) => name);
  t.same(names('+827012345678'), ['b']);
  t.same(names('+8270123456789'), ['a', 'b'], 'a pattern is for the whole number');
  t.same(names('+821012345678'), ['a', 'b']);
  t.same(names('+12025550123'), ['b']);
  t.same(names('+4930123456'), []);
  t.match(dialplan.trunksFor('+12025550123')[0], { hostPort: 'trunk.example:5062', transport: 'tcp' });
  t.same(
    ['10.0.0.1', '10.1.2.3', '2001:db8::1', '10.2.0.1', '2001:db8::2', 'nonsense'].map(
      address => dialplan.trunkAt(address) !== undefined,
    ),
    [true, true, true, false, false, false],
  );
});

const wrong: [what: string, files: { trunks?: string; routes?: string }, message: RegExp][] = [
  ['broken YAML', { trunks: 'trunks:\n  - name: [a\n' }, /trunks\.yaml:\d+:\d+: /],
  ['empty', { trunks: '' }, /trunks\.yaml:1:1: .*must be object/],
  ['a key twice', { trunks: 'trunks: []\ntrunks: []\n' }, /trunks\.yaml:2:1: .*unique/],
  [
    'unknown key',
    { trunks: `${trunks}    adress: x\n` },
    /trunks\.yaml:4:5: "adress" is not known .*address/,
  ],
  ['missing key', { trunks: 'trunks:\n  - name: a\n' }, /trunks\.yaml:2:5: "address" is missing/],
  [
    'wrong type',
    { trunks: trunks.replace('name: a', 'name: 5') },
    /trunks\.yaml:2:11: .*name.* must be string/,
  ],
  ['bad name', { trunks: trunks.replace('name: a', 'name: A B') }, /trunks\.yaml:2:11: .*Lower-case/],
  [
    'bad address',
    { trunks: trunks.replace('sip:', 'http:') },
    /trunks\.yaml:3:14: "http:10.0.0.1" is not of the form/,
  ],
  ['bad port', { trunks: trunks.replace('10.0.0.1', '10.0.0.1:99999') }, /trunks\.yaml:3:14: /],
  [
    'unset variable',
    { trunks: trunks.replace('10.0.0.1', '${'.concat('HOST}')) },
    /trunks\.yaml:3:14: .*HOST is not set/,
  ],
  [
    'unset password',
    { trunks: `${trunks}    auth:\n      username: u\n      passwordEnv: SECRET\n` },
    /trunks\.yaml:6:20: .*SECRET is not set/,
  ],
  [
    'a password in the file',
    { trunks: `${trunks}    auth: {username: u, password: p}\n` },
    /trunks\.yaml:4:/,
  ],
  ['same name', { trunks: trunks + trunks.slice(8) }, /trunks\.yaml:4:11: .*two trunks named "a"/],
  [
    'bad source',
    { trunks: `${trunks}    sources: [10.0.0.0/8, 10.0.0.0/64]\n` },
    /trunks\.yaml:4:27: "10.0.0.0\/64"/,
  ],
  [
    'national without country',
    { trunks: `${trunks}    numberFormat: national\n` },
    /trunks\.yaml:4:19: .*country/,
  ],
  ['no country', { trunks: `${trunks}    country: XX\n` }, /trunks\.yaml:4:14: .*XX/],
  ['unknown trunk', { routes: routes.replace('[a]', '[a, b]') }, /outbound\.yaml:3:17: .*"b"/],
  ['two conditions', { routes: `${routes}    country: KR\n` }, /outbound\.yaml:2:5: .*one of/],
  [
    'bad pattern',
    { routes: routes.replace("prefix: '+'", "pattern: '+'") },
    /outbound\.yaml:2:14: .*regular expression/i,
  ],
];
for (const [what, files, message] of wrong) {
  t.test(`refused: ${what}`, async t => {
    t.throws(() => load(t, files), { name: 'DialplanError', message });
  });
}

t.test('refused: no such folder', async t => {
  t.throws(() => loadDialplan('/nonexistent'), DialplanError);
});

t.test('neighbours with a weight share the calls, the others stand in their place', async t => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(name => ({ name }) as Trunk);
  const members = [
    { trunk: a!, weight: undefined },
    { trunk: b!, weight: 3 },
    { trunk: c!, weight: 1 },
    { trunk: d!, weight: undefined },
  ];
  const orderAt = (random: number) =>
    drawOrder(members, () => random)
      .map(({ name }) => name)
      .join('');
  t.equal(orderAt(0), 'abcd');
  t.equal(orderAt(0.74), 'abcd');
  t.equal(orderAt(0.75), 'acbd');
  t.equal(orderAt(0.999), 'acbd');
});

t.test('limits, checks and registrations of a trunk', async t => {
  const more = (...lines: string[]) => `${trunks}${lines.map(line => `    ${line}\n`).join('')}`;
  const manners = ['maxChannels: 30', 'callsPerSecond: 2.5', 'checkSeconds: 30'];
  t.match(load(t, { trunks: more(...manners) }).trunks, [
    {
      name: 'a',
      maxChannels: 30,
      callsPerSecond: 2.5,
      checkSeconds: 30,
      registerSeconds: undefined,
      sources: undefined,
    },
  ]);
  for (const line of ['maxChannels: 0', 'callsPerSecond: 0', 'checkSeconds: 1', 'registerSeconds: 5'])
    t.throws(() => load(t, { trunks: more(line) }), DialplanError, line);
  t.throws(() => load(t, { trunks: more('registerSeconds: 3600') }), /needs an account/);
  t.match(load(t, { trunks: more("number: '+82215880000'") }).trunks, [{ number: '+82215880000' }]);
  t.throws(() => load(t, { trunks: more("number: '0215880000'") }), /trunks\.yaml:\d+:\d+: /);
  const shared = "routes:\n  - prefix: '+'\n    trunks: [{trunk: a, weight: 2}]\n";
  t.match(load(t, { routes: shared }).trunksFor('+1'), [{ name: 'a' }]);
  t.throws(() => load(t, { routes: shared.replace('trunk: a', 'trunk: z') }), /no trunk named "z"/);
  t.throws(() => load(t, { routes: shared.replace('2}', '0}') }), DialplanError);
});
