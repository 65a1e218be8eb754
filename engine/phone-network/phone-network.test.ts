import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { type Behaviour, behaviours } from './behaviours.js';
import { type RunningNetwork, startPhoneNetwork } from './server.js';
import type { Settings } from './settings.js';
import { type LateOffer, openCaller } from './testing/caller.js';
import { greetingTone, keyTone } from './voice.js';

// Each test has a network and a caller of its own, and mostly listens.
t.jobs = 6;

/** The same phones, in a hurry: but for the one that is heard while it rings, which a busy machine takes time over. */
const hasty: readonly Behaviour[] = behaviours.map(behaviour => ({
  ...behaviour,
  ...(behaviour.ringMs && !behaviour.earlyMedia && { ringMs: 50 }),
  ...(behaviour.presses && { presses: { ...behaviour.presses, afterMs: 50 } }),
  ...(behaviour.hangsUpMs && { hangsUpMs: 100 }),
}));

async function open(t: Test, more: Partial<Settings> = {}) {
  // A window of the port range of its own: several tests run at the same time.
  const first = 30_000 + 2 * randomInt(10_000);
  const network: RunningNetwork = await startPhoneNetwork(
    {
      udp: { host: '127.0.0.1', port: 0 },
      address: '127.0.0.1',
      rtpPorts: { first, last: first + 200 },
      maxCalls: 20,
      rtpTimeoutMs: 60_000,
      subscriber: undefined,
      ...more,
    },
    pino(
      { level: process.env.RINGBRIDGE_TEST_LOG ? 'info' : 'silent' },
      pino.destination({ dest: 2, sync: true }),
    ),
    hasty,
  );
  const caller = await openCaller(network.udp);
  t.teardown(async () => {
    await caller.close();
    await network.close();
  });
  const nothingLeft = (t: Test) => {
    t.equal(network.calls, 0, 'no call is left');
    t.equal(network.handsets, 0, 'no phone holds a port');
  };
  return { network, caller, phone: caller.phone, nothingLeft };
}

/** The status that a call or a re-INVITE is refused with. */
const refusal = (work: Promise<unknown>): Promise<number | undefined> =>
  work.then(
    () => undefined,
    (error: { status?: number }) => error.status,
  );

t.test('00 rings, answers, greets, echoes, and answers keys', async t => {
  const { caller, phone, nothingLeft } = await open(t);
  const attempt = caller.call('+821055500100', phone.sdp());
  await attempt.reached(180);
  const dialog = await attempt.answered;
  phone.connect(dialog.remote.sdp).mouth.speak(600);
  await phone.ear.tone(greetingTone.frequency);
  await phone.ear.tone(600);
  await phone.mouth.press('3');
  await phone.ear.tone(keyTone.frequency);
  await phone.ear.tone(600);
  await dialog.destroy();
  nothingLeft(t);
});

t.test('numbers that refuse, each with its status', async t => {
  const { caller, phone, nothingLeft } = await open(t);
  for (const [ending, status] of [
    ['01', 486],
    ['03', 603],
    ['07', 503],
    ['08', 404],
  ] as const) {
    t.equal(await refusal(caller.call(`+8210555001${ending}`, phone.sdp()).answered), status);
  }
  nothingLeft(t);
});

t.test('02 rings until it is cancelled', async t => {
  const { caller, phone, network, nothingLeft } = await open(t);
  const attempt = caller.call('+821055500102', phone.sdp());
  await attempt.reached(180);
  t.equal(network.calls, 1);
  attempt.cancel();
  t.equal(await refusal(attempt.answered), 487);
  nothingLeft(t);
});

t.test('05 presses 1, then greets', async t => {
  const { caller, phone } = await open(t);
  const dialog = await caller.call('+821055500105', phone.sdp()).answered;
  phone.connect(dialog.remote.sdp).mouth.speak();
  t.equal(await phone.listener.keyCount(1), '1');
  await phone.ear.tone(greetingTone.frequency);
  await dialog.destroy();
});

t.test('06 hangs up', async t => {
  const { caller, phone, nothingLeft } = await open(t);
  const dialog = await caller.call('+821055500106', phone.sdp()).answered;
  await once(dialog, 'destroy');
  // By the time that another call is refused, the answer to the BYE has arrived.
  t.equal(await refusal(caller.call('+821055500101', phone.sdp()).answered), 486);
  nothingLeft(t);
});

t.test('09 is heard before it answers', async t => {
  const { caller, phone } = await open(t);
  const attempt = caller.call('+821055500109', phone.sdp());
  const early = await attempt.reached(183);
  phone.connect(early.body ?? '').mouth.speak();
  let answered = false;
  void attempt.answered.then(() => {
    answered = true;
  });
  await phone.ear.tones([440, 480]);
  t.equal(answered, false);
  const dialog = await attempt.answered;
  t.equal(dialog.remote.sdp, early.body, 'the answer is the one that was given early');
  await phone.ear.tone(greetingTone.frequency);
  await dialog.destroy();
});

