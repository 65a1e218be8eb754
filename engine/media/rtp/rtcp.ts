import type { OutgoingStream } from './outgoing-stream.js';
import type { Reception } from './reception.js';

const senderReport = 200;
const receiverReport = 201;
const sourceDescription = 202;
const ntpEpochOffsetSeconds = 2_208_988_800;
const cnameItem = 1;
const clockRateKhz = 8;

/** What an RTCP compound of the peer told, and what our next report needs of it. */
export class RtcpState {
  /** Middle 32 bits of the peer's last sender report and when it came, for LSR and DLSR (RFC 3550 6.4.1). */
  #lastSenderReport = 0;
  #lastSenderReportAt = 0;
  /** Round trip in milliseconds by the peer's last report about our stream. */
  roundTripMs: number | undefined;
  /** Packets of ours that the peer lost so far, and the jitter it saw, by its last report. */
  remoteLost: number | undefined;
  remoteJitterMs: number | undefined;

  /** Reads a compound packet. Returns false when it is none (RFC 3550 A.2). */
  read(packet: Buffer, ourSsrc: number, now: number): boolean {
    let offset = 0;
    while (offset < packet.length) {
      if (offset + 8 > packet.length) return false;
      const first = packet[offset] as number;
      const type = packet[offset + 1] as number;
      const end = offset + (packet.readUInt16BE(offset + 2) + 1) * 4;
      if (first >> 6 !== 2 || end > packet.length) return false;
      if (type === senderReport || type === receiverReport) {
        const blocksAt = offset + (type === senderReport ? 28 : 8);
        if (blocksAt + (first & 0x1f) * 24 > end) return false;
        if (type === senderReport) {
          this.#lastSenderReport = packet.readUInt32BE(offset + 10);
          this.#lastSenderReportAt = now;
        }
        for (let block = blocksAt; block < blocksAt + (first & 0x1f) * 24; block += 24) {
          if (packet.readUInt32BE(block) === ourSsrc) this.#readBlock(packet, block, now);
        }
      }
      offset = end;
    }
    return offset > 0;
  }

  #readBlock(packet: Buffer, block: number, now: number): void {
    // A count of 24 bits with a sign: duplicates make it negative.
    this.remoteLost = Math.max(0, packet.readIntBE(block + 5, 3));
    this.remoteJitterMs = packet.readUInt32BE(block + 12) / clockRateKhz;
    const lastReport = packet.readUInt32BE(block + 16);
    if (lastReport === 0) return;
    const roundTrip = (ntpMiddle(now) - lastReport - packet.readUInt32BE(block + 20)) | 0;
    if (roundTrip >= 0) this.roundTripMs = (roundTrip * 1000) / 65536;
  }

  /**
   * Our report: SR when we sent, else RR, with a block about the peer's stream when there is one, and the CNAME that
   * every compound has to carry (RFC 3550 6.1).
   */
  write(outgoing: OutgoingStream, reception: Reception, cname: string, now: number): Buffer {
    const sends = outgoing.packetsSent > 0;
    const blocks = reception.packetsReceived > 0 ? 1 : 0;
    const reportLength = (sends ? 28 : 8) + blocks * 24;
    const name = Buffer.from(cname, 'ascii');
    // The chunk ends with at least one zero byte and is padded to 32 bits (RFC 3550 6.5).
    const chunkLength = Math.ceil((4 + 2 + name.length + 1) / 4) * 4;
    const packet = Buffer.alloc(reportLength + 4 + chunkLength);
    packet[0] = 0x80 | blocks;
    packet[1] = sends ? senderReport : receiverReport;
    packet.writeUInt16BE(reportLength / 4 - 1, 2);
    packet.writeUInt32BE(outgoing.ssrc, 4);
    if (sends) {
      const [seconds, fraction] = ntp(now);
      packet.writeUInt32BE(seconds, 8);
      packet.writeUInt32BE(fraction, 12);
      packet.writeUInt32BE(outgoing.lastTimestamp, 16);
      packet.writeUInt32BE(outgoing.packetsSent >>> 0, 20);
      packet.writeUInt32BE(outgoing.octetsSent >>> 0, 24);
    }
    if (blocks === 1) this.#writeBlock(packet, sends ? 28 : 8, reception, now);
    packet[reportLength] = 0x81;
    packet[reportLength + 1] = sourceDescription;
    packet.writeUInt16BE(chunkLength / 4, reportLength + 2);
    packet.writeUInt32BE(outgoing.ssrc, reportLength + 4);
    packet[reportLength + 8] = cnameItem;
    packet[reportLength + 9] = name.length;
    name.copy(packet, reportLength + 10);
    return packet;
  }

  #writeBlock(packet: Buffer, offset: number, reception: Reception, now: number): void {
    packet.writeUInt32BE(reception.ssrc, offset);
    packet[offset + 4] = reception.takeFractionLost();
    packet.writeUIntBE(Math.min(reception.packetsLost, 0x7fffff), offset + 5, 3);
    packet.writeUInt32BE(reception.extendedHighestSequence, offset + 8);
    packet.writeUInt32BE(reception.jitterTimestampUnits >>> 0, offset + 12);
    packet.writeUInt32BE(this.#lastSenderReport, offset + 16);
    const delay =
      this.#lastSenderReport === 0 ? 0 : Math.round(((now - this.#lastSenderReportAt) * 65536) / 1000);
    packet.writeUInt32BE(delay >>> 0, offset + 20);
  }
}

/** NTP seconds and fraction of a moment of the monotonic clock. */
function ntp(now: number): [number, number] {
  const seconds = (performance.timeOrigin + now) / 1000 + ntpEpochOffsetSeconds;
  return [Math.floor(seconds) >>> 0, Math.floor((seconds % 1) * 2 ** 32) >>> 0];
}

function ntpMiddle(now: number): number {
  const [seconds, fraction] = ntp(now);
  return (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0;
}
