import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { dtmfFrequencies, toneFrame } from '../../../test/support/audio.js';
import { emptyRtpPacket } from '../rtp/packet.js';
import { DtmfDetector } from './dtmf-detector.js';
import type { Law } from './g711.js';
import { readWav } from './wav.js';

const musicFolder = fileURLToPath(new URL('../../../../prompts/music', import.meta.url));
const allKeys = '1234567890*#ABCD';

/** Feeds frames of 20 ms and returns what was recognised. */
function heard(law: Law, frames: readonly Buffer[]): { digit: string; durationMs: number }[] {
  const presses: { digit: string; durationMs: number }[] = [];
  const detector = new DtmfDetector(press => presses.push(press));
  for (const buffer of frames) {
    detector.hear({ ...emptyRtpPacket(), buffer, payloadOffset: 0, payloadEnd: buffer.length }, law);
  }
  return presses;
}

function frames(law: Law, hz: readonly number[], count: number, amplitude?: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => toneFrame(law, hz, i, amplitude));
}

const silence = (law: Law) => frames(law, [], 3);

t.test('every key is recognised, in both laws, loud and soft, long and short', async t => {
  for (const law of ['PCMU', 'PCMA'] as const) {
    for (const [count, amplitude] of [
      [3, 8000],
      [5, 1500],
      [10, 12_000],
    ] as const) {
      const spoken = [...allKeys].flatMap(key => [
        ...frames(law, dtmfFrequencies(key), count, amplitude),
        ...silence(law),
      ]);
      t.equal(
        heard(law, spoken)
          .map(({ digit }) => digit)
          .join(''),
        allKeys,
        `${law}, ${count * 20} ms, ${amplitude}`,
      );
    }
  }
});

t.test('a key that is held is one press, with its length', async t => {
  const presses = heard('PCMU', [...frames('PCMU', dtmfFrequencies('5'), 50), ...silence('PCMU')]);
  t.equal(presses.length, 1);
  t.ok(Math.abs(presses[0]!.durationMs - 1000) < 40, `${presses[0]!.durationMs} ms`);
});

t.test('the same key twice is two presses', async t => {
  const press = [...frames('PCMA', dtmfFrequencies('1'), 4), ...silence('PCMA')];
  t.equal(heard('PCMA', [...press, ...press]).length, 2);
});

t.test('what is no key is none: one tone, tones of other signals, noise, music', async t => {
  const others: [string, Buffer[]][] = [
    ['a row alone', frames('PCMU', [697], 20)],
    ['a column alone', frames('PCMU', [1336], 20)],
    ['ringing tone', frames('PCMU', [440, 480], 20)],
    ['two rows', frames('PCMU', [697, 852], 20)],
    ['three tones', frames('PCMU', [697, 1209, 1477], 20)],
    ['a key in another voice as loud', frames('PCMU', [697, 1209, 350, 2100], 20)],
    [
      'noise',
      Array.from({ length: 200 }, (_, n) =>
        Buffer.from(Array.from({ length: 160 }, (_, i) => (n * 7919 + i * 104_729) % 256)),
      ),
    ],
  ];
  for (const [what, sound] of others) t.same(heard('PCMU', [...sound, ...silence('PCMU')]), [], what);
  for (const file of ['hold-music-1.wav', 'hold-music-2.wav']) {
    const music = (await readWav(join(musicFolder, file))).encoded.PCMU;
    const pieces = Array.from({ length: music.length / 160 }, (_, i) =>
      music.subarray(i * 160, i * 160 + 160),
    );
    t.same(heard('PCMU', pieces), [], file);
  }
});
