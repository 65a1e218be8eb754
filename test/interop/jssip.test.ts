/** JsSIP in Chromium over WS and WSS, with the voices of both sides measured. */
import { once } from 'node:events';
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import t, { type Test } from 'tap';
import { testCertificate } from '../../engine/sip/testing/tls-files.js';
import { hearsTone, People } from '../support/browser.js';
import { trusting } from '../support/chromium.js';
import { Link } from '../support/link.js';
import { builtIn, sipServersUnderTest, type TestSipServer } from '../support/sip-servers.js';
import { endWebRtc, WebRtcPeer } from '../support/webrtc-peer.js';
import { Promised } from './application.js';
import { Softphone } from './jssip/softphone.js';
import { type Registrar, registrar, subscriber } from './registrar.js';

const voices = { browser: 700, service: 1100 };
const description = { headers: { 'Content-Type': 'application/sdp' } };

t.teardown(endWebRtc);

interface Bed extends Registrar {
  softphone: Softphone;
  link: Link;
}

async function bed(t: Test, people: People, server: TestSipServer, wsUrl: string): Promise<Bed> {
  const made = await registrar(t, server);
  const link = await Link.open(t, wsUrl);
  const softphone = await Softphone.open(t, people);
  const { username, password } = subscriber;
  await softphone.start({ wsUrl: link.url, uri: `sip:${username}@test.example`, username, password });
  await softphone.until('registered');
  return { ...made, softphone, link };
}

const ended = (dialog: Dialog) => once(dialog as unknown as NodeJS.EventEmitter, 'destroy');

/** Both hear each other. */
async function talk(softphone: Softphone, peer: WebRtcPeer): Promise<void> {
  await peer.opened;
  peer.mouth.speak(voices.service);
  await Promise.all([peer.listener.ear.tone(voices.browser), hearsTone(softphone.page, [voices.service])]);
}

/** The softphone calls us, and we answer. */
async function callIn(t: Test, { srf, softphone, onInvite }: Bed) {
  const answered = new Promised<{ dialog: Dialog; peer: WebRtcPeer }>();
  onInvite(async (req, res) => {
    const peer = WebRtcPeer.answering(req.body);
    t.teardown(() => peer.close());
    answered.resolve({ dialog: await srf.createUAS(req, res, { localSdp: peer.sdp }), peer });
  });
  await softphone.call('sip:service@test.example');
  await softphone.until('confirmed local');
  return answered.value;
}

/** We call the softphone, which answers. */
async function callOut(t: Test, { srf, softphone, contact }: Bed) {
  const peer = WebRtcPeer.offering();
  t.teardown(() => peer.close());
  const calling = srf.createUAC(contact(), { localSdp: peer.sdp } as never) as unknown as Promise<Dialog>;
  await softphone.until('call remote');
  await softphone.does('answer');
  const dialog = await calling;
  peer.accept(dialog.remote.sdp);
  await softphone.until('confirmed remote');
  return { dialog, peer };
}

async function calls(t: Test, bed: Bed): Promise<void> {
  const { softphone, link } = bed;

  await t.test('calls, holds and hangs up', async t => {
    const { dialog, peer } = await callIn(t, bed);
    await talk(softphone, peer);
    const offers: (string | undefined)[] = [];
    (dialog as unknown as NodeJS.EventEmitter).on('modify', (req: SrfRequest, res: SrfResponse) => {
      offers.push(/a=(sendrecv|sendonly|inactive)/.exec(req.body)?.[1]);
      const direction = offers.at(-1) === 'sendrecv' ? 'sendrecv' : 'recvonly';
      res.send(200, { body: peer.sdp.replace('a=sendrecv', `a=${direction}`), ...description });
    });
    await softphone.does('hold');
    await softphone.until('held');
    await softphone.does('resume');
    await softphone.until('resumed');
    t.same(offers, ['sendonly', 'sendrecv']);
    await talk(softphone, peer);
    const over = ended(dialog);
    await softphone.does('hangUp');
    await over;
  });

  await t.test('is called and hung up on', async t => {
    const { dialog, peer } = await callOut(t, bed);
    await talk(softphone, peer);
    await dialog.destroy();
    await softphone.until('ended remote');
  });

  await t.test('loses its connection in a call, comes back, and goes on', async t => {
    const { dialog, peer } = await callOut(t, bed);
    await link.cut();
    await softphone.until('disconnected');
    await link.mend();
    await softphone.until('registered');
    await talk(softphone, peer);
    t.match(
      await dialog.modify(peer.reoffer('sendonly')),
      'a=recvonly',
      'it is reached over the new connection',
    );
    const over = ended(dialog);
    await softphone.does('hangUp');
    await over;
  });
}

for (const sipServer of sipServersUnderTest()) {
  t.test(`JsSIP in Chromium on the ${sipServer.name} SIP server over WS`, async t => {
    const server = await sipServer.start(t);
    const people = await People.gather(t, { microphone: voices.browser });
    await calls(t, await bed(t, people, server, `ws://127.0.0.1:${server.wsPort}`));
  });
}

t.test('JsSIP in Chromium on the built-in SIP server over WSS', async t => {
  const { files, certificate } = testCertificate(t, 'localhost');
  const keys = ['--tls-cert', files.certificate, '--tls-key', files.key];
  const server = await builtIn.start(t, ['--wss', '127.0.0.1:0', ...keys]);
  const people = await People.gather(t, {
    microphone: voices.browser,
    flags: [trusting(certificate)],
  });
  const wssUrl = `wss://127.0.0.1:${server.wssPort}`;
  await calls(t, await bed(t, people, server, wssUrl));

  await t.test('a certificate that the browser does not trust', async t => {
    const { files } = testCertificate(t, 'localhost');
    const keys = ['--tls-cert', files.certificate, '--tls-key', files.key];
    const stranger = await builtIn.start(t, ['--wss', '127.0.0.1:0', ...keys]);
    const softphone = await Softphone.open(t, people);
    const { username, password } = subscriber;
    const wsUrl = `wss://127.0.0.1:${stranger.wssPort}`;
    await softphone.start({ wsUrl, uri: `sip:${username}@test.example`, username, password });
    await softphone.until('disconnected');
  });
});
