/** baresip as a telephone that registers, calls and is called, with its voice measured. */
import { once } from 'node:events';
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import t, { type Test } from 'tap';
import { withStatus } from '../../engine/sip/testing/harness.js';
import { testCertificate } from '../../engine/sip/testing/tls-files.js';
import { RtpPeer } from '../support/audio.js';
import { builtIn, sipServersUnderTest, type TestSipServer } from '../support/sip-servers.js';
import { Promised } from './application.js';
import { startTelephone, type Telephone } from './baresip/telephone.js';
import { type Registrar, registrar, subscriber } from './registrar.js';

type Transport = 'udp' | 'tcp' | 'tls';

const tone = 440;
const description = { headers: { 'Content-Type': 'application/sdp' } };

interface Bed extends Registrar {
  telephone: Telephone;
  voice: RtpPeer;
}

const portOf = { udp: 'udpPort', tcp: 'tcpPort', tls: 'tlsPort' } as const;

/** A registrar, and the telephone after it has registered. */
async function bed(t: Test, server: TestSipServer, transport: Transport, authorities?: string): Promise<Bed> {
  const made = await registrar(t, server);
  const voice = await RtpPeer.open();
  t.teardown(() => voice.close());
  const { username, password } = subscriber;
  const address = `sip:${username}@127.0.0.1:${server[portOf[transport]]};transport=${transport}`;
  const telephone = await startTelephone(t, {
    account: `<${address}>;auth_user=${username};auth_pass=${password};regint=600`,
    tone,
    authorities,
  });
  await made.registered;
  return { ...made, telephone, voice };
}

const ended = (dialog: Dialog) => once(dialog as unknown as NodeJS.EventEmitter, 'destroy');

/** The telephone calls us, and we answer. */
async function callIn({ srf, telephone, voice, onInvite }: Bed): Promise<Dialog> {
  const answered = new Promised<Dialog>();
  onInvite(async (req, res) => {
    voice.connect(req.body);
    answered.resolve(await srf.createUAS(req, res, { localSdp: voice.sdp() }));
  });
  telephone.command('dial', 'service');
  const dialog = await answered.value;
  await telephone.event('CALL_ESTABLISHED');
  return dialog;
}

/** We call the telephone, which answers. */
async function callOut({ srf, telephone, voice, contact }: Bed): Promise<Dialog> {
  const calling = srf.createUAC(contact(), {
    localSdp: voice.sdp(),
  } as never) as unknown as Promise<Dialog>;
  await telephone.event('CALL_INCOMING');
  telephone.command('accept');
  const dialog = await calling;
  voice.connect(dialog.remote.sdp);
  await telephone.event('CALL_ESTABLISHED');
  return dialog;
}

async function calls(t: Test, bed: Bed): Promise<void> {
  const { srf, telephone, voice, contact, onInvite } = bed;

  await t.test('calls, holds and hangs up', async t => {
    const dialog = await callIn(bed);
    await voice.ear.tone(tone);
    const offers: string[] = [];
    const modified = new Promised<void>();
    const resumed = new Promised<void>();
    (dialog as unknown as NodeJS.EventEmitter).on('modify', (req: SrfRequest, res: SrfResponse) => {
      const direction = /a=(sendrecv|sendonly|recvonly|inactive)/.exec(req.body)?.[1] ?? '';
      offers.push(direction);
      res.send(200, {
        body: voice.sdp(direction === 'sendrecv' ? 'sendrecv' : 'recvonly', 1 + offers.length),
        ...description,
      });
      (offers.length === 1 ? modified : resumed).resolve();
    });
    telephone.command('hold');
    await modified.value;
    telephone.command('resume');
    await resumed.value;
    t.same(offers, ['sendonly', 'sendrecv']);
    await voice.ear.tone(tone);
    const over = ended(dialog);
    telephone.command('hangup');
    await over;
    await telephone.event('CALL_CLOSED');
  });

  await t.test('calls, and is hung up on', async () => {
    const dialog = await callIn(bed);
    await dialog.destroy();
    await telephone.event('CALL_CLOSED');
  });

  await t.test('is called, put on hold and hung up on', async t => {
    const dialog = await callOut(bed);
    await voice.ear.tone(tone);
    t.match(await dialog.modify(voice.sdp('sendonly', 2)), /a=(recvonly|inactive)/);
    t.match(await dialog.modify(voice.sdp('sendrecv', 3)), /a=sendrecv/);
    await voice.ear.tone(tone);
    await dialog.destroy();
    await telephone.event('CALL_CLOSED');
  });

  await t.test('is called, and hangs up', async () => {
    const dialog = await callOut(bed);
    const over = ended(dialog);
    telephone.command('hangup');
    await over;
    await telephone.event('CALL_CLOSED');
  });

  await t.test('refuses a call', async t => {
    const calling = srf.createUAC(contact(), { localSdp: voice.sdp() } as never);
    await telephone.event('CALL_INCOMING');
    telephone.command('hangup');
    await t.rejects(calling, withStatus(486));
    await telephone.event('CALL_CLOSED');
  });

  await t.test('rings until the caller gives up', async t => {
    const sent = new Promised<SrfRequest>();
    const calling = srf.createUAC(
      contact(),
      { localSdp: voice.sdp() } as never,
      {
        cbRequest: (_error: unknown, req: SrfRequest) => sent.resolve(req),
      } as never,
    );
    await telephone.event('CALL_INCOMING');
    (await sent.value).cancel(() => undefined);
    await t.rejects(calling, withStatus(487));
    await telephone.event('CALL_CLOSED');
  });

  await t.test('gives up a call that rings', async () => {
    const cancelled = new Promised<void>();
    onInvite((req, res) => {
      req.on('cancel', () => cancelled.resolve());
      res.send(180);
    });
    telephone.command('dial', 'service');
    await telephone.event('CALL_RINGING');
    telephone.command('hangup');
    await cancelled.value;
    await telephone.event('CALL_CLOSED');
  });
}

for (const sipServer of sipServersUnderTest()) {
  for (const transport of ['udp', 'tcp'] as const) {
    t.test(`baresip on the ${sipServer.name} SIP server over ${transport}`, async t => {
      const server = await sipServer.start(t, ['--tcp', '127.0.0.1:0']);
      await calls(t, await bed(t, server, transport));
    });
  }
}

t.test('baresip on the built-in SIP server over tls', async t => {
  const { files } = testCertificate(t, '127.0.0.1');
  const flags = ['--tls', '127.0.0.1:0', '--tls-cert', files.certificate, '--tls-key', files.key];
  const server = await builtIn.start(t, flags);
  await calls(t, await bed(t, server, 'tls', files.authorities));
});