t.test('hold and resume', async t => {
  const { caller, phone } = await open(t);
  const dialog = await caller.call('+821055500100', phone.sdp()).answered;
  phone.connect(dialog.remote.sdp).mouth.speak(600);
  await phone.ear.tone(600);
  await dialog.modify(phone.sdp('sendonly', 2));
  t.match(dialog.remote.sdp, 'a=recvonly');
  const held = phone.listener.packets;
  // A key takes 140 ms to press: seven frames of somebody who would still be sending.
  await phone.mouth.press('1');
  t.ok(phone.listener.packets - held <= 1, 'nothing is sent to somebody who holds');
  await dialog.modify(phone.sdp('sendrecv', 3));
  t.match(dialog.remote.sdp, 'a=sendrecv');
  phone.mouth.speak(800);
  await phone.ear.tone(800);
  await dialog.destroy();
});

t.test('an INVITE without an offer gets one', async t => {
  const { caller, phone, nothingLeft } = await open(t);
  const offer = (await caller.call('+821055500100', undefined).answered) as unknown as LateOffer;
  t.match(offer.sdp, 'm=audio');
  phone.connect(offer.sdp);
  const dialog = await offer.ack(phone.sdp());
  phone.mouth.speak(600);
  await phone.ear.tone(greetingTone.frequency);
  await phone.ear.tone(600);
  await dialog.destroy();
  nothingLeft(t);
});

t.test('what cannot be talked with is refused', async t => {
  const { caller, phone, nothingLeft } = await open(t);
  const g729 = phone
    .sdp()
    .replace(/RTP\/AVP .*/, 'RTP/AVP 18')
    .replace(/a=(rtpmap|fmtp):.*\r\n/g, '');
  t.equal(await refusal(caller.call('+821055500100', g729).answered), 488, 'no common codec');
  t.equal(await refusal(caller.call('+821055500100', 'v=0\r\nnonsense').answered), 488, 'no SDP');
  const dialog = await caller.call('+821055500100', phone.sdp()).answered;
  t.equal(await refusal(dialog.modify(g729)), 488, 'a new offer that does not fit');
  phone.connect(dialog.remote.sdp).mouth.speak(600);
  await phone.ear.tone(600, 20_000);
  await dialog.destroy();
  nothingLeft(t);
});

t.test('no more calls than allowed', async t => {
  const { caller, phone } = await open(t, { maxCalls: 1 });
  const first = caller.call('+821055500102', phone.sdp());
  await first.reached(180);
  t.equal(await refusal(caller.call('+821055500100', phone.sdp()).answered), 503);
  first.cancel();
  t.equal(await refusal(first.answered), 487);
  const dialog = await caller.call('+821055500100', phone.sdp()).answered;
  await dialog.destroy();
});

t.test('a trunk with a password', async t => {
  const subscriber = { realm: 'demo', username: 'gateway', password: 'correct horse' };
  const { caller, phone, nothingLeft } = await open(t, { subscriber });
  const { username, password } = subscriber;
  t.equal(await refusal(caller.call('+821055500100', phone.sdp()).answered), 407);
  const wrong = caller.call('+821055500100', phone.sdp(), { username, password: 'wrong' });
  t.equal(await refusal(wrong.answered), 407);
  for (let i = 0; i < 2; i++) {
    const dialog = await caller.call('+821055500100', phone.sdp(), { username, password }).answered;
    await dialog.destroy();
  }
  nothingLeft(t);
});

t.test('a caller who never speaks is let go', async t => {
  const { caller, phone } = await open(t, { rtpTimeoutMs: 200 });
  const silent = await caller.call('+821055500100', phone.sdp()).answered;
  await once(silent, 'destroy');
  t.pass('without a packet of his');
});

t.test('a caller who falls silent is let go', async t => {
  // Both sides of the call are this process: a pause of it is silence, too.
  const { caller, phone } = await open(t, { rtpTimeoutMs: 3_000 });
  const dialog = await caller.call('+821055500100', phone.sdp()).answered;
  phone.connect(dialog.remote.sdp).mouth.speak(600);
  await phone.ear.tone(greetingTone.frequency);
  phone.mouth.close();
  await once(dialog, 'destroy');
  t.pass('after what he has said');
});

t.test('closing ends what rings and what talks', async t => {
  const { caller, phone, network, nothingLeft } = await open(t);
  const ringing = caller.call('+821055500102', phone.sdp());
  await ringing.reached(180);
  const dialog = await caller.call('+821055500100', phone.sdp()).answered;
  const hungUp = once(dialog, 'destroy');
  await network.close();
  await hungUp;
  t.equal(await refusal(ringing.answered), 480);
  nothingLeft(t);
});
