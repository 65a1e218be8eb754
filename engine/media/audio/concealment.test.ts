import t from 'tap';
import { loudness, toneShare } from '../../../test/support/audio.js';
import { blockSamples, Concealer } from './concealment.js';

const tone = (hz: number, block: number) =>
  Int16Array.from({ length: blockSamples }, (_, i) =>
    Math.round(8000 * Math.sin((2 * Math.PI * hz * (block * blockSamples + i)) / 8000)),
  );

function joined(blocks: readonly Int16Array[]): Int16Array {
  return Int16Array.from(blocks.flatMap(block => [...block]));
}

t.test('a voice goes on through a loss of 20 ms, with its pitch and nearly its loudness', async t => {
  for (const hz of [100, 150, 200, 400, 1000]) {
    const concealer = new Concealer();
    for (let i = 0; i < 10; i++) concealer.heard(tone(hz, i));
    const made = [new Int16Array(blockSamples), new Int16Array(blockSamples)];
    for (const block of made) t.ok(concealer.conceal(block));
    const sound = joined(made);
    t.ok(toneShare(sound, hz) > 0.9, `${hz} Hz is ${toneShare(sound, hz)} of it`);
    t.ok(loudness(sound) > 4000);
    const next = tone(hz, 12);
    concealer.heard(next);
    t.ok(toneShare(joined([made[1]!, next]), hz) > 0.85, 'and into what is real again');
  }
});

t.test('a long loss fades to silence, and nothing of it comes back', async t => {
  const concealer = new Concealer();
  for (let i = 0; i < 10; i++) concealer.heard(tone(200, i));
  const levels: number[] = [];
  const block = new Int16Array(blockSamples);
  for (let i = 0; i < 10; i++) {
    concealer.conceal(block);
    levels.push(loudness(block));
  }
  t.ok(
    levels.every((level, i) => i < 2 || level <= levels[i - 1]!),
    'softer and softer',
  );
  t.equal(levels[6], 0);
  t.equal(levels[9], 0);
  const real = tone(500, 0);
  concealer.heard(real);
  t.same(real, tone(500, 0), 'what is real again is untouched');
});
