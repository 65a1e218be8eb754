import t from 'tap';
import { emptyRtpPacket, isRtcp, readRtp, sequenceDistance, writeRtpHeader } from './packet.js';

function packetOf(payload: Buffer, edit: (header: Buffer) => void = () => undefined): Buffer {
  const packet = Buffer.concat([Buffer.alloc(12), payload]);
  writeRtpHeader(packet, 0, 8, true, 65535, 0xfffffff0, 0xdeadbeef);
  edit(packet);
  return packet;
}

t.test('a plain packet is read as it was written', async t => {
  const packet = emptyRtpPacket();
  t.ok(readRtp(packetOf(Buffer.from('abc')), packet));
  const { buffer, ...rest } = packet;
  t.same(rest, {
    payloadType: 8,
    marker: true,
    sequenceNumber: 65535,
    timestamp: 0xfffffff0,
    ssrc: 0xdeadbeef,
    payloadOffset: 12,
    payloadEnd: 15,
  });
  t.equal(buffer.toString('latin1', packet.payloadOffset, packet.payloadEnd), 'abc');
});

t.test('contributing sources, extension and padding are stepped over', async t => {
  const packet = emptyRtpPacket();
  const csrc = Buffer.alloc(8);
  const extension = Buffer.from([0xbe, 0xde, 0, 1, 1, 2, 3, 4]);
  const bytes = packetOf(Buffer.concat([csrc, extension, Buffer.from('hello'), Buffer.from([0, 0, 3])]));
  bytes[0] = 0x80 | 0x20 | 0x10 | 2;
  t.ok(readRtp(bytes, packet));
  t.equal(bytes.toString('latin1', packet.payloadOffset, packet.payloadEnd), 'hello');
});

t.test('what is no RTP, or lies about its lengths, is refused', async t => {
  const lies: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['eleven bytes', Buffer.alloc(11, 0x80)],
    ['version 1', packetOf(Buffer.alloc(4), header => header.writeUInt8(0x40, 0))],
    ['fifteen sources in no bytes', packetOf(Buffer.alloc(4), header => header.writeUInt8(0x8f, 0))],
    ['an extension without its header', packetOf(Buffer.alloc(2), header => header.writeUInt8(0x90, 0))],
    [
      'an extension beyond the end',
      packetOf(Buffer.from([0, 0, 0xff, 0xff]), header => header.writeUInt8(0x90, 0)),
    ],
    ['padding beyond the start', packetOf(Buffer.from([200]), header => header.writeUInt8(0xa0, 0))],
    ['padding of nothing', packetOf(Buffer.from([0]), header => header.writeUInt8(0xa0, 0))],
  ];
  for (const [what, bytes] of lies) t.notOk(readRtp(bytes, emptyRtpPacket()), what);
});

t.test('RTCP is told from RTP by its second byte', async t => {
  t.ok(isRtcp(Buffer.from([0x80, 200])));
  t.ok(isRtcp(Buffer.from([0x81, 206])));
  t.notOk(isRtcp(Buffer.from([0x80, 0])));
  t.notOk(isRtcp(Buffer.from([0x80, 0x80 | 8])), 'PCMA with marker');
  t.notOk(isRtcp(Buffer.from([0x80])));
});

t.test('sequence numbers wrap', async t => {
  t.equal(sequenceDistance(65535, 0), 1);
  t.equal(sequenceDistance(0, 65535), -1);
  t.equal(sequenceDistance(100, 90), -10);
});
