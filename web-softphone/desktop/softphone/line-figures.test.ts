import t from 'tap';
import { countsOf, type LineCounts, LineFollower } from './line-figures.js';

/** A line that is well, after so many seconds. */
function counts(seconds: number, change: Partial<LineCounts> = {}): LineCounts {
  return {
    packetsReceived: 50 * seconds,
    packetsLost: 0,
    jitterMs: 2,
    samples: 48_000 * seconds,
    concealed: 0,
    packetsSent: 50 * seconds,
    sentLost: 0,
    sentJitterMs: 3,
    roundTripMs: 20,
    spoken: { energy: 0.01 * seconds, seconds },
    heard: { energy: 0.001 * seconds, seconds },
    ...change,
  };
}

t.test('what a browser tells', async t => {
  const report = new Map<string, unknown>([
    ['V', { type: 'inbound-rtp', kind: 'video', packetsReceived: 1 }],
    [
      'I',
      {
        type: 'inbound-rtp',
        kind: 'audio',
        packetsReceived: 240,
        packetsLost: 10,
        jitter: 0.004,
        totalSamplesReceived: 1000,
        concealedSamples: 30,
        totalAudioEnergy: 0.5,
        totalSamplesDuration: 5,
      },
    ],
    ['O', { type: 'outbound-rtp', kind: 'audio', packetsSent: 250 }],
    ['R', { type: 'remote-inbound-rtp', kind: 'audio', packetsLost: 4, jitter: 0.001, roundTripTime: 0.03 }],
    ['S', { type: 'media-source', kind: 'audio', totalAudioEnergy: 1, totalSamplesDuration: 10 }],
  ]);
  t.same(countsOf(report), {
    packetsReceived: 240,
    packetsLost: 10,
    jitterMs: 4,
    samples: 1000,
    concealed: 30,
    packetsSent: 250,
    sentLost: 4,
    sentJitterMs: 1,
    roundTripMs: 30,
    spoken: { energy: 1, seconds: 10 },
    heard: { energy: 0.5, seconds: 5 },
  });
  t.equal(countsOf(new Map([['T', { type: 'transport' }]])), undefined);
  t.match(countsOf(new Map([['O', { type: 'outbound-rtp', kind: 'audio', packetsSent: 3 }]])), {
    packetsReceived: 0,
    packetsSent: 3,
    jitterMs: null,
    sentLost: null,
    heard: null,
  });
});

t.test('a line that is well', async t => {
  const line = new LineFollower();
  t.equal(line.look(counts(1), false), undefined, 'there is nothing to compare with yet');
  t.same(line.look(counts(6), false), {
    packetsReceived: 300,
    packetsLost: 0,
    jitterMs: 2,
    concealedPercent: 0,
    packetsSent: 300,
    sentLost: 0,
    sentJitterMs: 3,
    roundTripMs: 20,
    spokenDb: -20,
    heardDb: -30,
    trouble: null,
  });
});

t.test('each trouble is one when two looks agree, and so is its end', async t => {
  const bad: Record<string, (seconds: number) => Partial<LineCounts>> = {
    microphone_silent: seconds => ({ spoken: { energy: 0.01, seconds } }),
    sends_nothing: () => ({ packetsSent: 50 }),
    sound_gaps: seconds => ({ concealed: 3_000 * seconds }),
  };
  for (const [trouble, change] of Object.entries(bad)) {
    const line = new LineFollower();
    const troubles = [1, 2, 3, 4].map(seconds => line.look(counts(seconds, change(seconds)), false)?.trouble);
    t.same(troubles, [undefined, null, trouble, trouble], trouble);
    const well = (seconds: number) =>
      counts(seconds, {
        concealed: trouble === 'sound_gaps' ? 12_000 : 0,
        spoken: { energy: seconds, seconds },
      });
    t.equal(line.look(well(5), false)?.trouble, trouble, 'once better is not better');
    t.equal(line.look(well(6), false)?.trouble, null);
  }
});

t.test('who has muted himself has no silent microphone', async t => {
  const line = new LineFollower();
  for (const seconds of [1, 2, 3, 4]) line.look(counts(seconds, { spoken: { energy: 0, seconds } }), true);
  t.match(line.look(counts(5, { spoken: { energy: 0, seconds: 5 } }), true), {
    spokenDb: -120,
    trouble: null,
  });
});
