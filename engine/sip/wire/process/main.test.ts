/** The server as a process: flags, the ready line, how it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { makeCertificate } from '../../../media/webrtc/certificate.js';
import { RawApplication } from '../../testing/raw-application.js';
import { testCertificate } from '../../testing/tls-files.js';

const main = fileURLToPath(new URL('../../main.js', import.meta.url));
const anyPorts = ['--control', '127.0.0.1:0', '--udp', '127.0.0.1:0', '--ws', '127.0.0.1:0'];

function start(flags: string[], secret: string | undefined) {
  const env = { ...process.env, RINGBRIDGE_SIP_SECRET: secret ?? '' };
  const child = spawn(process.execPath, [main, ...flags], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { out: '', err: '' };
  child.stdout.on('data', data => {
    output.out += data;
  });
  child.stderr.on('data', data => {
    output.err += data;
  });
  return { child, output, exited: once(child, 'close') };
}

test('it says when it is ready, takes a login, and ends when asked', async t => {
  for (const end of ['SIGTERM', 'SIGINT', 'stdin'] as const) {
    const { child, output, exited } = start(
      [...anyPorts, '--udp', '127.0.0.1:0', '--exit-with-parent'],
      'geheim',
    );
    t.teardown(() => child.kill('SIGKILL'));
    while (!output.out.includes('\n')) await once(child.stdout, 'data');
    const ready = JSON.parse(output.out);
    t.match(ready, {
      ready: true,
      udp: [/^127\.0\.0\.1:\d+$/, /^127\.0\.0\.1:\d+$/],
      ws: [/^127\.0\.0\.1:\d+$/],
    });
    const [host, port] = ready.control.split(':');
    const application = await RawApplication.open({ host, port: Number(port) });
    t.equal((await application.login('geheim'))[0], 'OK');
    if (end === 'stdin') child.stdin.end();
    else child.kill(end);
    t.equal((await exited)[0], 0, end);
    t.notOk(output.err.includes('geheim'), 'the secret is in no log');
    for (const line of output.err.trim().split('\n')) t.type(JSON.parse(line), 'object');
  }
});

test('the TLS control port is open when its files are named', async t => {
  const folder = t.testdir();
  const { certificatePem, keyPem } = makeCertificate('localhost');
  writeFileSync(join(folder, 'cert.pem'), certificatePem);
  writeFileSync(join(folder, 'key.pem'), keyPem);
  const files = [
    '--control-tls-key',
    join(folder, 'key.pem'),
    '--control-tls-cert',
    join(folder, 'cert.pem'),
  ];
  const { child, output, exited } = start([...anyPorts, '--control-tls', '127.0.0.1:0', ...files], 'geheim');
  t.teardown(() => child.kill('SIGKILL'));
  while (!output.out.includes('\n')) await once(child.stdout, 'data');
  const { controlTls } = JSON.parse(output.out);
  const port = Number(controlTls.split(':')[1]);
  const socket = connect({ host: '127.0.0.1', port, ca: certificatePem, servername: 'localhost' });
  await once(socket, 'secureConnect');
  t.equal((await new RawApplication(socket).login('geheim'))[0], 'OK');
  child.kill('SIGTERM');
  t.equal((await exited)[0], 0);
});

test('every transport is in the ready line, and SIGHUP renews the certificate', async t => {
  const certificate = testCertificate(t, 'localhost');
  const listeners = ['--tcp', '127.0.0.1:0', '--tls', '127.0.0.1:0', '--wss', '127.0.0.1:0'];
  const files = ['--tls-cert', certificate.files.certificate, '--tls-key', certificate.files.key];
  const { child, output, exited } = start([...anyPorts, ...listeners, ...files], 's');
  t.teardown(() => child.kill('SIGKILL'));
  while (!output.out.includes('\n')) await once(child.stdout, 'data');
  const ready = JSON.parse(output.out);
  for (const protocol of ['udp', 'tcp', 'tls', 'ws', 'wss'])
    t.match(ready[protocol], [/^127\.0\.0\.1:\d+$/], protocol);
  const port = Number(ready.tls[0].split(':')[1]);
  const greeted = async (ca: string) => {
    const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost' });
    await once(socket, 'secureConnect');
    socket.destroy();
  };
  await greeted(certificate.certificate);
  certificate.renew();
  child.kill('SIGHUP');
  while (!output.err.includes('certificates read again')) await once(child.stderr, 'data');
  await greeted(certificate.certificate);
  child.kill('SIGTERM');
  t.equal((await exited)[0], 0);
});

test('what is wrong is said in one sentence, with exit code 2', async t => {
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const { port } = taken.address() as { port: number };
  const cases: [string[], string | undefined, RegExp][] = [
    [anyPorts, undefined, /^set RINGBRIDGE_SIP_SECRET to /],
    [
      [...anyPorts.slice(2), '--control', `127.0.0.1:${port}`],
      's',
      new RegExp(`127.0.0.1:${port} \\(--control\\): the port is already in use`),
    ],
    [[...anyPorts.slice(0, 4), '--ws', `127.0.0.1:${port}`], 's', new RegExp(`127.0.0.1:${port} \\(--ws\\)`)],
    [['--udp', '127.0.0.1'], 's', /^--udp: expected HOST:PORT/],
    [
      [...anyPorts, '--control-tls', '127.0.0.1:0'],
      's',
      /^--control-tls needs --control-tls-cert and --control-tls-key, which go together/,
    ],
    [['--wss', '127.0.0.1:0'], 's', /^--tls and --wss need --tls-cert and --tls-key/],
    [
      [
        ...anyPorts,
        '--tls',
        '127.0.0.1:0',
        '--tls-cert',
        '/nowhere/cert.pem',
        '--tls-key',
        '/nowhere/key.pem',
      ],
      's',
      /^cannot use the certificate in \/nowhere\/cert\.pem: /,
    ],
    [['--control-tls-key', '/nowhere/key.pem'], 's', /^--control-tls needs --control-tls-cert/],
    [['--request-handler-ca', '/nowhere/ca.pem'], 's', /^--request-handler-ca: cannot read the file: /],
    [['--nonsense'], 's', /--nonsense/],
    [['--orphan-grace', 'soon'], 's', /^--orphan-grace: expected a number/],
    [['--log-level', 'loud'], 's', /^--log-level: there is no level loud/],
  ];
  for (const [flags, secret, sentence] of cases) {
    const { output, exited } = start(flags, secret);
    t.equal((await exited)[0], 2, flags.join(' '));
    t.match(output.err, sentence);
    t.equal(output.err.trim().split('\n').length, 1);
    t.equal(output.out, '');
  }
});
