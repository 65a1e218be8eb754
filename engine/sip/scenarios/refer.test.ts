/** Transfers. */
import type { Dialog } from 'drachtio-srf';
import { requestWithin } from '../testing/harness.js';
import { sdp } from '../testing/peer.js';
import { answered, callee, caller, expect, receive, reply } from '../testing/sipp-script.js';
import { onEachServer } from '../testing/stage.js';

const target = 'sip:other@example.com';

onEachServer(async (t, stage) => {
  await t.test('the caller transfers: reports go to it, past the end of the call', async t => {
    const srf = await stage.application(t, {
      invite: async (req, res) => {
        const dialog = await srf.createUAS(req, res, { localSdp: sdp });
        dialog.on('refer', async (refer, answer) => {
          t.equal(refer.get('Refer-To'), `<${target}>`);
          answer.send(202);
          for (const [state, line] of [
            ['active', '100 Trying'],
            ['terminated;reason=noresource', '200 OK'],
          ])
            await requestWithin(dialog, {
              method: 'NOTIFY',
              headers: {
                Event: 'refer',
                'Subscription-State': state as string,
                'Content-Type': 'message/sipfrag',
              },
              body: `SIP/2.0 ${line}\r\n`,
            });
        });
      },
    });
    await stage.call(t, [
      ...[caller.invites(), expect(100), answered(), caller.within('ACK', 1)],
      caller.within('REFER', 2, { fields: [['Refer-To', `<${target}>`]] }),
      expect(202),
      receive('NOTIFY', { Event: 'refer', 'Subscription-State': 'active', body: 'SIP/2.0 100' }),
      reply(200),
      receive('NOTIFY', { Event: 'refer', 'Subscription-State': 'terminated', body: 'SIP/2.0 200' }),
      reply(200),
      ...[caller.within('BYE', 3), expect(200)],
    ]);
  });

  await t.test('the application transfers, and hears how it went', async t => {
    const phone = await stage.wait(t, [
      ...[callee.rings(), callee.answers(200, { sdp: true }), receive('ACK')],
      receive('REFER', { 'Refer-To': target, 'Referred-By': 'sip:us@' }),
      reply(202),
      callee.asks('NOTIFY', 1, {
        fields: [
          ['Event', 'refer'],
          ['Subscription-State', 'terminated;reason=noresource'],
        ],
      }),
      expect(200),
      ...[receive('BYE'), reply(200)],
    ]);
    const srf = await stage.application(t);
    const dialog = await srf.createUAC(phone.uri, { localSdp: sdp });
    const told = new Promise<string>(resolve =>
      dialog.on('notify', (req, res) => {
        res.send(200);
        resolve(req.get('Subscription-State'));
      }),
    );
    const response = await requestWithin(dialog, {
      method: 'REFER',
      headers: { 'Refer-To': target, 'Referred-By': '<sip:us@example.com>' },
    });
    t.equal(response.status, 202);
    t.match(await told, /^terminated/);
    await dialog.destroy();
    await phone.done;
  });

  await t.test('attended: the callee of two calls joins their callers by Replaces', async t => {
    const callers = () =>
      stage.call(t, [
        ...[caller.invites(), expect(100), answered(), caller.within('ACK', 1)],
        ...[receive('INVITE', { body: 'm=audio' }), reply(200, { sdp: true }), receive('ACK')],
        ...[receive('BYE'), reply(200)],
      ]);
    const first = await stage.wait(t, [
      ...[callee.rings(), callee.answers(200, { sdp: true }), receive('ACK'), receive('INFO'), reply(200)],
      ...[receive('BYE'), reply(200)],
    ]);
    let callee1 = first.uri;
    let connected: (call: { uas: Dialog; uac: Dialog }) => void = () => undefined;
    const srf = await stage.application(t, {
      invite: async (req, res) => {
        const { uas, uac } = await srf.createB2BUA(req, res, callee1);
        uac.on('refer', async (refer, answer) => {
          answer.send(202);
          const replaces = /Replaces=([^;]+);from-tag=([^;]+);/.exec(
            decodeURIComponent(refer.get('Refer-To')),
          );
          const replaced = srf.findDialogByCallIDAndFromTag(replaces?.[1] ?? '', replaces?.[2] ?? '');
          const other = replaced.other;
          await other.modify(uas.remote.sdp);
          await uas.modify(other.remote.sdp);
          await Promise.all([uas, uac, other, replaced].map(dialog => dialog.destroy()));
        });
        connected({ uas, uac });
        // From here on a transfer is heard.
        await requestWithin(uac, { method: 'INFO' });
      },
    });
    const held = new Promise<{ uac: Dialog }>(resolve => {
      connected = resolve;
    });
    const callerA = callers();
    const { callId, localTag, remoteTag } = (await held).uac.sip;
    const replaces = encodeURIComponent(`Replaces=${callId};from-tag=${localTag};to-tag=${remoteTag}`);
    const second = await stage.wait(t, [
      ...[callee.rings(), callee.answers(200, { sdp: true }), receive('ACK'), receive('INFO'), reply(200)],
      callee.asks('REFER', 1, { fields: [['Refer-To', `<sip:first@example.com?${replaces}>`]] }),
      expect(202),
      ...[receive('BYE'), reply(200)],
    ]);
    callee1 = second.uri;
    await Promise.all([callerA, callers(), first.done, second.done]);
  });
});
