import { MediaFault } from '../fault.js';
import { emptyRtpPacket, isRtcp, readRtp } from '../rtp/packet.js';
import { type AudioSection, type Codec, readAudio } from '../sdp/audio.js';
import { answerTo, type Direction } from '../sdp/direction.js';
import { chooseCodecs, formatOf, offeredCodecs } from '../sdp/negotiate.js';
import { parseSdp } from '../sdp/parse.js';
import { type LocalAudio, Origin, writeAnswer, writeOffer } from '../sdp/write.js';
import { isUnspecified } from '../settings.js';
import type { Certificate } from '../webrtc/certificate.js';
import { NativePeer, type NativePeerHandlers } from '../webrtc/native-peer.js';
import {
  candidateValue,
  hostCandidates,
  type IceDtlsParameters,
  makeCredentials,
  readParameters,
  webrtcProtocols,
} from '../webrtc/transport.js';
import { Endpoint, type EndpointSettings } from './endpoint.js';

const offeredMid = '0';
export interface WebRtcEndpointSettings extends EndpointSettings {
  address: string;
  externalAddress: string;
  muxPort: number;
  certificate: Certificate;
  /** ICE and DTLS get this long after both sides know each other. */
  connectTimeoutMs: number;
}

/** A leg to a browser: ICE, DTLS-SRTP, RTP and RTCP on the engine's one port for browsers. */
export class WebRtcEndpoint extends Endpoint {
  readonly #settings: WebRtcEndpointSettings;
  readonly #origin = new Origin();
  readonly #packet = emptyRtpPacket();
  #peer: NativePeer | undefined;
  #credentials = makeCredentials();
  #remote: IceDtlsParameters | undefined;
  /** Our side of the DTLS handshake; later answers must repeat it (RFC 8842 5.5). */
  #role: 'active' | 'passive' = 'active';
  #connectingSince: number | undefined;
  #offering = false;
  #localSdp = '';

  private constructor(settings: WebRtcEndpointSettings) {
    super(settings);
    this.#settings = settings;
  }

  /** @throws MediaFault `bad_sdp`, `no_common_codec` */
  static create(settings: WebRtcEndpointSettings, remoteSdp?: string): WebRtcEndpoint {
    const endpoint = new WebRtcEndpoint(settings);
    endpoint.#localSdp = remoteSdp === undefined ? endpoint.#offer() : endpoint.#answer(remoteSdp);
    return endpoint;
  }

  get localSdp(): string {
    return this.#localSdp;
  }

