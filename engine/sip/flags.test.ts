/** The command line: what the table makes of it. */
import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { flags, helpText, readSettings } from './flags.js';
import { defaultSipServerOptions } from './options.js';

const environment = { RINGBRIDGE_SIP_SECRET: 'geheim' };

test('without flags the defaults are taken, and they are those of the options', async t => {
  const { server, logLevel, exitWithParent, help } = readSettings([], environment);
  t.same(server, {
    ...defaultSipServerOptions,
    control: { host: '127.0.0.1', port: 9022 },
    udp: [{ host: '127.0.0.1', port: 5060 }],
    ws: [{ host: '127.0.0.1', port: 5062 }],
    secret: 'geheim',
  });
  t.same({ logLevel, exitWithParent, help }, { logLevel: 'info', exitWithParent: false, help: false });
  t.same(defaultSipServerOptions.udp, [], 'the defaults themselves are left alone');
});

test('given flags take the place of the defaults; only what may be repeated adds up', async t => {
  const args = ['--udp=127.0.0.2:0', '--udp', '[::1]:5080', '--control', 'a:1', '--control', 'b:2'];
  const { server } = readSettings([...args, '--orphan-grace', '7', '--exit-with-parent'], environment);
  t.match(server, {
    udp: [
      { host: '127.0.0.2', port: 0 },
      { host: '::1', port: 5080 },
    ],
    control: { host: 'b', port: 2 },
    userAgent: { orphanGraceMs: 7_000 },
  });
});

test('the help needs no secret, and the help and the manual name every flag', async t => {
  t.equal(readSettings(['--help'], {}).help, true);
  const manual = readFileSync('docs/sip-server.md', 'utf8');
  for (const { name, value } of flags) {
    const written = value === undefined ? `--${name}` : `--${name} ${value}`;
    t.ok(helpText().includes(`  ${written} `), `the help has ${written}`);
    if (name !== 'help') t.ok(manual.includes(`| \`${written}\` |`), `the manual has ${written}`);
  }
});

test('listeners have external addresses, and TLS its files', async t => {
  const tls = ['--tls', '[::1]:0/2001:db8::7', '--tls-cert', 'c.pem', '--tls-key', 'k.pem'];
  t.match(readSettings(tls, environment).server, {
    tls: [{ host: '::1', port: 0, externalHost: '2001:db8::7' }],
    tlsFiles: { certificate: 'c.pem', key: 'k.pem' },
  });
  for (const half of [tls.slice(0, 2), tls.slice(0, 4), tls.slice(2, 4), ['--wss', '127.0.0.1:0']])
    t.throws(() => readSettings(half, environment), /--tls-cert and --tls-key/);
});

test('a wrong value is refused with the name of its flag', async t => {
  for (const { name, value } of flags) {
    // Whether a file is there, and what is in it, is found out when it is read; a text may be any.
    if (value === undefined || ['FILE', 'FOLDER', 'TEXT'].includes(value)) continue;
    t.throws(() => readSettings([`--${name}`, 'what? 99999999999'], environment), { message: `--${name}: ` });
  }
  t.throws(() => readSettings(['--udp', '127.0.0.1:70000'], environment), /--udp: expected HOST:PORT/);
  t.throws(() => readSettings([], { RINGBRIDGE_SIP_SECRET: 'a|b' }), /set RINGBRIDGE_SIP_SECRET/);
});

test('a scanner is not named by next to nothing', async t => {
  t.throws(() => readSettings(['--scanner', ''], environment), {
    message: '--scanner: expected 3 to 64 characters',
  });
  t.match(readSettings(['--scanner', 'my-scanner'], environment).server.guard.scanners.slice(-1), [
    'my-scanner',
  ]);
});
