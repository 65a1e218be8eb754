import { EventEmitter, once } from 'node:events';
/** Calls that an application takes or refuses. */
import type { Dialog } from 'drachtio-srf';
import { over } from '../testing/harness.js';
import { sdp } from '../testing/peer.js';
import { answered, caller, expect, pause, receive, reply } from '../testing/sipp-script.js';
import { onEachServer } from '../testing/stage.js';

onEachServer(async (t, stage) => {
  await t.test('refused', async t => {
    await stage.application(t, {
      invite: (_, res) => res.send(503, 'Not Today', { headers: { 'X-Why': 'full', 'Retry-After': '7' } }),
    });
    await stage.call(t, [
      caller.invites(),
      expect(100),
      expect(503, { 'X-Why': 'full', 'Retry-After': '7', To: 'tag=' }),
      caller.acknowledgesRefusal(),
    ]);
  });

  for (const [name, options] of [
    ['localSdp', { localSdp: sdp }],
    ['a function', { body: async () => sdp }],
    ['with header fields', { localSdp: sdp, headers: { 'X-Color': 'green' } }],
  ] as const) {
    await t.test(`answered, the description by ${name}`, async t => {
      const taken: Dialog[] = [];
      const ended: Promise<unknown>[] = [];
      const srf = await stage.application(t, {
        invite: async (req, res) => {
          const dialog = await srf.createUAS(req, res, options);
          taken.push(dialog);
          ended.push(over(dialog));
        },
      });
      await stage.call(t, [
        caller.invites(),
        expect(100),
        answered({ body: 'm=audio 40000', ...('headers' in options && { 'X-Color': 'green' }) }),
        caller.within('ACK', 1),
        pause(100),
        caller.within('BYE', 2),
        expect(200),
      ]);
      await ended[0];
      t.match(taken[0]?.remote.sdp, /m=audio/);
    });
  }

  await t.test('rings first, with its own tag, and is ended by the application', async t => {
    const srf = await stage.application(t, {
      invite: async (req, res) => {
        res.send(180, { headers: { To: 'tag=chosen' } });
        const dialog = await srf.createUAS(req, res, { localSdp: sdp });
        (dialog as unknown as NodeJS.EventEmitter).once('ack', () => dialog.destroy());
      },
    });
    await stage.call(t, [
      caller.invites(),
      expect(100),
      expect(180, { To: 'tag=chosen' }),
      answered({ To: 'tag=chosen' }),
      caller.within('ACK', 1),
      receive('BYE', { From: 'tag=chosen' }),
      reply(200),
    ]);
  });

  for (const rings of [false, true]) {
    await t.test(`given up by the caller, ${rings ? 'while it rings' : 'before it rings'}`, async t => {
      const reasons = new EventEmitter();
      const given = once(reasons, 'reason');
      await stage.application(t, {
        invite: (req, res) => {
          req.on('cancel', cancel => reasons.emit('reason', cancel.get('Reason')));
          if (rings) res.send(180);
        },
      });
      const reason = 'SIP;cause=200;text="Call completed elsewhere"';
      await stage.call(t, [
        caller.invites(),
        expect(100),
        rings ? expect(180) : pause(200),
        caller.cancels([['Reason', reason]]),
        expect(200),
        expect(487),
        caller.acknowledgesRefusal(),
      ]);
      t.same(await given, [reason]);
    });
  }
});
