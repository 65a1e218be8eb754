import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { MediaFault } from '../fault.js';
import { emptyRtpPacket, isRtcp, readRtp } from '../rtp/packet.js';
import type { PortPair, PortPool } from '../rtp/port-pool.js';
import { SourceLock } from '../rtp/source-lock.js';
import { type AudioSection, type Codec, readAudio, readTransport } from '../sdp/audio.js';
import { answerTo, type Direction } from '../sdp/direction.js';
import { chooseCodecs, formatOf, offeredCodecs } from '../sdp/negotiate.js';
import { parseSdp } from '../sdp/parse.js';
import { type LocalAudio, Origin, writeAnswer, writeOffer } from '../sdp/write.js';
import { Endpoint, type EndpointSettings } from './endpoint.js';

const protocols = ['RTP/AVP', 'RTP/AVPF'];

export interface RtpEndpointSettings extends EndpointSettings {
  pool: PortPool;
  /** The address the sockets are bound to, and the one that peers are told. */
  address: string;
  externalAddress: string;
}

/** A leg over plain RTP: two sockets of its own, and a peer known by where its packets come from. */
export class RtpEndpoint extends Endpoint {
  readonly #settings: RtpEndpointSettings;
  readonly #ports: PortPair;
  readonly #origin = new Origin();
  readonly #lock = new SourceLock();
  readonly #packet = emptyRtpPacket();
  #rtcpPort: number | undefined;
  #localSdp = '';
  #offered = false;

  private constructor(settings: RtpEndpointSettings, ports: PortPair) {
    super(settings);
    this.#settings = settings;
    this.#ports = ports;
    this.#listen(ports.rtp, (message, address, port) => this.#receive(message, address, port));
    this.#listen(ports.rtcp, (message, address, port) => this.#receiveReport(message, address, port));
  }

  /** @throws MediaFault `bad_sdp`, `no_common_codec`, `no_ports` */
  static async create(settings: RtpEndpointSettings, remoteSdp?: string): Promise<RtpEndpoint> {
    // Read before a port is taken: a bad offer costs nothing.
    const offer = remoteSdp === undefined ? undefined : readOffer(remoteSdp, settings.address);
    const endpoint = new RtpEndpoint(settings, await settings.pool.acquire());
    if (offer === undefined) {
      endpoint.#offered = true;
      endpoint.#localSdp = writeOffer(endpoint.#origin, endpoint.#local(offeredCodecs, 'sendrecv'), []);
    } else {
      endpoint.#localSdp = endpoint.#answer(offer);
    }
    return endpoint;
  }

  get localSdp(): string {
    return this.#localSdp;
  }

  accept(answer: string): void {
    if (!this.#offered)
      throw new MediaFault('bad_request', 'this endpoint made an answer; there is nothing to accept');
    const audio = readOffer(answer, this.#settings.address);
    this.#apply(audio, audio.codecs, offeredCodecs);
  }

  async renegotiate(offer: string): Promise<string> {
    this.#localSdp = this.#answer(readOffer(offer, this.#settings.address));
    return this.#localSdp;
  }

  protected override sendRtp(packet: Buffer): void {
    const target = this.#lock.target;
    if (target !== undefined) this.#ports.rtp.send(packet, target.port, target.address);
  }

  protected override sendRtcp(packet: Buffer): void {
    const target = this.#lock.target;
    if (target !== undefined)
      this.#ports.rtcp.send(packet, this.#rtcpPort ?? target.port + 1, target.address);
  }

  protected override release(): void {
    this.#settings.pool.release(this.#ports);
  }

  #answer(audio: AudioSection): string {
    const codecs = chooseCodecs(audio);
    this.#apply(audio, codecs, codecs);
    const local = this.#local(codecs, answerTo(this.peerDirection), audio.section.protocol);
    return writeAnswer(this.#origin, local, [], audio.session, audio.index);
  }

  #apply(audio: AudioSection, send: readonly Codec[], ours: readonly Codec[]): void {
    const { address, port, hostless } = readTransport(audio.section);
    this.format = formatOf(send, ours);
    if (!hostless) {
      this.#lock.signal({ address, port });
      this.#rtcpPort = undefined;
    }
    this.setPeerDirection(hostless ? 'inactive' : audio.direction);
  }

  #local(codecs: readonly Codec[], direction: Direction, protocol = 'RTP/AVP'): LocalAudio {
    const { externalAddress } = this.#settings;
    return { address: externalAddress, port: this.#ports.port, protocol, codecs, direction, attributes: [] };
  }

  #listen(socket: Socket, receive: (message: Buffer, address: string, port: number) => void): void {
    socket.on('message', (message, source) => receive(message, source.address, source.port));
    // An unreachable peer shows as silence and ends by its timeout; the count tells the two apart from outside.
    socket.on('error', () => this.countTransportError());
  }

  #receive(message: Buffer, address: string, port: number): void {
    const now = performance.now();
    const format = this.format;
    if (format === undefined) return;
    if (isRtcp(message)) {
      this.#receiveReport(message, address, undefined);
      return;
    }
    const packet = this.#packet;
    if (!readRtp(message, packet)) {
      this.countMalformed();
      return;
    }
    if (!this.#lock.admits(address, port, packet.ssrc)) {
      this.packetsFromStrangers++;
      return;
    }
    if (!this.isConnected) this.becomeConnected(now);
    this.receivePacket(packet, format, now);
  }

  #receiveReport(message: Buffer, address: string, port: number | undefined): void {
    if (!this.#lock.locked || this.#lock.target?.address !== address) {
      this.packetsFromStrangers++;
      return;
    }
    if (port !== undefined) this.#rtcpPort ??= port;
    this.receiveRtcp(message, performance.now());
  }
}

function readOffer(text: string, ownAddress: string): AudioSection {
  const audio = readAudio(parseSdp(text), protocols);
  const { address } = readTransport(audio.section);
  if (isIPv6(address) !== isIPv6(ownAddress)) {
    throw new MediaFault(
      'bad_sdp',
      `the peer is at ${address}, an address family this engine is not bound to`,
    );
  }
  return audio;
}
