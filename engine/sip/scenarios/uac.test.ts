/** Calls that an application makes. */
import { next, withStatus } from '../testing/harness.js';
import { sdp } from '../testing/peer.js';
import { callee, expect, receive, reply } from '../testing/sipp-script.js';
import { onEachServer, type SentRequest } from '../testing/stage.js';

const localSdp = sdp;

onEachServer(async (t, stage) => {
  await t.test('answered, and ended by the application', async t => {
    const phone = await stage.wait(t, [
      callee.rings({ From: '<sip:12345@127.0.0.1', Contact: 'sip:us@127.0.0.1:[0-9]+', Subject: 'explicit' }),
      callee.answers(100),
      callee.answers(180),
      callee.answers(200, { sdp: true }),
      receive('ACK'),
      receive('BYE'),
      reply(200),
    ]);
    const srf = await stage.application(t);
    const progress: number[] = [];
    const dialog = await srf.createUAC(
      phone.uri,
      { localSdp, callingNumber: '12345', headers: { Contact: 'sip:us@localhost', Subject: 'explicit' } },
      { cbProvisional: ({ status }) => progress.push(status) },
    );
    t.same(progress, [180]);
    await dialog.destroy();
    await phone.done;
  });

  await t.test('ended by the callee', async t => {
    const phone = await stage.wait(t, [
      callee.rings(),
      callee.answers(200, { sdp: true }),
      receive('ACK'),
      callee.asks('BYE', 1, { fields: [['Reason', 'Q.850;cause=16']] }),
      expect(200),
    ]);
    const srf = await stage.application(t);
    const dialog = await srf.createUAC(phone.uri, { localSdp });
    const [bye] = (await next(dialog, 'destroy')) as [{ get(name: string): string }];
    t.equal(bye.get('Reason'), 'Q.850;cause=16');
    await phone.done;
  });

  await t.test('refused', async t => {
    const phone = await stage.wait(t, [callee.rings(), callee.answers(486), receive('ACK')]);
    const srf = await stage.application(t);
    await t.rejects(srf.createUAC(phone.uri, { localSdp }), withStatus(486));
    await phone.done;
  });

  await t.test('a redirection is followed, with the Request-URI of before', async t => {
    const phone = await stage.wait(t, [
      callee.rings(),
      callee.answers(200, { sdp: true }),
      receive('ACK'),
      receive('BYE'),
      reply(200),
    ]);
    const moved = await stage.wait(t, [
      callee.rings(),
      callee.answers(302, { fields: [['Contact', `<${phone.uri}>`]] }),
      receive('ACK'),
    ]);
    const srf = await stage.application(t);
    const dialog = await srf.createUAC(moved.uri, {
      localSdp,
      followRedirects: true,
      keepUriOnRedirect: true,
    });
    await moved.done;
    await dialog.destroy();
    await phone.done;
  });

  await t.test('given up while it rings', async t => {
    const reason = 'SIP;cause=200;text="Call completed elsewhere"';
    const phone = await stage.wait(t, [
      callee.rings(),
      callee.answers(180),
      receive('CANCEL', { Reason: 'Call completed elsewhere' }),
      callee.replies(200),
      callee.answersLate(487),
      receive('ACK'),
    ]);
    const srf = await stage.application(t);
    let sent: SentRequest | undefined;
    const made = srf.createUAC(
      phone.uri,
      { localSdp },
      {
        cbRequest: (_, request) => {
          sent = request;
        },
        cbProvisional: () => sent?.cancel({ headers: { Reason: reason } }),
      },
    );
    await t.rejects(made, withStatus(487));
    await phone.done;
  });

  await t.test('given up, and answered at the same time: hung up again', async t => {
    const phone = await stage.wait(t, [
      callee.rings(),
      callee.answers(180),
      receive('CANCEL'),
      callee.replies(200),
      callee.answersLate(200, { sdp: true }),
      receive('ACK'),
      receive('BYE'),
      reply(200),
    ]);
    const srf = await stage.application(t);
    let sent: SentRequest | undefined;
    srf
      .createUAC(
        phone.uri,
        { localSdp },
        {
          cbRequest: (_, request) => {
            sent = request;
          },
          cbProvisional: () => sent?.cancel(),
        },
      )
      .catch(() => undefined);
    await phone.done;
  });

  await t.test('provisional responses are acknowledged', async t => {
    const phone = await stage.wait(t, [
      callee.rings(),
      callee.answers(183, {
        sdp: true,
        fields: [
          ['Require', '100rel'],
          ['RSeq', '11'],
        ],
      }),
      receive('PRACK', { RAck: '^ *11 [0-9]+ INVITE' }),
      reply(200),
      callee.answersLate(200, { sdp: true }),
      receive('ACK'),
      receive('BYE'),
      reply(200),
    ]);
    const srf = await stage.application(t);
    const dialog = await srf.createUAC(phone.uri, { localSdp, headers: { Supported: '100rel' } });
    await dialog.destroy();
    await phone.done;
  });
});
