import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { heardAt, heardShare, readRecording } from '../../../test/support/recording.js';
import { agentHz, answeredPhone, calledPhone, callerHz, end, talkTogether } from './legs.js';
import type { Suite } from './suite.js';

/** Of a recording of somebody who speaks all the time: less where his machine has paused for a moment. */
const spoken = 0.3;

/** Recordings: measured by what is in the file. */
export function record({ test }: Suite): void {
  test('what one peer says, as mono', ['record'], async (t, server) => {
    const leg = await answeredPhone(server);
    const file = join(t.testdir(), 'peer.wav');
    leg.peer.mouth.speak(callerHz);
    const asked = performance.now();
    const recording = await leg.endpoint.record({ file, sides: 'peer' });
    const begun = performance.now();
    await leg.endpoint.play({ silenceMs: 1500 });
    const ending = performance.now();
    const result = await recording.stop();
    const [least, most] = [ending - begun, performance.now() - asked];
    t.equal(result.reason, 'stopped');
    t.equal(result.file, file);
    const sound = await readRecording(file);
    t.equal(sound.channels.length, 1);
    t.ok(heardShare(sound, 0, callerHz) > spoken);
    t.ok(
      sound.durationMs > least - 400 && sound.durationMs < most + 400,
      `${least} to ${most} ms were recorded as ${sound.durationMs} ms`,
    );
    t.ok(Math.abs(result.durationMs - sound.durationMs) < 100, 'the result says how long the file is');
    t.same(await recording.ended, result);
    t.same(await recording.stop(), result, 'stopping twice is fine');
    await end(leg);
  });

  test(
    'both sides in stereo: left what the peer says, right what it hears',
    ['record', 'record_stereo'],
    async (t, server) => {
      const customer = await answeredPhone(server);
      const agent = await calledPhone(server);
      await customer.endpoint.bridge(agent.endpoint);
      customer.peer.mouth.speak(callerHz);
      agent.peer.mouth.speak(agentHz);
      await customer.peer.ear.tone(agentHz);
      const file = join(t.testdir(), 'both.wav');
      const recording = await customer.endpoint.record({ file, sides: 'both' });
      await agent.endpoint.play({ silenceMs: 1000 });
      t.equal((await recording.stop()).reason, 'stopped');
      const sound = await readRecording(file);
      t.equal(sound.channels.length, 2);
      t.ok(heardShare(sound, 0, callerHz) > spoken, 'left: the peer');
      t.ok(heardShare(sound, 1, agentHz) > spoken, 'right: what it hears');
      t.equal(heardShare(sound, 0, agentHz), 0);
      t.equal(heardShare(sound, 1, callerHz), 0);
      await end(customer, agent);
    },
  );

  test('a prompt is on the side that hears it', ['record', 'record_stereo'], async (t, server) => {
    const leg = await answeredPhone(server);
    leg.peer.mouth.speak(callerHz);
    const file = join(t.testdir(), 'prompt.wav');
    const recording = await leg.endpoint.record({ file, sides: 'both' });
    const ringing = leg.endpoint.play({ tone: 'busy', country: 'jp' });
    await leg.peer.ear.tone(400);
    await leg.peer.ear.quiet();
    await leg.endpoint.stop();
    await ringing;
    await recording.stop();
    const sound = await readRecording(file);
    t.ok(heardShare(sound, 1, 400) > 0, 'the busy tone is on the right');
    t.ok(heardShare(sound, 0, callerHz) > spoken, 'the peer is on the left');
    await end(leg);
  });

  test('a pause is silence as long as it lasted', ['record', 'record_pause'], async (t, server) => {
    const leg = await answeredPhone(server);
    const file = join(t.testdir(), 'pause.wav');
    leg.peer.mouth.speak(callerHz);
    const recording = await leg.endpoint.record({ file, sides: 'peer' });
    await leg.endpoint.play({ silenceMs: 800 });
    await recording.pause();
    leg.peer.mouth.speak(agentHz);
    await leg.endpoint.play({ silenceMs: 1200 });
    leg.peer.mouth.speak(callerHz);
    await leg.endpoint.play({ silenceMs: 400 });
    await recording.resume();
    await leg.endpoint.play({ silenceMs: 800 });
    await recording.stop();
    const sound = await readRecording(file);
    t.equal(heardShare(sound, 0, agentHz), 0, 'what was said meanwhile is nowhere in the file');
    const moments = [100, 200, 300, 400, 500, 600, 700];
    t.ok(
      moments.some(at => heardAt(sound, 0, callerHz, at)),
      'before the pause',
    );
    t.ok(
      moments.some(at => heardAt(sound, 0, callerHz, sound.durationMs - at)),
      'after it',
    );
    t.ok(sound.durationMs > 2800, `the pause is time in the file: ${sound.durationMs} ms`);
    await end(leg);
  });

  test('it ends by its limit', ['record'], async (t, server) => {
    const leg = await answeredPhone(server);
    const file = join(t.testdir(), 'limit.wav');
    leg.peer.mouth.speak(callerHz);
    const recording = await leg.endpoint.record({ file, sides: 'peer', maxMs: 1000 });
    const { reason, durationMs } = await recording.ended;
    t.equal(reason, 'limit');
    t.ok(Math.abs(durationMs - 1000) < 200, `${durationMs} ms`);
    t.ok(Math.abs((await readRecording(file)).durationMs - 1000) < 200);
    await end(leg);
  });

  test('it ends with its endpoint, and the file is whole', ['record'], async (t, server) => {
    const leg = await answeredPhone(server);
    const file = join(t.testdir(), 'gone.wav');
    leg.peer.mouth.speak(callerHz);
    const recording = await leg.endpoint.record({ file, sides: 'peer' });
    await leg.endpoint.play({ silenceMs: 800 });
    await leg.endpoint.destroy();
    t.equal((await recording.ended).reason, 'endpoint_gone');
    const sound = await readRecording(file);
    t.ok(heardShare(sound, 0, callerHz) > spoken);
    leg.peer.close();
  });

  test('the talk is not disturbed by it', ['record'], async (t, server) => {
    const customer = await answeredPhone(server);
    const agent = await calledPhone(server);
    await customer.endpoint.bridge(agent.endpoint);
    await talkTogether(customer, agent);
    const recording = await customer.endpoint.record({ file: join(t.testdir(), 'talk.wav'), sides: 'peer' });
    await talkTogether(customer, agent);
    await recording.stop();
    await talkTogether(customer, agent);
    t.equal(customer.peer.listener.ssrcs.size, 1);
    await end(customer, agent);
  });

  test('a path that is taken, and a folder that is not there, are refused', ['record'], async (t, server) => {
    const leg = await answeredPhone(server);
    const file = join(t.testdir(), 'taken.wav');
    await writeFile(file, 'somebody else was here');
    const sides = 'peer';
    await t.rejects(leg.endpoint.record({ file, sides }), { code: 'bad_request' });
    t.equal((await stat(file)).size, 22, 'and is not touched');
    await t.rejects(leg.endpoint.record({ file: join(t.testdir(), 'no', 'such.wav'), sides }), {
      code: 'bad_request',
    });
    await t.rejects(leg.endpoint.record({ file: 'relative.wav', sides }), { code: 'bad_request' });
    await end(leg);
  });
}
