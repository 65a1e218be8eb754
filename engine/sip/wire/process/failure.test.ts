/** What an error of our own may cost: the one message it is about, and nothing else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, secret } from '../../testing/harness.js';
import { PeerCall, peerRequest } from '../../testing/peer.js';
import { RawApplication } from '../../testing/raw-application.js';
import type { TimerHandle } from '../../transaction/clock.js';

/** Stands for whatever we did not think of: fails once each time it is told to. */
class FailingClock extends FakeClock {
  failing = false;

  override after(ms: number, action: () => void): TimerHandle {
    if (!this.failing) return super.after(ms, action);
    this.failing = false;
    throw new Error('not thought of');
  }
}

test('a message that we fail over is answered and dropped', async t => {
  const clock = new FailingClock();
  const harness = await Harness.start({}, { clock });
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  const peer = await harness.udpPeer();

  clock.failing = true;
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  call.ackFailure(await peer.response(500, 'INVITE'));
  clock.failing = true;
  const message = `sip|||\r\nOPTIONS sip:a@127.0.0.1:${peer.port} SIP/2.0\r\n\r\n`;
  t.same(await application.ask(message), ['NOK', 'Server error: not thought of']);
  clock.failing = true;
  const identity = { callId: 'o', from: '<sip:a@example.com>;tag=1', to: '<sip:b@example.com>', sequence: 1 };
  peer.sendText(peerRequest(peer, { method: 'OPTIONS', uri: harness.uri, ...identity }));
  await harness.until(() => !clock.failing);

  t.same(await application.ask('ping'), ['OK', 'pong']);
  new PeerCall(peer, harness.uri).invite();
  await application.sip('INVITE');
  t.equal(harness.server.sizes().exchanges, 1);
});

test('an error that nobody catches does not end the process', async t => {
  // Ends up where a timer or a closing connection of ours would.
  const fault = `process.on('SIGUSR2', () => { throw new Error('not thought of'); });`;
  const flags = [
    '--import',
    `data:text/javascript,${encodeURIComponent(fault)}`,
    fileURLToPath(new URL('../../main.js', import.meta.url)),
    ...['--control', '127.0.0.1:0', '--udp', '127.0.0.1:0', '--ws', '127.0.0.1:0'],
  ];
  const env = { ...process.env, RINGBRIDGE_SIP_SECRET: secret };
  const child = spawn(process.execPath, flags, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  const exited = once(child, 'close');
  const [line] = await once(child.stdout, 'data');
  const [host, port] = JSON.parse(String(line)).control.split(':');
  const application = await RawApplication.open({ host, port: Number(port) });
  await application.login(secret);
  child.kill('SIGUSR2');
  let logged = '';
  while (!logged.includes('not thought of')) logged += String((await once(child.stderr, 'data'))[0]);
  t.same(await application.ask('ping'), ['OK', 'pong']);
  child.kill('SIGTERM');
  t.equal((await exited)[0], 0);
});
