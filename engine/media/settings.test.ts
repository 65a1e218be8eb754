import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { readSettings } from './settings.js';

const environment = { RINGBRIDGE_MEDIA_SECRET: 'a secret of some length' };
const main = fileURLToPath(new URL('./main.js', import.meta.url));

t.test('defaults are for one machine', async t => {
  const settings = readSettings([], environment);
  t.match(settings, { controlHost: '127.0.0.1', controlPort: 9023, address: '127.0.0.1', webrtcPort: 0 });
  t.same(settings?.rtpPorts, { first: 20000, last: 29999 });
  t.equal(readSettings(['--help'], {}), undefined);
  t.equal(readSettings(['--control', '[::1]:9'], environment)?.controlHost, '::1');
});

t.test('a setting that cannot be used is refused by its name', async t => {
  const bad: [string[], RegExp][] = [
    [['--control', 'nowhere'], /--control/],
    [['--control', 'localhost:99999'], /--control/],
    [['--address', 'a.example'], /--address/],
    [['--address', '0.0.0.0'], /--external-address/],
    [['--external-address', ''], /--external-address/],
    [['--rtp-ports', '30000-20000'], /--rtp-ports/],
    [['--rtp-ports', '80-90'], /--rtp-ports/],
    [['--webrtc-port', '-1'], /--webrtc-port/],
    [['--rtp-timeout', 'soon'], /--rtp-timeout/],
    [['--colour', 'red'], /--colour/],
  ];
  for (const [args, why] of bad)
    t.throws(() => readSettings(args, environment), { name: 'SettingError', message: why });
  t.throws(() => readSettings([], {}), { message: /RINGBRIDGE_MEDIA_SECRET/ });
  t.throws(() => readSettings([], { RINGBRIDGE_MEDIA_SECRET: 'short' }), { message: /16/ });
});

/** Runs the engine until it ends by itself, and gives its exit code and what it said. */
async function run(...flags: string[]): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, [main, ...flags], { env: { ...process.env, ...environment } });
  let said = '';
  child.stderr.on('data', chunk => {
    said += chunk;
  });
  const [code] = await once(child, 'close');
  return { code: code as number, said };
}

t.test('a port that is taken is one sentence with the setting, and exit code 2', async t => {
  const tcp = createServer().listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as { port: number };
  const control = await run('--control', `127.0.0.1:${port}`);
  t.equal(control.code, 2);
  t.match(control.said, new RegExp(`^media engine: .*${port}.*--control\n$`));
  tcp.close();
  const udp = createSocket('udp4').bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const mux = await run('--control', '127.0.0.1:0', '--webrtc-port', String(udp.address().port));
  t.equal(mux.code, 2);
  t.match(mux.said, /--webrtc-port/);
  udp.close();
});

t.test('it ends with its parent', async t => {
  const child = spawn(process.execPath, [main, '--control', '127.0.0.1:0', '--exit-with-parent'], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  child.stdin.end();
  t.same(await once(child, 'exit'), [0, null]);
});
