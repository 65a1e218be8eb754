/**
 * The classic pcap file format, as Wireshark, tshark and sngrep read it: raw IP packets (LINKTYPE_RAW), each SIP message
 * in a UDP datagram between the true addresses, whatever it came over: what TCP, TLS and WebSocket add hides only the
 * message.
 */
import { isIPv4, isIPv6 } from 'node:net';

const magic = 0xa1b2c3d4;
const linkTypeRaw = 101;
const ipv4HeaderBytes = 20;
const ipv6HeaderBytes = 40;
const udpHeaderBytes = 8;
const udpProtocol = 17;
/** The length field of an IP packet. */
const maxPacketBytes = 65_535;

export interface Address {
  address: string;
  port: number;
}

export interface TracedMessage {
  /** Milliseconds since 1970. */
  at: number;
  from: Address;
  to: Address;
  payload: Buffer;
}

/** What a file begins with. */
export function fileHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(magic, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(maxPacketBytes, 16);
  header.writeUInt32LE(linkTypeRaw, 20);
  return header;
}

/** One message as a record of the file; one that does not fit into a packet is cut off, and says how long it was. */
export function record({ at, from, to, payload }: TracedMessage): Buffer {
  const four = isIPv4(from.address) && isIPv4(to.address);
  const head = (four ? ipv4HeaderBytes : ipv6HeaderBytes) + udpHeaderBytes;
  const kept = payload.subarray(0, maxPacketBytes - head);
  const udpBytes = udpHeaderBytes + kept.length;
  const header = Buffer.alloc(16);
  header.writeUInt32LE(Math.floor(at / 1_000), 0);
  header.writeUInt32LE(Math.floor((at % 1_000) * 1_000), 4);
  header.writeUInt32LE(head + kept.length, 8);
  header.writeUInt32LE(head + payload.length, 12);
  const udp = Buffer.alloc(udpHeaderBytes);
  udp.writeUInt16BE(from.port, 0);
  udp.writeUInt16BE(to.port, 2);
  udp.writeUInt16BE(udpBytes, 4);
  const ip = four ? ipv4Header(from, to, udpBytes) : ipv6Header(from, to, udpBytes);
  return Buffer.concat([header, ip, udp, kept]);
}

/** RFC 791. */
function ipv4Header(from: Address, to: Address, bytes: number): Buffer {
  const header = Buffer.alloc(ipv4HeaderBytes);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(ipv4HeaderBytes + bytes, 2);
  header.writeUInt8(64, 8);
  header.writeUInt8(udpProtocol, 9);
  ipv4Bytes(from.address).copy(header, 12);
  ipv4Bytes(to.address).copy(header, 16);
  header.writeUInt16BE(checksum(header), 10);
  return header;
}

/** RFC 8200. */
function ipv6Header(from: Address, to: Address, bytes: number): Buffer {
  const header = Buffer.alloc(ipv6HeaderBytes);
  header.writeUInt32BE(0x6000_0000, 0);
  header.writeUInt16BE(bytes, 4);
  header.writeUInt8(udpProtocol, 6);
  header.writeUInt8(64, 7);
  ipv6Bytes(from.address).copy(header, 8);
  ipv6Bytes(to.address).copy(header, 24);
  return header;
}

const ipv4Bytes = (address: string): Buffer => Buffer.from(address.split('.').map(Number));

/** Any address as 16 bytes; an IPv4 one as RFC 4291 maps it, what is none as the unspecified one. */
export function ipv6Bytes(address: string): Buffer {
  const bytes = Buffer.alloc(16);
  if (isIPv4(address)) return ipv6Bytes(`::ffff:${address}`);
  if (!isIPv6(address)) return bytes;
  const [bare = ''] = address.split('%');
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  const text =
    dotted === null
      ? bare
      : `${dotted[1]}${(
          ipv4Bytes(dotted[2] as string)
            .toString('hex')
            .match(/.{4}/g) as string[]
        ).join(':')}`;
  const [left = '', right = ''] = text.split('::');
  const words = (part: string) =>
    part
      .split(':')
      .filter(word => word !== '')
      .map(word => Number.parseInt(word, 16));
  const head = words(left);
  const tail = words(right);
  for (const [index, word] of head.entries()) bytes.writeUInt16BE(word, index * 2);
  for (const [index, word] of tail.entries()) bytes.writeUInt16BE(word, 16 - (tail.length - index) * 2);
  return bytes;
}

/** RFC 1071. */
function checksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
