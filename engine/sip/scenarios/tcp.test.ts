/** Calls over TCP. */
import { over } from '../testing/harness.js';
import { sdp } from '../testing/peer.js';
import { answered, callee, caller, expect, pause, receive, reply } from '../testing/sipp-script.js';
import { onEachServer } from '../testing/stage.js';

const tcp = 'tcp' as const;

const taken = [
  callee.rings({ Via: 'SIP/2.0/TCP' }),
  callee.answers(180),
  callee.answers(200, { sdp: true }),
  receive('ACK', { Via: 'SIP/2.0/TCP' }),
  receive('BYE', { Via: 'SIP/2.0/TCP' }),
  reply(200),
];

const call = [
  caller.invites(),
  ...[expect(100), expect(180), answered()],
  caller.within('ACK', 1),
  pause(100),
  caller.within('BYE', 2),
  expect(200),
];

onEachServer(
  async (t, stage) => {
    await t.test('a call comes in', async t => {
      const srf = await stage.application(t, {
        invite: (req, res) => {
          res.send(180);
          return srf.createUAS(req, res, { localSdp: sdp });
        },
      });
      await stage.call(t, call, { transport: tcp });
    });

    await t.test('a call goes out', async t => {
      const phone = await stage.wait(t, taken, tcp);
      const srf = await stage.application(t);
      const dialog = await srf.createUAC(phone.uri, { localSdp: sdp });
      await dialog.destroy();
      await phone.done;
    });

    for (const [name, transport] of [
      ['from UDP to TCP', undefined],
      ['from TCP to TCP', tcp],
    ] as const) {
      await t.test(`two legs, ${name}`, async t => {
        const phone = await stage.wait(t, taken, tcp);
        const srf = await stage.application(t, {
          invite: async (req, res) => {
            const { uas, uac } = await srf.createB2BUA(req, res, phone.uri);
            void over(uas).then(() => uac.destroy());
          },
        });
        await stage.call(t, call, { transport });
        await phone.done;
      });
    }

    await t.test('forwarded from UDP to TCP, with the dialog', async t => {
      const phone = await stage.wait(t, taken, tcp);
      const srf = await stage.application(t, {
        invite: req => srf.proxyRequest(req, phone.uri, { remainInDialog: true }),
      });
      await stage.call(t, call);
      await phone.done;
    });
  },
  () => ['--tcp', '127.0.0.1:0'],
);
