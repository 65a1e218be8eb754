import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { loudness, toneFrame } from '../../../test/support/audio.js';
import { heardAt, readRecording } from '../../../test/support/recording.js';
import { emptyRtpPacket, writeRtpHeader } from '../rtp/packet.js';
import { Recorder } from './recorder.js';
import { WavWriter } from './wav-writer.js';

/** Speaks to a recorder: left 500 Hz, right 1500 Hz; what arrives is late by `lateMs`, lost and out of order. */
function speak(
  recorder: Recorder,
  clock: { now: number },
  frames: number,
  lateMs: (i: number) => number,
): void {
  const order = Array.from({ length: frames }, (_, i) => i);
  // Every fifth pair changes places; every ninth packet is lost.
  for (let i = 0; i + 1 < frames; i += 5) [order[i], order[i + 1]] = [order[i + 1]!, order[i]!];
  for (const [i, index] of order.entries()) {
    const now = clock.now + i * 20 + lateMs(i);
    const buffer = toneFrame('PCMU', [500], index);
    if (index % 9 !== 8) {
      const packet = { ...emptyRtpPacket(), buffer, ssrc: 1, timestamp: index * 160 };
      recorder.hear({ ...packet, payloadOffset: 0, payloadEnd: buffer.length }, 'PCMU', now);
    }
    const sent = Buffer.concat([Buffer.alloc(12), toneFrame('PCMA', [1500], i)]);
    writeRtpHeader(sent, 0, 8, false, i, i * 160, 2);
    recorder.sent(sent, 'PCMA', 2, now);
  }
  clock.now += frames * 20;
}

const ways: Record<string, (i: number) => number> = {
  evenly: () => 0,
  'with jitter': i => (i * 7) % 40,
  'in a burst after a stall': i => (i >= 15 && i < 30 ? (30 - i) * 20 : 0),
};

for (const [how, lateMs] of Object.entries(ways)) {
  t.test(`what comes ${how} is aligned and whole, whatever is lost or out of order`, async t => {
    const file = join(t.testdir(), 'both.wav');
    const clock = { now: 5000 };
    const recorder = await Recorder.start({ file, sides: 'both', maxMs: undefined, now: () => clock.now });
    speak(recorder, clock, 60, lateMs);
    const { reason, durationMs } = await recorder.end('stopped');
    t.equal(reason, 'stopped');
    t.equal(durationMs, 1200);
    const sound = await readRecording(file);
    t.equal(sound.durationMs, 1200);
    for (let at = 200; at < 1100; at += 100) {
      t.ok(heardAt(sound, 0, 500, at), `left at ${at} ms`);
      t.ok(heardAt(sound, 1, 1500, at), `right at ${at} ms`);
    }
    t.same(await recorder.end('limit'), await recorder.ended, 'the first reason counts');
  });
}

t.test('a pause is silent on both sides, and time all the same', async t => {
  const file = join(t.testdir(), 'pause.wav');
  const clock = { now: 5000 };
  const recorder = await Recorder.start({ file, sides: 'both', maxMs: undefined, now: () => clock.now });
  speak(recorder, clock, 50, () => 0);
  recorder.pause();
  speak(recorder, clock, 50, () => 0);
  recorder.resume();
  speak(recorder, clock, 50, () => 0);
  await recorder.end('stopped');
  const sound = await readRecording(file);
  t.equal(sound.durationMs, 3000);
  for (const [at, heard] of [
    [900, true],
    [1100, false],
    [1500, false],
    [1900, false],
    [2200, true],
  ] as const) {
    t.equal(heardAt(sound, 0, 500, at), heard, `left at ${at} ms`);
    t.equal(heardAt(sound, 1, 1500, at), heard, `right at ${at} ms`);
  }
  t.equal(loudness(sound.channels[0]!.subarray(1020 * 8, 1980 * 8)), 0);
});

t.test('a process that is killed leaves a whole file up to the last piece', async t => {
  const file = join(t.testdir(), 'killed.wav');
  const writer = await WavWriter.create(file, 1);
  for (let i = 1; i <= 3; i++) {
    await writer.append(Buffer.alloc(1600, 1));
    // No close: this is what is there when nobody comes to close it.
    const { durationMs } = await readRecording(file);
    t.equal(durationMs, i * 100);
  }
  await writer.close();
});

t.test('a file that cannot be made, or not be written any more, is told by name', async t => {
  const folder = t.testdir({ 'taken.wav': 'mine' });
  const settings = { sides: 'peer', maxMs: undefined } as const;
  await t.rejects(Recorder.start({ ...settings, file: join(folder, 'taken.wav') }), { code: 'bad_request' });
  t.equal((await readFile(join(folder, 'taken.wav'))).toString(), 'mine');
  await t.rejects(Recorder.start({ ...settings, file: join(folder, 'no', 'where.wav') }), {
    code: 'bad_request',
  });
});
