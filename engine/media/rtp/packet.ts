/** RTP packets in the buffer they arrived in (RFC 3550 5.1). */

export const rtpHeaderLength = 12;

/** One RTP packet. The object is reused for every packet of its endpoint: whoever needs it later copies it. */
export interface RtpPacket {
  buffer: Buffer;
  payloadType: number;
  marker: boolean;
  sequenceNumber: number;
  timestamp: number;
  ssrc: number;
  /** Where the payload starts, past contributing sources and header extension. */
  payloadOffset: number;
  /** Where the payload ends, before padding. */
  payloadEnd: number;
}

export function emptyRtpPacket(): RtpPacket {
  return {
    buffer: Buffer.alloc(0),
    payloadType: 0,
    marker: false,
    sequenceNumber: 0,
    timestamp: 0,
    ssrc: 0,
    payloadOffset: rtpHeaderLength,
    payloadEnd: rtpHeaderLength,
  };
}

/** RTP and RTCP on one port are told apart by the second byte (RFC 5761 4). */
export function isRtcp(packet: Buffer): boolean {
  if (packet.length < 2) return false;
  const second = packet[1] as number;
  return second >= 192 && second <= 223;
}

/** Reads `buffer` into `packet`. Returns false when it is not RTP or its lengths lie; `packet` is then undefined. */
export function readRtp(buffer: Buffer, packet: RtpPacket): boolean {
  const length = buffer.length;
  if (length < rtpHeaderLength) return false;
  const first = buffer[0] as number;
  if (first >> 6 !== 2) return false;
  let offset = rtpHeaderLength + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (offset + 4 > length) return false;
    offset += 4 + buffer.readUInt16BE(offset + 2) * 4;
  }
  let end = length;
  if ((first & 0x20) !== 0) {
    const padding = buffer[length - 1] as number;
    if (padding === 0) return false;
    end -= padding;
  }
  if (offset > end) return false;
  const second = buffer[1] as number;
  packet.buffer = buffer;
  packet.marker = (second & 0x80) !== 0;
  packet.payloadType = second & 0x7f;
  packet.sequenceNumber = buffer.readUInt16BE(2);
  packet.timestamp = buffer.readUInt32BE(4);
  packet.ssrc = buffer.readUInt32BE(8);
  packet.payloadOffset = offset;
  packet.payloadEnd = end;
  return true;
}

/** Writes a plain 12-byte header at `offset`. */
export function writeRtpHeader(
  buffer: Buffer,
  offset: number,
  payloadType: number,
  marker: boolean,
  sequenceNumber: number,
  timestamp: number,
  ssrc: number,
): void {
  buffer[offset] = 0x80;
  buffer[offset + 1] = marker ? payloadType | 0x80 : payloadType;
  buffer.writeUInt16BE(sequenceNumber, offset + 2);
  buffer.writeUInt32BE(timestamp, offset + 4);
  buffer.writeUInt32BE(ssrc, offset + 8);
}

/** Signed distance from `from` to `to` in 16-bit sequence numbers. */
export function sequenceDistance(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}
