import t from 'tap';
import { decodeSample, loudness, toneShare, toneWav } from '../../../test/support/audio.js';
import { clipOf } from './clip.js';
import { FrameClock } from './frame-clock.js';
import { decodeG711, encodeG711, type Law, silence, transcodeInPlace } from './g711.js';
import { dtmfSamples, toneClip } from './tones.js';
import { parseWav } from './wav.js';

const allCodes = Buffer.from(Array.from({ length: 256 }, (_, code) => code));
const laws: Law[] = ['PCMU', 'PCMA'];

t.test('both laws decode as the tables of G.711 say', async t => {
  for (const law of laws) {
    const decoded = decodeG711(law, allCodes);
    const expected = [...allCodes].map(code => decodeSample(law, code));
    // The tables give 14 and 13 bits; the low bits are the implementation's.
    const worst = Math.max(...expected.map((value, code) => Math.abs(value - decoded[code]!)));
    t.ok(worst <= 8, `${law} is off by ${worst}`);
  }
});

t.test('encoding is right within half a step, for every sample', async t => {
  for (const law of laws) {
    const samples = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
    const coded = decodeG711(law, encodeG711(law, samples));
    const wrong = samples.filter(
      (sample, i) => Math.abs(sample - coded[i]!) > Math.max(16, Math.abs(sample) / 27),
    );
    t.same([...wrong], [], law);
    t.equal(Math.abs(decodeG711(law, Buffer.from([silence[law]]))[0]!) <= 8, true, 'silence is silent');
  }
});

t.test('a tone survives from law to law', async t => {
  const samples = Int16Array.from({ length: 1600 }, (_, i) =>
    Math.round(8000 * Math.sin((2 * Math.PI * 1000 * i) / 8000)),
  );
  for (const law of laws) {
    const other = law === 'PCMU' ? 'PCMA' : 'PCMU';
    const encoded = encodeG711(law, samples);
    const guarded = Buffer.concat([Buffer.from([1, 2]), encoded, Buffer.from([3])]);
    transcodeInPlace(law, guarded, 2, guarded.length - 1);
    t.ok(toneShare(decodeG711(other, guarded.subarray(2, -1)), 1000) > 0.99);
    t.same([guarded[0], guarded[1], guarded[guarded.length - 1]], [1, 2, 3], 'and nothing around it');
  }
});

function heard(clip: ReturnType<typeof toneClip>, fromMs: number, toMs: number): Int16Array {
  return decodeG711('PCMA', clip.encoded.PCMA).subarray(fromMs * 8, toMs * 8);
}

t.test('the ringing tone of Korea: 440 and 480 Hz, one second of three', async t => {
  const clip = toneClip('ringback', 'kr');
  t.equal(clip.encoded.PCMU.length, 24_000);
  const on = heard(clip, 100, 900);
  t.ok(toneShare(on, 440) > 0.45 && toneShare(on, 480) > 0.45);
  t.ok(loudness(heard(clip, 1010, 2990)) < 20);
  t.equal(clip.times, Number.POSITIVE_INFINITY);
  t.equal(toneClip('ringback', 'KR'), clip, 'made once');
  t.equal(toneClip('ringback', 'xx'), clip, "an unknown country has the house's tone");
  t.equal(toneClip('ringback', 'constructor'), clip);
  t.equal(toneClip('ringback', 'us').encoded.PCMU.length, 48_000);
});

t.test('keys as sound have the two frequencies of Q.23', async t => {
  t.ok(toneShare(dtmfSamples('1', 100, 0), 697) > 0.4);
  t.ok(toneShare(dtmfSamples('1', 100, 0), 1209) > 0.4);
  t.ok(toneShare(dtmfSamples('D', 100, 0), 941) > 0.4);
  t.ok(toneShare(dtmfSamples('D', 100, 0), 1633) > 0.4);
});

t.test('a clip is whole frames', async t => {
  t.equal(clipOf(new Int16Array(161)).encoded.PCMA.length, 320);
});

t.test('WAV: the three encodings are read, everything else is named', async t => {
  const wav = toneWav(900, 200);
  t.ok(toneShare(parseWav(wav, 'x.wav'), 900) > 0.99);
  const alaw = Buffer.concat([wav.subarray(0, 44), encodeG711('PCMA', parseWav(wav, 'x'))]);
  alaw.writeUInt16LE(6, 20);
  alaw.writeUInt16LE(8, 34);
  alaw.writeUInt32LE(1600, 40);
  t.ok(toneShare(parseWav(alaw, 'x.wav'), 900) > 0.99);
  const edit = (change: (bytes: Buffer) => void) => {
    const copy = Buffer.from(wav);
    change(copy);
    return copy;
  };
  const refused: [RegExp, Buffer][] = [
    [/RIFF/, Buffer.from('not a sound file at all')],
    [/RIFF/, Buffer.alloc(0)],
    [/mono/, edit(bytes => bytes.writeUInt16LE(2, 22))],
    [/8000/, edit(bytes => bytes.writeUInt32LE(44_100, 24))],
    [/bits/, edit(bytes => bytes.writeUInt16LE(24, 34))],
    [/encoding/, edit(bytes => bytes.writeUInt16LE(85, 20))],
    [/no sound data/, wav.subarray(0, 36)],
    [/no sound data/, edit(bytes => bytes.write('junk', 36))],
    [/too short/, edit(bytes => bytes.writeUInt32LE(2, 16))],
  ];
  for (const [why, bytes] of refused)
    t.throws(() => parseWav(bytes, 'x.wav'), { code: 'bad_request', message: why });
});

t.test('the clock ticks every player, spreads them, and rests when all are gone', async t => {
  const clock = new FrameClock();
  const ticks = new Map<string, number>();
  await new Promise<void>(resolve => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const player = {
        tick() {
          const count = (ticks.get(name) ?? 0) + 1;
          ticks.set(name, count);
          if (count < 5) return;
          clock.remove(player);
          if (ticks.size === 5 && [...ticks.values()].every(value => value === 5)) resolve();
        },
      };
      clock.add(player);
      clock.add(player);
    }
  });
  t.same([...ticks.values()], [5, 5, 5, 5, 5]);
});
