import t from 'tap';
import { OutgoingStream } from './outgoing-stream.js';
import { emptyRtpPacket, type RtpPacket, readRtp, writeRtpHeader } from './packet.js';
import { Reception } from './reception.js';
import { RtcpState } from './rtcp.js';

function incoming(sequenceNumber: number, timestamp: number, ssrc = 7): RtpPacket {
  const buffer = Buffer.alloc(12 + 160);
  writeRtpHeader(buffer, 0, 0, false, sequenceNumber, timestamp, ssrc);
  const packet = emptyRtpPacket();
  readRtp(buffer, packet);
  return packet;
}

function sent(stream: OutgoingStream, source: object, packet: RtpPacket, now: number) {
  const start = stream.relay(source, packet, 8, now);
  const out = emptyRtpPacket();
  readRtp(packet.buffer.subarray(start), out);
  return out;
}

t.test('a relayed stream keeps its distances, over the wrap of both counters', async t => {
  const stream = new OutgoingStream();
  const source = {};
  const first = sent(stream, source, incoming(65534, 0xffffff60), 1000);
  const second = sent(stream, source, incoming(65535, 0), 1020);
  const fourth = sent(stream, source, incoming(1, 320), 1060);
  t.ok(first.marker, 'a talk spurt begins');
  t.notOk(second.marker);
  t.equal(second.sequenceNumber, (first.sequenceNumber + 1) & 0xffff);
  t.equal(fourth.sequenceNumber, (first.sequenceNumber + 3) & 0xffff, 'a lost packet stays visible');
  t.equal((fourth.timestamp - first.timestamp) >>> 0, 480);
  t.equal(first.ssrc, fourth.ssrc);
  t.equal(first.payloadType, 8);
});

t.test('another source goes on where the last one ended, with the time between', async t => {
  const stream = new OutgoingStream();
  const before = sent(stream, {}, incoming(10, 1000), 1000);
  const after = sent(stream, {}, incoming(40_000, 77), 1100);
  t.ok(after.marker);
  t.equal(after.sequenceNumber, (before.sequenceNumber + 1) & 0xffff);
  t.equal((after.timestamp - before.timestamp) >>> 0, 800);
});

t.test('a source that starts anew (SSRC, sequence or clock) is seamless too', async t => {
  const stream = new OutgoingStream();
  const source = {};
  let last = sent(stream, source, incoming(10, 1000, 1), 1000);
  const restarts = [incoming(11, 1160, 2), incoming(9000, 1320, 2), incoming(9001, 900_000, 2)];
  restarts.forEach((packet, index) => {
    const next = sent(stream, source, packet, 1020 + 20 * index);
    t.equal(next.sequenceNumber, (last.sequenceNumber + 1) & 0xffff);
    t.equal((next.timestamp - last.timestamp) >>> 0, 160);
    last = next;
  });
});

t.test('a late packet does not turn the stream back', async t => {
  const stream = new OutgoingStream();
  const source = {};
  const first = sent(stream, source, incoming(1, 160), 1000);
  sent(stream, source, incoming(3, 480), 1040);
  const late = sent(stream, source, incoming(2, 320), 1041);
  t.equal(late.sequenceNumber, (first.sequenceNumber + 1) & 0xffff);
  const next = sent(stream, {}, incoming(500, 0), 1060);
  t.equal(next.sequenceNumber, (first.sequenceNumber + 3) & 0xffff);
});

t.test('loss and jitter as RFC 3550 defines them', async t => {
  const reception = new Reception();
  for (const [i, sequence] of [65534, 65535, 0, 2, 3].entries()) {
    reception.update(9, sequence, sequence * 160, i * 20, true);
  }
  t.equal(reception.packetsReceived, 5);
  t.equal(reception.packetsLost, 1);
  t.equal(reception.extendedHighestSequence, 0x10003);
  t.equal(reception.takeFractionLost(), Math.floor(256 / 6));
  t.equal(reception.takeFractionLost(), 0, 'since the last report');
  t.equal(new Reception().packetsLost, 0);
  const steady = new Reception();
  for (let i = 0; i < 50; i++) steady.update(1, i, i * 160, 5 + i * 20, true);
  t.equal(steady.jitterMs, 0);
  const shaky = new Reception();
  for (let i = 0; i < 400; i++) shaky.update(1, i, i * 160, i * 20 + (i % 2) * 10, true);
  t.ok(
    Math.abs(shaky.jitterMs - 10) < 0.5,
    `10 ms back and forth is a jitter of 10 ms, not ${shaky.jitterMs}`,
  );
});

t.test('reports of two sides give each the round trip', async t => {
  const [ours, theirs] = [new OutgoingStream(), new OutgoingStream()];
  const [ourState, theirState] = [new RtcpState(), new RtcpState()];
  const [ourReception, theirReception] = [new Reception(), new Reception()];
  sent(ours, {}, incoming(1, 1), 0);
  sent(theirs, {}, incoming(1, 1), 0);
  ourReception.update(theirs.ssrc, 1, 1, 0, true);
  theirReception.update(ours.ssrc, 1, 1, 0, true);
  theirReception.update(ours.ssrc, 4, 480, 60, true);
  const report = ourState.write(ours, ourReception, 'us', 5000);
  t.equal(report.length % 4, 0);
  t.ok(theirState.read(report, theirs.ssrc, 5030));
  const reply = theirState.write(theirs, theirReception, 'them', 5130);
  t.ok(ourState.read(reply, ours.ssrc, 5160));
  t.ok(Math.abs((ourState.roundTripMs ?? 0) - 60) < 1, `the way there and back, not ${ourState.roundTripMs}`);
  t.equal(ourState.remoteLost, 2, 'the peer tells what it lost of ours');
  t.equal(ourState.remoteJitterMs, theirReception.jitterTimestampUnits / 8);
});

t.test('RTCP that lies about its lengths is refused', async t => {
  const state = new RtcpState();
  const lies = [
    Buffer.from([0x80, 201]),
    Buffer.from([0x80, 201, 0, 9, 0, 0, 0, 1]),
    Buffer.from([0x40, 201, 0, 1, 0, 0, 0, 1]),
    Buffer.from([0x9f, 201, 0, 1, 0, 0, 0, 1]),
    Buffer.from([0x80, 200, 0, 1, 0, 0, 0, 1]),
    Buffer.alloc(0),
  ];
  for (const lie of lies) t.notOk(state.read(lie, 1, 0), lie.toString('hex'));
});
