import t from 'tap';
import { loudness, toneShare } from '../../test/support/audio.js';
import { sampleRate } from '../media/audio/clip.js';
import { decodeG711 } from '../media/audio/g711.js';
import { greetingClip, greetingTone, keyClip, keyTone } from './voice.js';

const samples = (ms: number) => (ms * sampleRate) / 1000;

t.test('the greeting is heard, does not clip, and ends with its tone', async t => {
  const heard = decodeG711('PCMU', greetingClip().encoded.PCMU);
  t.ok(heard.length > samples(1500) && heard.length < samples(4000), `${heard.length / 8} ms`);
  t.ok(loudness(heard) > 1000);
  t.ok(heard.every(sample => Math.abs(sample) < 12_000));
  const end = heard.length - samples(greetingTone.ms) / 2;
  t.ok(toneShare(heard.subarray(end - 800, end), greetingTone.frequency) > 0.9);
  t.ok(toneShare(heard.subarray(0, samples(1800)), greetingTone.frequency) < 0.1, 'and only there');
  t.equal(greetingClip().times, 1);
});

t.test('a key is answered by so many beeps', async t => {
  for (const [key, count] of [
    ['1', 1],
    ['3', 3],
    ['0', 10],
    ['*', 11],
    ['D', 16],
  ] as const) {
    const heard = decodeG711('PCMA', keyClip(key).encoded.PCMA);
    let beeps = 0;
    let sounding = false;
    for (let at = 0; at + 80 <= heard.length; at += 80) {
      const loud = toneShare(heard.subarray(at, at + 80), keyTone.frequency) > 0.8;
      if (loud && !sounding) beeps++;
      sounding = loud;
    }
    t.equal(beeps, count, key);
  }
});
