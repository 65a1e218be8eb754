/** Requests that an application forwards. */
import type { Test } from 'tap';
import { answered, callee, caller, expect, maybe, pause, receive, reply } from '../testing/sipp-script.js';
import { onEachServer, type Stage } from '../testing/stage.js';

const taken = [
  callee.rings({ 'Record-Route': 'sip:.*127.0.0.1.*lr', 'Max-Forwards': '69' }),
  callee.answers(180),
  callee.answers(200, { sdp: true }),
  receive('ACK'),
  receive('BYE'),
  reply(200),
];

const call = [
  caller.invites(),
  expect(100),
  expect(180),
  answered(),
  caller.within('ACK', 1),
  pause(100),
  caller.within('BYE', 2),
  expect(200),
];

/** drachtio-server does not acknowledge the refusal of a branch that it has cancelled. */
const cancelled = ({ builtIn }: Stage) => [
  ...[receive('CANCEL'), callee.replies(200), callee.answersLate(487)],
  ...(builtIn ? [receive('ACK')] : []),
];

/** Every INVITE is forwarded; resolves with what came of the first one. */
async function forwarding(t: Test, stage: Stage, targets: string[], options: object = {}) {
  let forwarded: (result: unknown) => void = () => undefined;
  const result = new Promise<{ connected: boolean; finalStatus: number }>(resolve => {
    forwarded = resolve as typeof forwarded;
  });
  const srf = await stage.application(t, {
    invite: (req, _) => srf.proxyRequest(req, targets, { remainInDialog: true, ...options }).then(forwarded),
  });
  return { result: () => result };
}

onEachServer(async (t, stage) => {
  await t.test('a call goes through, and its BYE past the application', async t => {
    const phone = await stage.wait(t, taken);
    const { result } = await forwarding(t, stage, [phone.uri]);
    await stage.call(t, call);
    await phone.done;
    t.match(await result(), { connected: true, finalStatus: 200 });
  });

  await t.test('the callee hangs up', async t => {
    const phone = await stage.wait(t, [
      callee.rings(),
      callee.answers(200, { sdp: true }),
      receive('ACK'),
      callee.asks('BYE', 1),
      expect(200),
    ]);
    await forwarding(t, stage, [phone.uri]);
    await stage.call(t, [
      ...[caller.invites(), expect(100), answered(), caller.within('ACK', 1)],
      ...[receive('BYE'), reply(200)],
    ]);
    await phone.done;
  });

  await t.test('a refusal goes back', async t => {
    const phone = await stage.wait(t, [callee.rings(), callee.answers(486), receive('ACK')]);
    const { result } = await forwarding(t, stage, [phone.uri]);
    await stage.call(t, [caller.invites(), expect(100), expect(486), caller.acknowledgesRefusal()]);
    await phone.done;
    t.match(await result(), { connected: false, finalStatus: 486 });
  });

  await t.test('one after the other, until one takes the call', async t => {
    const refusing = await stage.wait(t, [callee.rings(), callee.answers(404), receive('ACK')]);
    const phone = await stage.wait(t, taken);
    const { result } = await forwarding(t, stage, [refusing.uri, phone.uri], { forking: 'sequential' });
    await stage.call(t, call);
    await refusing.done;
    await phone.done;
    t.match(await result(), { connected: true, finalStatus: 200 });
  });

  await t.test('all at once: who answers first has it, the other is cancelled', async t => {
    const slow = await stage.wait(t, [callee.rings(), callee.answers(180), ...cancelled(stage)]);
    const quick = await stage.wait(t, [
      callee.rings(),
      pause(300),
      callee.answers(200, { sdp: true }),
      receive('ACK'),
      receive('BYE'),
      reply(200),
    ]);
    await forwarding(t, stage, [slow.uri, quick.uri], { forking: 'simultaneous' });
    // Who rings may be slower than who answers.
    await stage.call(t, [
      ...[caller.invites(), expect(100), maybe(180), answered(), caller.within('ACK', 1)],
      ...[pause(100), caller.within('BYE', 2), expect(200)],
    ]);
    await Promise.all([slow.done, quick.done]);
  });

  await t.test('a redirection is followed', async t => {
    const phone = await stage.wait(t, taken);
    const moved = await stage.wait(t, [
      callee.rings(),
      callee.answers(302, { fields: [['Contact', `<${phone.uri}>`]] }),
      receive('ACK'),
    ]);
    await forwarding(t, stage, [moved.uri], { followRedirects: true });
    await stage.call(t, call);
    await moved.done;
    await phone.done;
  });

  await t.test('the caller gives up', async t => {
    const phone = await stage.wait(t, [callee.rings(), callee.answers(180), ...cancelled(stage)]);
    await forwarding(t, stage, [phone.uri]);
    await stage.call(t, [
      caller.invites(),
      expect(100),
      expect(180),
      caller.cancels(),
      expect(200),
      expect(487),
      caller.acknowledgesRefusal(),
    ]);
    await phone.done;
  });

  await t.test('who says nothing in time is passed over', async t => {
    const silent = await stage.wait(t, [callee.rings(), pause(5_000)]);
    const phone = await stage.wait(t, taken);
    await forwarding(t, stage, [silent.uri, phone.uri], {
      forking: 'sequential',
      provisionalTimeout: '2s',
    });
    await stage.call(t, call);
    await phone.done;
  });
});
