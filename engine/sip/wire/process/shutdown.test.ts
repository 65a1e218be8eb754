/** The end of the server: a goodbye that is repeated until it is answered, but not for long. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, secret } from '../../testing/harness.js';
import { PeerCall, peerRequest, sdp, UdpPeer } from '../../testing/peer.js';
import { RawApplication } from '../../testing/raw-application.js';

const withSdp = `Content-Type: application/sdp\r\n\r\n${sdp}`;

async function answered(application: RawApplication, peer: UdpPeer, uri: string): Promise<PeerCall> {
  const call = new PeerCall(peer, uri);
  call.invite();
  const { fields } = await application.sip('INVITE');
  await application.ask(`sip|${fields[8]}||\r\nSIP/2.0 200 OK\r\n${withSdp}`);
  call.ack(await peer.response(200, 'INVITE'));
  await application.sip('ACK');
  return call;
}

async function start() {
  const clock = new FakeClock();
  const harness = await Harness.start({}, { clock });
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  await application.ask('route|options');
  const peer = await harness.udpPeer();
  return { clock, harness, application, peer };
}

/** Lets time pass in small steps, so that what waits for a step is run between them. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10) {
    clock.pass(10);
    await new Promise(resolve => setImmediate(resolve));
  }
}

test('BYE, CANCEL and 503 are repeated until they are answered; then it ends', async t => {
  const { clock, harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const call = await answered(application, peer, harness.uri);
  const waiting = new PeerCall(peer, harness.uri);
  waiting.invite();
  await application.sip('INVITE');
  await application.ask(`sip|||\r\nINVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n${withSdp}`);
  const ringing = await peer.request('INVITE');
  peer.respond(ringing, 180, { tag: 'r' });
  await application.sip('SIP/2.0 180');

  let ended = false;
  const drained = harness.server.drain().then(() => {
    ended = true;
  });
  const bye = await peer.request('BYE');
  const told = await application.sip('BYE');
  t.equal(told.fields[8], 'unsolicited');
  t.match(told.text, 'text="Server is going down"');
  const cancel = await peer.request('CANCEL');
  await peer.response(503, 'INVITE');
  await pass(clock, 500);
  t.equal((await peer.request('BYE')).text, bye.text, 'repeated');
  t.equal((await peer.request('CANCEL')).text, cancel.text, 'repeated');
  const refusal = await peer.response(503, 'INVITE');

  const late = new PeerCall(peer, harness.uri);
  late.invite();
  late.ackFailure(await peer.response(503, 'INVITE'));
  call.send('INFO');
  await peer.response(481, 'INFO');
  /** Once this has been answered, all that the peer sent before has been read. */
  const asked = async (callId: string) => {
    const identity = { callId, from: '<sip:a@x>;tag=1', to: '<sip:b@x>', sequence: 1 };
    peer.sendText(peerRequest(peer, { method: 'OPTIONS', uri: harness.uri, ...identity }));
    await peer.response(503, 'OPTIONS');
  };
  await asked('o');
  const refused = await application.ask(`sip|||\r\nOPTIONS sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n\r\n`);
  t.same(refused, ['NOK', 'Server is going down']);

  peer.respond(bye, 200);
  peer.respond(cancel, 200);
  peer.respond(ringing, 487, { tag: 'r' });
  await peer.request('ACK');
  await pass(clock, 20);
  t.notOk(ended, 'one still owes an ACK');
  waiting.ackFailure(refusal);
  await asked('p');
  await pass(clock, 20);
  t.ok(ended, 'as soon as all is answered');
  await drained;
});

test('a peer that does not answer is waited for no longer than the setting says', async t => {
  const { clock, harness, application, peer } = await start();
  t.teardown(() => harness.close());
  await answered(application, peer, harness.uri);
  let ended = false;
  const drained = harness.server.drain().then(() => {
    ended = true;
  });
  await peer.request('BYE');
  await pass(clock, 1_990);
  t.notOk(ended);
  await pass(clock, 20);
  await drained;
});

test('with nothing to say goodbye to it ends at once', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  await harness.server.drain();
});

test('asked twice, the process ends at once', async t => {
  const main = fileURLToPath(new URL('../../main.js', import.meta.url));
  const any = '127.0.0.1:0';
  const child = spawn(
    process.execPath,
    [main, '--control', any, '--udp', any, '--ws', any, '--drain', '600'],
    {
      env: { ...process.env, RINGBRIDGE_SIP_SECRET: secret },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  t.teardown(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  let out = '';
  while (!out.includes('\n')) out += String((await once(child.stdout, 'data'))[0]);
  const at = (text: string) => ({ host: '127.0.0.1', port: Number(text.split(':')[1]) });
  const ready = JSON.parse(out);
  const application = await RawApplication.open(at(ready.control));
  await application.login(secret);
  await application.ask('route|invite');
  const peer = await UdpPeer.open(at(ready.udp[0]));
  t.teardown(() => peer.close());
  await answered(application, peer, `sip:s@${ready.udp[0]}`);
  child.kill('SIGTERM');
  const bye = await peer.request('BYE');
  t.equal((await peer.request('BYE')).text, bye.text, 'it goes on until it is answered');
  t.equal(child.exitCode, null);
  child.kill('SIGTERM');
  t.same(await exited, [0, null]);
});
