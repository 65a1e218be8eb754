/** Calls that change while they last: re-INVITE, UPDATE, INFO. */
import type { Dialog, SrfRequest } from 'drachtio-srf';
import { next, requestWithin, withStatus } from '../testing/harness.js';
import { sdp } from '../testing/peer.js';
import { answered, callee, caller, expect, maybe, receive, reply } from '../testing/sipp-script.js';
import { onEachServer } from '../testing/stage.js';

const taken = [callee.rings(), callee.answers(200, { sdp: true }), receive('ACK')];
const ended = [receive('BYE'), reply(200)];

onEachServer(async (t, stage) => {
  await t.test('the caller lets us offer again; the application hears of its ACK', async t => {
    const acknowledged: SrfRequest[] = [];
    const srf = await stage.application(t, {
      invite: async (req, res) => {
        const dialog = await srf.createUAS(req, res, { localSdp: sdp });
        dialog.on('modify', (_, answer) => {
          const acknowledge = (ack: SrfRequest) => {
            acknowledged.push(ack);
            dialog.destroy();
          };
          (answer.send as (...args: unknown[]) => void).call(
            answer,
            200,
            { body: sdp },
            undefined,
            acknowledge,
          );
        });
      },
    });
    await stage.call(t, [
      caller.invites(),
      expect(100),
      answered(),
      caller.within('ACK', 1),
      caller.within('INVITE', 2),
      expect(100),
      answered({ body: 'm=audio 40000' }),
      caller.within('ACK', 2, { sdp: true }),
      receive('BYE'),
      reply(200),
    ]);
    t.match(acknowledged[0]?.body, /m=audio/);
  });

  await t.test('three changes at once go out one after the other', async t => {
    const change = [receive('INVITE'), reply(100), reply(200, { sdp: true }), receive('ACK')];
    const phone = await stage.wait(t, [...taken, ...change, ...change, ...change, ...ended]);
    const srf = await stage.application(t);
    const dialog = await srf.createUAC(phone.uri, { localSdp: sdp });
    await Promise.all([dialog.modify(sdp), dialog.modify(sdp), dialog.modify(sdp)]);
    await dialog.destroy();
    await phone.done;
  });

  // One refusal a call: drachtio-srf sends no change after one that was refused.
  for (const status of [488, 491]) {
    await t.test(
      `hold is taken, the next change is refused with ${status}, and the call goes on`,
      async t => {
        const phone = await stage.wait(t, [
          ...taken,
          ...[receive('INVITE', { body: 'a=inactive' }), reply(200, { sdp: true }), receive('ACK')],
          ...[receive('INVITE'), reply(status), receive('ACK')],
          ...ended,
        ]);
        const srf = await stage.application(t);
        const dialog = await srf.createUAC(phone.uri, { localSdp: sdp });
        await dialog.modify('hold');
        await t.rejects(dialog.modify(sdp), withStatus(status));
        await dialog.destroy();
        await phone.done;
      },
    );
  }

  await t.test('the callee offers by UPDATE at once, and gets an answer', async t => {
    const phone = await stage.wait(t, [
      ...taken,
      callee.asks('UPDATE', 1, { sdp: true }),
      expect(200, { body: 'm=audio 40000' }),
      callee.asks('BYE', 2),
      expect(200),
    ]);
    const srf = await stage.application(t);
    const dialog = await srf.createUAC(phone.uri, { localSdp: sdp });
    await next(dialog, 'destroy');
    await phone.done;
  });

  await t.test('the callee offers again, twice', async t => {
    const again = (sequence: number) => [
      callee.asks('INVITE', sequence, { sdp: true }),
      maybe(100),
      expect(200, { body: 'm=audio 40000' }),
      callee.asks('ACK', sequence),
    ];
    const phone = await stage.wait(t, [
      ...taken,
      ...again(1),
      ...again(2),
      callee.asks('BYE', 3),
      expect(200),
    ]);
    const srf = await stage.application(t);
    const dialog = await srf.createUAC(phone.uri, { localSdp: sdp });
    dialog.on('modify', (_, res) => res.send(200, { body: sdp }));
    await next(dialog, 'destroy');
    await phone.done;
  });

  await t.test('INFO goes both ways', async t => {
    const phone = await stage.wait(t, [
      ...taken,
      ...[receive('INFO', { 'X-Digit': '5' }), reply(200, { fields: [['X-Heard', 'yes']] })],
      ...[callee.asks('INFO', 1, { fields: [['X-Digit', '6']] }), expect(200, { 'X-Heard': 'too' })],
      ...ended,
    ]);
    const srf = await stage.application(t);
    const dialog: Dialog = await srf.createUAC(phone.uri, { localSdp: sdp });
    const heard = new Promise<string>(resolve =>
      dialog.on('info', (req, res) => {
        res.send(200, { headers: { 'X-Heard': 'too' } });
        resolve(req.get('X-Digit'));
      }),
    );
    const response = await requestWithin(dialog, { method: 'INFO', headers: { 'X-Digit': '5' } });
    t.equal(response.get('X-Heard'), 'yes');
    t.equal(await heard, '6');
    await dialog.destroy();
    await phone.done;
  });

  await t.test('an interval below 90 s is refused', async t => {
    const srf = await stage.application(t, {
      invite: (req, res) => srf.createUAS(req, res, { localSdp: sdp }),
    });
    await stage.call(t, [
      caller.invites({ sdp: true, fields: [['Supported', 'timer']] }),
      expect(100),
      answered(),
      caller.within('ACK', 1),
      caller.within('INVITE', 2, {
        sdp: true,
        fields: [
          ['Supported', 'timer'],
          ['Session-Expires', '30'],
        ],
      }),
      maybe(100),
      expect(422, { 'Min-SE': '90' }),
      caller.within('ACK', 2),
      caller.within('BYE', 3),
      expect(200),
    ]);
  });
});
