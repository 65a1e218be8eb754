import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { completeConfig, demoPassword, loadConfig, settings, variableOf } from './config.js';

function folder(t: { teardown(fn: () => unknown): unknown }): string {
  const dir = mkdtempSync(join(tmpdir(), 'ringbridge-config-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Loads a file with this text; nothing of the real environment gets in. */
function load(cwd: string, text: string, env: Record<string, string> = {}) {
  writeFileSync(join(cwd, 'ringbridge.yaml'), text);
  return loadConfig({ env, cwd });
}

t.test('without a word everything has a default', t => {
  const cwd = folder(t);
  t.match(loadConfig({ env: {}, cwd }), {
    dataDir: join(cwd, 'data'),
    dialplanDir: join(cwd, 'dialplan'),
    httpHost: '127.0.0.1',
    publicUrl: 'http://localhost:8080',
    softphoneWsUrl: 'ws://127.0.0.1:5062',
    mediaExternalAddress: '127.0.0.1',
    sipServer: 'builtin',
    trustProxy: false,
    demo: true,
    iceServers: [],
    databaseUrl: undefined,
  });
  t.end();
});

t.test('the environment wins over the file, the file over the default', t => {
  const cwd = folder(t);
  const text =
    'httpPort: 8181\nsipUdpPort: 5070\ndemo: false\niceServers:\n  - urls: stun:stun.example.com:3478\n';
  const config = load(cwd, text, {
    RINGBRIDGE_HTTP_PORT: '8282',
    RINGBRIDGE_TRUST_PROXY: '10.0.0.0/8, 192.0.2.1',
    RINGBRIDGE_SIP_SERVER: '[2001:db8::1]:9022',
    RINGBRIDGE_LOG_LEVEL: '',
    RINGBRIDGE_SERVICE_HOST: 'set by the platform',
    RINGBRIDGE_TEST_DATABASE_URL: 'for the tests',
  });
  t.match(config, {
    httpPort: 8282,
    publicUrl: 'http://localhost:8282',
    sipUdpPort: 5070,
    demo: false,
    trustProxy: ['10.0.0.0/8', '192.0.2.1'],
    sipServer: { host: '2001:db8::1', port: 9022 },
    logLevel: 'info',
    iceServers: [{ urls: 'stun:stun.example.com:3478' }],
  });
  t.end();
});

t.test('a path in the file starts at the file', t => {
  const cwd = folder(t);
  mkdirSync(join(cwd, 'etc'));
  writeFileSync(join(cwd, 'etc', 'mine.yaml'), 'dataDir: ../var\n');
  t.equal(loadConfig({ env: { RINGBRIDGE_CONFIG: 'etc/mine.yaml' }, cwd }).dataDir, join(cwd, 'var'));
  t.equal(loadConfig({ env: {}, file: 'etc/mine.yaml', cwd }).dataDir, join(cwd, 'var'));
  t.equal(
    loadConfig({ env: { RINGBRIDGE_DATA_DIR: 'here' }, file: 'etc/mine.yaml', cwd }).dataDir,
    join(cwd, 'here'),
  );
  t.throws(() => loadConfig({ env: {}, file: 'none.yaml', cwd }), /none\.yaml does not exist/);
  t.end();
});

t.test('a wrong file is refused with file, line and reason', t => {
  const cwd = folder(t);
  const cases: [string, RegExp][] = [
    [
      '# mine\n\nhttpPort: eighty\n',
      /^ringbridge\.yaml:3:11: httpPort must be a whole number .*, not "eighty"$/,
    ],
    [
      'httpPort: 70000\n',
      /^ringbridge\.yaml:1:11: httpPort must be a whole number from 1 to 65535, not 70000$/,
    ],
    [
      'demo: true\nhtttpPort: 80\n',
      /^ringbridge\.yaml:2:1: there is no setting "htttpPort"; did you mean httpPort\?$/,
    ],
    ['demo: true\nfoo: 80\n', /^ringbridge\.yaml:2:1: there is no setting "foo"$/],
    ['httpPort: 80\nhttpPort: 81\n', /^ringbridge\.yaml:2:1: .*unique/],
    ['httpPort: 80\n  demo: [1,\n', /^ringbridge\.yaml:\d+:\d+: /],
    ['- a\n- b\n', /^ringbridge\.yaml:1:1: settings are written as "name: value"/],
    ['httpPort:\n', /^ringbridge\.yaml:1:\d+: httpPort must be .*, not nothing$/],
    ['publicUrl: http://example.com/path\n', /:1:12: publicUrl must be a URL .* has no path/],
    ['sipAddress: sip.example.com\n', /sipAddress must be an IP address/],
    ['iceServers:\n  - urls: turn:example.com\n', /^ringbridge\.yaml:2:3: iceServers must be a list/],
    ['logLevel: loud\n', /must be one of fatal, error, warn, info, debug, trace, not "loud"/],
    ['rtpPortFirst: 30000\n', /rtpPortLast \(29999\) must be greater than rtpPortFirst \(30000\)/],
    ['sipUdpPort: 20010\n', /sipUdpPort and rtpPortFirst both want UDP port 20010/],
    ['httpPort: 5062\n', /httpPort and sipWsPort both want TCP port 5062/],
    ['sipUdpPort: 5060\nsipTcpPort: 5062\n', /sipWsPort and sipTcpPort both want TCP port 5062/],
    ['sipTlsPort: 5061\n', /sipTlsPort needs sipTlsCertificate and sipTlsKey as well/],
    ['sipWssPort: 5063\nsipTlsKey: key.pem\n', /sipWssPort needs sipTlsCertificate as well/],
    ['sipTlsCertificate: cert.pem\n', /sipTlsCertificate needs sipTlsKey as well/],
    ['media: asterisk\n', /asteriskPassword .* must be set/],
    ['media: freeswitch\n', /freeswitchServers must name at least one\n.*freeswitchPassword .* must be set/],
    ['freeswitchServers:\n  - { host: a, wieght: 2 }\n', /freeswitchServers must be a list of \{host/],
    ['freeswitchServers:\n  - { eslPort: 8021 }\n', /freeswitchServers must be a list of \{host/],
    ['freeswitchServers:\n  - { host: a, weight: 0 }\n', /freeswitchServers must be a list of \{host/],
    ['__proto__: 1\n', /there is no setting "__proto__"/],
  ];
  for (const [text, message] of cases) {
    t.throws(() => load(cwd, text), { name: 'ConfigError', message }, JSON.stringify(text));
  }
  t.end();
});

t.test('FreeSWITCH servers need no more than their host', t => {
  const text =
    'media: freeswitch\nfreeswitchServers:\n  - { host: 10.0.0.11 }\n  - { host: "fe80::1", weight: 2 }\n';
  const { freeswitchServers } = load(folder(t), text, {
    RINGBRIDGE_FREESWITCH_PASSWORD: 'a-password-of-its-own',
  });
  t.same(freeswitchServers, [
    { host: '10.0.0.11', eslPort: 8021, sipPort: 5080, weight: 1 },
    { host: 'fe80::1', eslPort: 8021, sipPort: 5080, weight: 2 },
  ]);
  t.end();
});

t.test('every problem is named at once', t => {
  const cwd = folder(t);
  const env = { RINGBRIDGE_HTTP_PROT: '80', RINGBRIDGE_DEMO: 'maybe' };
  t.throws(() => load(cwd, 'sessionHours: 0\n', env), {
    message:
      'RINGBRIDGE_HTTP_PROT is no setting; did you mean RINGBRIDGE_HTTP_PORT?\n' +
      'ringbridge.yaml:1:15: sessionHours must be a whole number from 1 to 720, not 0\n' +
      'RINGBRIDGE_DEMO must be true or false, not "maybe"',
  });
  t.end();
});

t.test('a wrong secret is refused without being shown', t => {
  const cwd = folder(t);
  for (const [name, { hidden }] of Object.entries(settings)) {
    if (!('hidden' in settings[name as keyof typeof settings]) || !hidden) continue;
    const env = { [variableOf(name)]: 'hush hush' };
    const run = () => loadConfig({ env, cwd });
    t.throws(run, { message: new RegExp(`^${variableOf(name)} must be `) });
    try {
      run();
    } catch (error) {
      t.notMatch((error as Error).message, /hush/, name);
    }
  }
  t.end();
});

t.test('what is left open is made once and kept', t => {
  const cwd = folder(t);
  const config = loadConfig({ env: { RINGBRIDGE_SIP_SECRET: 'given-by-the-operator' }, cwd });
  const first = completeConfig(config);
  t.strictSame(completeConfig(config), first, 'the same the next time');
  t.equal(first.sipSecret, 'given-by-the-operator');
  t.match(first.databaseUrl, /^postgres:\/\/ringbridge:[\w-]{32}@127\.0\.0\.1:5433\/ringbridge$/);
  t.equal(first.databaseEmbedded, true);
  t.match(first.sipControl, { host: '127.0.0.1', port: 9022 });
  const secrets = [first.tokenKey, first.mediaSecret, first.phoneNetworkPassword];
  t.equal(new Set(secrets).size, 3);
  for (const secret of secrets)
    t.equal(settings.tokenKey.kind.read(secret), secret, 'long enough to be accepted');
  const file = join(cwd, 'data', 'secrets.json');
  if (process.platform !== 'win32') t.equal(statSync(file).mode & 0o777, 0o600);

  const { mediaSecret, ...older } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify(older));
  const next = completeConfig(config);
  t.equal(next.tokenKey, first.tokenKey);
  t.not(next.mediaSecret, mediaSecret, 'one that a newer version adds is made then');
  writeFileSync(file, '{"tokenKey": ');
  t.throws(() => completeConfig(config), { name: 'ConfigError', message: /secrets\.json is not valid JSON/ });
  t.end();
});

t.test('the well-known demo password is for this machine alone', t => {
  const local = { httpHost: '127.0.0.1', publicUrl: 'http://localhost:8080', demoPassword: undefined };
  t.equal(demoPassword(local, 'made'), 'ringbridge-demo');
  t.equal(
    demoPassword({ ...local, httpHost: '::1', publicUrl: 'http://[::1]:8080' }, 'made'),
    'ringbridge-demo',
  );
  t.equal(demoPassword({ ...local, httpHost: '0.0.0.0' }, 'made'), 'made');
  t.equal(
    demoPassword({ ...local, publicUrl: 'https://calls.example.com' }, 'made'),
    'made',
    'behind a proxy',
  );
  t.equal(demoPassword({ ...local, demoPassword: 'chosen' }, 'made'), 'chosen');
  t.end();
});