  accept(answer: string): void {
    if (!this.#offering)
      throw new MediaFault('bad_request', 'this endpoint made an answer; there is nothing to accept');
    const audio = readAudio(parseSdp(answer), webrtcProtocols);
    const remote = readParameters(audio);
    if (this.#remote !== undefined && !sameAssociation(this.#remote, remote)) {
      throw new MediaFault('bad_sdp', 'a later answer names another WebRTC association than the first');
    }
    if (this.#remote === undefined) {
      if (remote.setup === 'actpass')
        throw new MediaFault('bad_sdp', 'an answer cannot have a=setup:actpass');
      this.#connectTo(remote, offeredMid, offeredCodecs);
    }
    this.format = formatOf(audio.codecs, offeredCodecs);
    this.setPeerDirection(audio.direction);
  }

  async renegotiate(offer: string): Promise<string> {
    this.#localSdp = this.#answer(offer);
    return this.#localSdp;
  }

  override sweep(now: number): void {
    super.sweep(now);
    const peer = this.#peer;
    if (this.#connectingSince === undefined || now - this.#connectingSince < this.#settings.connectTimeoutMs)
      return;
    this.#connectingSince = undefined;
    this.lose(peer?.iceReady ? 'dtls_failed' : 'ice_failed');
  }

  protected override sendRtp(packet: Buffer): void {
    this.#peer?.send(packet);
  }

  protected override sendRtcp(packet: Buffer): void {
    this.#peer?.send(packet);
  }

  protected override release(): void {
    this.#peer?.close();
    this.#peer = undefined;
  }

  /** The native peer is made when the answer is here: an offer that nobody takes costs a few lines of text. */
  #offer(): string {
    this.#offering = true;
    const local = this.#local(offeredMid, offeredCodecs, 'sendrecv', 'actpass');
    return writeOffer(this.#origin, local, [`group:BUNDLE ${offeredMid}`]);
  }

  /**
   * Answers an offer. One of the association we have (hold, resume) changes the direction only: libdatachannel can
   * neither re-answer nor restart ICE. Other credentials mean an ICE restart or a reloaded page: a new native peer
   * takes over, and the leg goes on.
   */
  #answer(text: string): string {
    const audio = readAudio(parseSdp(text), webrtcProtocols);
    const remote = readParameters(audio);
    const codecs = chooseCodecs(audio);
    if (this.#peer === undefined || this.#remote === undefined || !sameAssociation(this.#remote, remote)) {
      this.#credentials = makeCredentials();
      this.#offering = false;
      this.#connectTo(remote, remote.mid, codecs);
    }
    this.format = formatOf(codecs, codecs);
    this.setPeerDirection(audio.direction);
    const direction = answerTo(audio.direction);
    const local = this.#local(remote.mid, codecs, direction, this.#role);
    return writeAnswer(this.#origin, local, bundleOf(audio, remote.mid), audio.session, audio.index);
  }

  #connectTo(remote: IceDtlsParameters, mid: string, codecs: readonly Codec[]): void {
    const { id: name, address, muxPort, certificate } = this.#settings;
    const offered = this.#offering;
    const settings = { name, address, muxPort, certificate, ...this.#credentials, offered, mid, codecs };
    const peer = new NativePeer({ ...settings, ssrc: this.outgoing.ssrc }, remote, this.#handlers());
    this.#peer?.close();
    this.#peer = peer;
    this.#remote = remote;
    this.#role = remote.setup === 'active' ? 'passive' : 'active';
    this.#connectingSince = performance.now();
  }

  #handlers(): NativePeerHandlers {
    return {
      open: () => {
        this.#connectingSince = undefined;
        this.becomeConnected(performance.now());
      },
      failed: reason => this.lose(reason),
      message: packet => this.#receive(packet),
    };
  }

  #receive(message: Buffer): void {
    const now = performance.now();
    const format = this.format;
    if (format === undefined) return;
    if (isRtcp(message)) this.receiveRtcp(message, now);
    else if (readRtp(message, this.#packet)) this.receivePacket(this.#packet, format, now);
    else this.countMalformed();
  }

  #local(mid: string, codecs: readonly Codec[], direction: Direction, setup: string): LocalAudio {
    const { address, externalAddress, muxPort, certificate } = this.#settings;
    const { ufrag, pwd } = this.#credentials;
    const { algorithm, value } = certificate.fingerprint;
    // Behind NAT the external address comes first; the own one is for browsers of the same network.
    const addresses = isUnspecified(address) ? [externalAddress] : [...new Set([externalAddress, address])];
    return {
      address: externalAddress,
      port: muxPort,
      protocol: 'UDP/TLS/RTP/SAVPF',
      codecs,
      direction,
      attributes: [
        `mid:${mid}`,
        'rtcp-mux',
        `ice-ufrag:${ufrag}`,
        `ice-pwd:${pwd}`,
        `fingerprint:${algorithm} ${value}`,
        `setup:${setup}`,
        `msid:${this.id} audio`,
        `ssrc:${this.outgoing.ssrc} cname:${this.id}`,
        ...hostCandidates(addresses, muxPort).map(candidateValue),
        'end-of-candidates',
      ],
    };
  }
}

function sameAssociation(a: IceDtlsParameters, b: IceDtlsParameters): boolean {
  return a.ufrag === b.ufrag && a.pwd === b.pwd && a.fingerprint.value === b.fingerprint.value;
}

/** The BUNDLE group belongs into an answer only where the offer had one (RFC 9143 7.3). */
function bundleOf({ session }: AudioSection, mid: string): string[] {
  const groups = session.attributes.filter(
    ({ name, value }) => name === 'group' && value.startsWith('BUNDLE '),
  );
  return groups.some(({ value }) => value.split(' ').includes(mid)) ? [`group:BUNDLE ${mid}`] : [];
}
