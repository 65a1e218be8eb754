import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toneWav } from '../../../test/support/audio.js';
import { answeredBrowser, answeredPhone, calledPhone, end, talkTogether } from './legs.js';
import type { Suite } from './suite.js';

/** Prompts, tones and music: what is heard, in which order, and by what it ends. */
export function play({ test }: Suite): void {
  test('ringback of a country is heard until stopped, then the bridge', [], async (t, server) => {
    const agent = await answeredPhone(server);
    const customer = await calledPhone(server);
    const ringing = agent.endpoint.play({ tone: 'ringback', country: 'kr' });
    await agent.peer.ear.tones([440, 480]);
    await agent.endpoint.stop();
    t.same(await ringing, { reason: 'stopped' });
    await agent.endpoint.bridge(customer.endpoint);
    await talkTogether(agent, customer);
    await end(agent, customer);
  });

  test('a bridge ends what plays', [], async (t, server) => {
    const agent = await answeredPhone(server);
    const customer = await calledPhone(server);
    const ringing = agent.endpoint.play({ tone: 'ringback', country: 'gb' });
    await agent.peer.ear.tones([400, 450]);
    await agent.endpoint.bridge(customer.endpoint);
    t.same(await ringing, { reason: 'stopped' });
    await talkTogether(agent, customer);
    await end(agent, customer);
  });

  test('what is stopped in the same breath is not heard over the bridge', [], async (t, server) => {
    // One file each time: the first that is asked of an engine takes it the longest.
    const folder = t.testdir();
    const agent = await answeredPhone(server);
    const customer = await calledPhone(server);
    for (let time = 0; time < 5; time++) {
      const file = join(folder, `${time}.wav`);
      await writeFile(file, toneWav(2200, 3000));
      const abort = new AbortController();
      const playing = customer.endpoint.play({ file }, { times: 'forever', signal: abort.signal });
      abort.abort();
      await agent.endpoint.bridge(customer.endpoint);
      t.same(await playing, { reason: 'stopped' });
      await talkTogether(agent, customer);
      await agent.endpoint.unbridge();
    }
    await end(agent, customer);
  });

  test('a bridge in the same breath ends what plays, too', [], async (t, server) => {
    const file = join(t.testdir(), 'tone.wav');
    await writeFile(file, toneWav(2200, 3000));
    const agent = await answeredPhone(server);
    const customer = await calledPhone(server);
    const playing = customer.endpoint.play({ file }, { times: 'forever' });
    await agent.endpoint.bridge(customer.endpoint);
    t.same(await playing, { reason: 'stopped' });
    await talkTogether(agent, customer);
    await end(agent, customer);
  });

  test('of two that are asked for in the same breath the second is heard', [], async (t, server) => {
    const folder = t.testdir();
    const [first, second] = [join(folder, 'long.wav'), join(folder, 'second.wav')];
    await writeFile(first, toneWav(900, 60_000));
    await writeFile(second, toneWav(1300, 500));
    const leg = await answeredPhone(server);
    const replaced = leg.endpoint.play({ file: first }, { times: 'forever' });
    const heard = leg.endpoint.play({ file: second }, { times: 'forever' });
    t.same(await replaced, { reason: 'replaced' });
    await leg.peer.ear.tone(1300);
    await leg.endpoint.stop();
    t.same(await heard, { reason: 'stopped' });
    await end(leg);
  });

  test('busy tone and music, the one replacing the other', [], async (t, server) => {
    const leg = await answeredPhone(server);
    const busy = leg.endpoint.play({ tone: 'busy', country: 'us' });
    await leg.peer.ear.tones([480, 620]);
    const music = leg.endpoint.play({ music: 'default' });
    t.same(await busy, { reason: 'replaced' });
    await leg.peer.ear.soundWithout([480, 620]);
    await leg.endpoint.destroy();
    t.same(await music, { reason: 'stopped' });
    leg.peer.close();
  });

  test('a browser hears a file to its end', ['webrtc'], async (t, server) => {
    const file = join(t.testdir(), 'tone.wav');
    await writeFile(file, toneWav(900, 600));
    const leg = await answeredBrowser(server);
    const [ended] = await Promise.all([leg.endpoint.play({ file }), leg.peer.listener.ear.tone(900)]);
    t.same(ended, { reason: 'finished' });
    await end(leg);
  });

  test('a sequence of files and silence, in order and to its end', [], async (t, server) => {
    const folder = t.testdir();
    const [first, second] = [join(folder, 'first.wav'), join(folder, 'second.wav')];
    await writeFile(first, toneWav(900, 500));
    await writeFile(second, toneWav(1300, 500));
    const leg = await answeredPhone(server);
    const playing = leg.endpoint.play([
      { file: first },
      { silenceMs: 400 },
      { file: second },
      { tone: 'beep' },
    ]);
    await leg.peer.ear.tone(900);
    await leg.peer.ear.quiet();
    await leg.peer.ear.tone(1300);
    await leg.peer.ear.soundWithout([900, 1300]);
    t.same(await playing, { reason: 'finished' });
    await end(leg);
  });

  test('a prompt is repeated as often as asked', [], async (t, server) => {
    const file = join(t.testdir(), 'short.wav');
    await writeFile(file, toneWav(900, 300));
    const leg = await answeredPhone(server);
    let rounds = 0;
    const counting = (async () => {
      for (; rounds < 3; rounds++) {
        await leg.peer.ear.tone(900);
        await leg.peer.ear.quiet();
      }
    })();
    t.same(await leg.endpoint.play([{ file }, { silenceMs: 300 }], { times: 3 }), { reason: 'finished' });
    await leg.endpoint.play({ silenceMs: 400 });
    await counting;
    t.equal(rounds, 3);
    await end(leg);
  });

  test('a loop goes on until its signal', [], async (t, server) => {
    const file = join(t.testdir(), 'loop.wav');
    await writeFile(file, toneWav(900, 240));
    const leg = await answeredPhone(server);
    const abort = new AbortController();
    const playing = leg.endpoint.play({ file }, { times: 'forever', signal: abort.signal });
    for (let i = 0; i < 3; i++) await leg.peer.ear.tone(900);
    abort.abort();
    t.same(await playing, { reason: 'stopped' });
    t.same(
      await leg.endpoint.play({ file }, { signal: abort.signal }),
      { reason: 'stopped' },
      'not even begun',
    );
    await end(leg);
  });

  test('a signal that comes when the endpoint is gone disturbs nobody', [], async (t, server) => {
    const leg = await answeredPhone(server);
    const abort = new AbortController();
    const playing = leg.endpoint.play({ music: 'default' }, { times: 'forever', signal: abort.signal });
    await leg.peer.ear.soundWithout([]);
    const ended = end(leg);
    abort.abort();
    t.same(await playing, { reason: 'stopped' });
    await ended;
  });

  test('a key ends it if it is one of those that may', [], async (t, server) => {
    const leg = await answeredPhone(server);
    leg.peer.mouth.speak();
    const playing = leg.endpoint.play({ music: 'default' }, { endOnDigit: '5#' });
    await leg.peer.ear.soundWithout([]);
    await leg.peer.mouth.press('4');
    await leg.peer.ear.soundWithout([]);
    await leg.peer.mouth.press('#');
    t.same(await playing, { reason: 'digit', digit: '#' });
    const any = leg.endpoint.play({ music: 'default' }, { endOnDigit: 'any' });
    await leg.peer.ear.soundWithout([]);
    await leg.peer.mouth.press('7');
    t.same(await any, { reason: 'digit', digit: '7' });
    await end(leg);
  });

  test('a prompt is heard over a bridge, which goes on after it', [], async (t, server) => {
    const file = join(t.testdir(), 'notice.wav');
    await writeFile(file, toneWav(2200, 600));
    const agent = await answeredPhone(server);
    const customer = await calledPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await talkTogether(agent, customer);
    const [ended] = await Promise.all([customer.endpoint.play({ file }), customer.peer.ear.tone(2200)]);
    t.same(ended, { reason: 'finished' });
    await talkTogether(agent, customer);
    await end(agent, customer);
  });

  test('a file that is not there, or is none, is refused by name', [], async (t, server) => {
    const leg = await answeredPhone(server);
    const file = join(t.testdir(), 'none.wav');
    await writeFile(file, 'RIFF this is not a sound file');
    await t.rejects(leg.endpoint.play({ file: '/nowhere/at-all.wav' }), { code: 'bad_request' });
    await t.rejects(leg.endpoint.play({ file }), { code: 'bad_request' });
    await t.rejects(leg.endpoint.play([]), { code: 'bad_request' });
    await t.rejects(leg.endpoint.play({ silenceMs: -1 }), { code: 'bad_request' });
    await end(leg);
  });
}
