/** Two-legged calls: what one side says reaches the other. */
import type { Dialog } from 'drachtio-srf';
import { over, withStatus } from '../testing/harness.js';
import {
  answered,
  callee,
  caller,
  expect,
  expectReliable,
  maybe,
  pause,
  rack,
  receive,
  reply,
} from '../testing/sipp-script.js';
import { onEachServer } from '../testing/stage.js';

/** When a side hangs up, the other one does. */
function joined({ uas, uac }: { uas: Dialog; uac: Dialog }): void {
  void over(uas).then(() => uac.destroy());
  void over(uac).then(() => uas.destroy());
}

const taken = [
  callee.rings(),
  callee.answers(180),
  callee.answers(200, { sdp: true }),
  receive('ACK'),
  receive('BYE'),
  reply(200),
];

const call = (wanted: Record<string, string> = {}) => [
  caller.invites(),
  expect(100),
  expect(180),
  answered(wanted),
  caller.within('ACK', 1),
  pause(100),
  caller.within('BYE', 2),
  expect(200),
];

onEachServer(async (t, stage) => {
  const forms: [string, object, Record<string, string>][] = [
    ['a call goes through', {}, { body: 'm=audio' }],
    [
      'the answer has header fields of the application',
      { responseHeaders: { 'X-Color': 'green' } },
      { 'X-Color': 'green' },
    ],
    ['… by a function', { responseHeaders: () => ({ 'X-Color': 'green' }) }, { 'X-Color': 'green' }],
    ['the answer has its tag', { responseHeaders: { To: 'tag=chosen' } }, { To: 'tag=chosen' }],
    [
      'the answer has its description',
      { localSdpA: (sdp: string) => sdp.replace(/m=audio \d+/, 'm=audio 12345') },
      { body: 'm=audio 12345' },
    ],
    [
      '… by a promise',
      { localSdpA: async (sdp: string) => sdp.replace(/m=audio \d+/, 'm=audio 12345') },
      { body: 'm=audio 12345' },
    ],
  ];
  for (const [name, options, wanted] of forms) {
    await t.test(name, async t => {
      const phone = await stage.wait(t, taken);
      const srf = await stage.application(t, {
        invite: async (req, res) => joined(await srf.createB2BUA(req, res, { uri: phone.uri, ...options })),
      });
      await stage.call(t, call(wanted));
      await phone.done;
    });
  }

  await t.test('header fields and the name of the caller go through', async t => {
    const phone = await stage.wait(t, [
      callee.rings({ Subject: 'there', From: '"?Sipp"? *<sip:sipp@' }),
      callee.answers(180, { fields: [['Subject', 'ringing']] }),
      callee.answers(200, { sdp: true, fields: [['Subject', 'back']] }),
      receive('ACK'),
      receive('BYE'),
      reply(200),
    ]);
    const srf = await stage.application(t, {
      invite: async (req, res) =>
        joined(
          await srf.createB2BUA(req, res, phone.uri, {
            proxyRequestHeaders: ['Subject'],
            proxyResponseHeaders: ['Subject'],
          }),
        ),
    });
    await stage.call(t, [
      caller.invites({ sdp: true, fields: [['Subject', 'there']] }),
      expect(100),
      expect(180, { Subject: 'ringing' }),
      answered({ Subject: 'back' }),
      caller.within('ACK', 1),
      pause(100),
      caller.within('BYE', 2),
      expect(200),
    ]);
    await phone.done;
  });

  await t.test('the offer comes late', async t => {
    const phone = await stage.wait(t, [
      callee.rings({ 'Content-Length': '^ *0$' }),
      callee.answers(200, { sdp: true }),
      receive('ACK', { body: 'm=audio' }),
      receive('BYE'),
      reply(200),
    ]);
    const srf = await stage.application(t, {
      invite: async (req, res) => joined(await srf.createB2BUA(req, res, phone.uri)),
    });
    await stage.call(t, [
      caller.invites({}),
      expect(100),
      answered({ body: 'm=audio' }),
      caller.within('ACK', 1, { sdp: true }),
      pause(100),
      caller.within('BYE', 2),
      expect(200),
    ]);
    await phone.done;
  });

  await t.test('provisional responses are reliable on both sides', async t => {
    const phone = await stage.wait(t, [
      callee.rings({ Supported: '100rel' }),
      callee.answers(180, {
        fields: [
          ['Require', '100rel'],
          ['RSeq', '7'],
        ],
      }),
      receive('PRACK', { RAck: '^ *7 [0-9]+ INVITE' }),
      reply(200),
      callee.answersLate(200, { sdp: true }),
      receive('ACK'),
      receive('BYE'),
      reply(200),
    ]);
    const srf = await stage.application(t, {
      invite: async (req, res) =>
        joined(
          await srf.createB2BUA(req, res, phone.uri, {
            proxyRequestHeaders: ['Supported'],
            proxyResponseHeaders: ['all'],
          }),
        ),
    });
    await stage.call(t, [
      caller.invites({ sdp: true, fields: [['Supported', '100rel']] }),
      expect(100),
      expectReliable(180),
      caller.within('PRACK', 2, { fields: [rack] }),
      expect(200, { CSeq: 'PRACK' }),
      answered({ CSeq: 'INVITE' }),
      caller.within('ACK', 1),
      pause(100),
      caller.within('BYE', 3),
      expect(200),
    ]);
    await phone.done;
  });

  await t.test('the caller gives up, and says why', async t => {
    const phone = await stage.wait(t, [
      callee.rings(),
      callee.answers(180),
      receive('CANCEL', { Reason: 'Call completed elsewhere' }),
      callee.replies(200),
      callee.answersLate(487),
      receive('ACK'),
    ]);
    let outcome: Promise<unknown> = Promise.resolve();
    const srf = await stage.application(t, {
      invite: (req, res) => {
        outcome = t.rejects(srf.createB2BUA(req, res, phone.uri), withStatus(487));
      },
    });
    await stage.call(t, [
      caller.invites(),
      expect(100),
      expect(180),
      caller.cancels([['Reason', 'SIP;cause=200;text="Call completed elsewhere"']]),
      expect(200),
      expect(487),
      caller.acknowledgesRefusal(),
    ]);
    await phone.done;
    await outcome;
  });

  for (const [name, passFailure, status] of [
    ['a refusal goes through', true, 404],
    ['a refusal is kept from the caller', false, 480],
  ] as const) {
    await t.test(name, async t => {
      const phone = await stage.wait(t, [callee.rings(), callee.answers(404), receive('ACK')]);
      let outcome: Promise<unknown> = Promise.resolve();
      const srf = await stage.application(t, {
        invite: (req, res) => {
          const made = srf.createB2BUA(req, res, phone.uri, { passFailure });
          outcome = t.rejects(made, withStatus(404)).then(() => passFailure || res.send(480));
        },
      });
      await stage.call(t, [caller.invites(), expect(100), expect(status), caller.acknowledgesRefusal()]);
      await phone.done;
      await outcome;
    });
  }

  await t.test('an answer without Contact makes no call', async t => {
    const phone = await stage.wait(t, [callee.rings(), callee.answersWithoutContact()]);
    const srf = await stage.application(t, {
      invite: (req, res) => {
        srf.createB2BUA(req, res, phone.uri, { passFailure: false }).catch(() => res.send(480));
      },
    });
    await stage.call(t, [caller.invites(), expect(100), expect(480), caller.acknowledgesRefusal()]);
    await phone.done;
  });

  await t.test('the callee offers again before the caller has acknowledged', async t => {
    const phone = await stage.wait(t, [
      callee.rings(),
      callee.answers(200, { sdp: true }),
      receive('ACK'),
      callee.asks('INVITE', 1, { sdp: true }),
      maybe(100),
      expect(200, { body: 'm=audio' }),
      callee.asks('ACK', 1),
      receive('BYE'),
      reply(200),
    ]);
    const srf = await stage.application(t, {
      invite: async (req, res) => {
        const { uas, uac } = await srf.createB2BUA(req, res, phone.uri);
        joined({ uas, uac });
        uac.on('modify', async (again, answer) => answer.send(200, { body: await uas.modify(again.body) }));
      },
    });
    await stage.call(t, [
      caller.invites(),
      expect(100),
      answered(),
      pause(500),
      caller.within('ACK', 1),
      receive('INVITE'),
      reply(200, { sdp: true }),
      receive('ACK'),
      pause(200),
      caller.within('BYE', 2),
      expect(200),
    ]);
    await phone.done;
  });
});
