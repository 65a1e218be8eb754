import t from 'tap';
import { loudness, toneFrame, toneShare } from '../../../test/support/audio.js';
import { emptyRtpPacket, type RtpPacket } from '../rtp/packet.js';
import { JitterBuffer } from './jitter-buffer.js';

function packet(index: number, hz: number): RtpPacket {
  const buffer = toneFrame('PCMU', [hz], index);
  return { ...emptyRtpPacket(), buffer, ssrc: 1, timestamp: index * 160, payloadOffset: 0, payloadEnd: 160 };
}

/** Packets by when they arrive; what is read every 20 ms. */
function through(arrivals: readonly [at: number, index: number][], frames: number): Int16Array[] {
  const buffer = new JitterBuffer();
  const heard: Int16Array[] = [];
  for (let frame = 0; frame < frames; frame++) {
    const now = 1000 + frame * 20;
    for (const [at, index] of arrivals) {
      if (at > frame * 20 - 20 && at <= frame * 20) buffer.put(packet(index, 1000), 'PCMU', 1000 + at);
    }
    const into = new Int16Array(160);
    buffer.take(into, now);
    heard.push(into);
  }
  return heard;
}

const steady = (count: number) => Array.from({ length: count }, (_, i): [number, number] => [i * 20, i]);
const soundOf = (frames: readonly Int16Array[], from: number, to: number) =>
  Int16Array.from(frames.slice(from, to).flatMap(frame => [...frame]));

t.test('what comes steadily is heard whole, a little later', async t => {
  const heard = through(steady(40), 40);
  t.ok(toneShare(soundOf(heard, 5, 40), 1000) > 0.99);
  t.equal(loudness(heard[0]!), 0, 'held back at first');
});

t.test('jitter and reordering within the delay leave no trace', async t => {
  const arrivals = steady(40).map(([at, index]): [number, number] => [at + (index % 2) * 25, index]);
  t.ok(toneShare(soundOf(through(arrivals, 40), 5, 40), 1000) > 0.99);
});

t.test('a lost packet is concealed', async t => {
  const arrivals = steady(40).filter(([, index]) => index !== 20);
  const heard = through(arrivals, 40);
  for (let i = 20; i < 25; i++) t.ok(loudness(heard[i]!) > 2000, `frame ${i}`);
  t.ok(toneShare(soundOf(heard, 18, 30), 1000) > 0.9);
});

t.test('packets that come too late again and again make it hold back more', async t => {
  const arrivals = steady(150).map(([at, index]): [number, number] => [
    at + (index % 4 === 3 ? 70 : 0),
    index,
  ]);
  t.ok(toneShare(soundOf(through(arrivals, 150), 100, 150), 1000) > 0.98);
});

t.test('a way that becomes 300 ms longer is a pause, not the end', async t => {
  const arrivals = steady(150).map(([at, index]): [number, number] => [index < 40 ? at : at + 300, index]);
  t.ok(toneShare(soundOf(through(arrivals, 165), 120, 150), 1000) > 0.98);
});

t.test('a peer that says nothing is silence, or the noise that it asks for', async t => {
  const buffer = new JitterBuffer();
  const frame = new Int16Array(160);
  t.notOk(buffer.take(frame, 1000));
  buffer.put(packet(0, 1000), 'PCMU', 1000);
  buffer.comfortNoise(50);
  for (let i = 1; i < 20; i++) t.ok(buffer.take(frame, 1000 + i * 20));
  // -50 dBov: 104 peak, evenly spread.
  t.ok(loudness(frame) > 30 && loudness(frame) < 100, `${loudness(frame)}`);
  buffer.put(packet(100, 1000), 'PCMU', 3000);
  for (let i = 0; i < 20; i++) buffer.take(frame, 3000 + i * 20);
  t.notOk(buffer.take(frame, 3400), 'the noise ends when the peer speaks again');
});
