import { MediaFault } from '../fault.js';
import { emptyRtpPacket, isRtcp, readRtp } from '../rtp/packet.js';
import { type AudioSection, type Codec, readAudio } from '../sdp/audio.js';
import { answerTo, type Direction } from '../sdp/direction.js';
import { chooseCodecs, formatOf, offeredCodecs } from '../sdp/negotiate.js';
import { parseSdp } from '../sdp/parse.js';
import { type LocalAudio, Origin, writeAnswer, writeOffer } from '../sdp/write.js';
import { NativePeer, type NativePeerHandlers, webrtcProtocols } from '../webrtc/native-peer.js';
import {
  type Candidate,
  candidateValue,
  type IceDtlsParameters,
  readParameters,
} from '../webrtc/transport.js';
import { Endpoint, type EndpointSettings } from './endpoint.js';

const offeredMid = '0';
export interface WebRtcEndpointSettings extends EndpointSettings {
  address: string;
  externalAddress: string;
  muxPort: number;
  /** ICE and DTLS get this long after both sides know each other. */
  connectTimeoutMs: number;
}

/** A leg to a browser: ICE, DTLS-SRTP, RTP and RTCP on the engine's one port for browsers. */
export class WebRtcEndpoint extends Endpoint {
  readonly #settings: WebRtcEndpointSettings;
  readonly #origin = new Origin();
  readonly #packet = emptyRtpPacket();
  #peer: NativePeer | undefined;
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
  static async create(settings: WebRtcEndpointSettings, remoteSdp?: string): Promise<WebRtcEndpoint> {
    const endpoint = new WebRtcEndpoint(settings);
    if (remoteSdp === undefined) await endpoint.#offer();
    else endpoint.#localSdp = await endpoint.#answer(remoteSdp);
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
      this.#role = remote.setup === 'active' ? 'passive' : 'active';
      (this.#peer as NativePeer).accept(remote);
      this.#remote = remote;
      this.#connectingSince = performance.now();
    }
    this.format = formatOf(audio.codecs, offeredCodecs);
    this.setPeerDirection(audio.direction);
  }

  async renegotiate(offer: string): Promise<string> {
    this.#localSdp = await this.#answer(offer);
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

  async #offer(): Promise<void> {
    this.#offering = true;
    this.#peer = await NativePeer.offering(this.#peerSettings(offeredMid, offeredCodecs), this.#handlers());
    const local = this.#local(this.#peer, offeredMid, offeredCodecs, 'sendrecv', 'actpass');
    this.#localSdp = writeOffer(this.#origin, local, [`group:BUNDLE ${offeredMid}`]);
  }

  /**
   * Answers an offer. One of the association we have (hold, resume) changes the direction only: libdatachannel can
   * neither re-answer nor restart ICE. Other credentials mean an ICE restart or a reloaded page: a new native peer
   * takes over, and the leg goes on.
   */
  async #answer(text: string): Promise<string> {
    const audio = readAudio(parseSdp(text), webrtcProtocols);
    const remote = readParameters(audio);
    const codecs = chooseCodecs(audio);
    if (this.#peer === undefined || this.#remote === undefined || !sameAssociation(this.#remote, remote)) {
      await this.#connectTo(remote, codecs);
    }
    this.format = formatOf(codecs, codecs);
    this.setPeerDirection(audio.direction);
    const direction = answerTo(audio.direction);
    const local = this.#local(this.#peer as NativePeer, remote.mid, codecs, direction, this.#role);
    return writeAnswer(this.#origin, local, bundleOf(audio, remote.mid), audio.session, audio.index);
  }

  async #connectTo(remote: IceDtlsParameters & { mid: string }, codecs: readonly Codec[]): Promise<void> {
    const settings = this.#peerSettings(remote.mid, codecs);
    const peer = await NativePeer.answering(settings, remote, this.#handlers());
    if (this.destroyed) {
      peer.close();
      throw new MediaFault('unknown_endpoint', 'the endpoint was destroyed meanwhile');
    }
    this.#peer?.close();
    this.#peer = peer;
    this.#remote = remote;
    this.#role = peer.parameters.setup === 'passive' ? 'passive' : 'active';
    this.#connectingSince = performance.now();
  }

  #peerSettings(mid: string, codecs: readonly Codec[]) {
    const { id: name, address, muxPort } = this.#settings;
    return { name, address, muxPort, mid, ssrc: this.outgoing.ssrc, codecs };
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

  #local(
    { parameters }: NativePeer,
    mid: string,
    codecs: readonly Codec[],
    direction: Direction,
    setup: string,
  ): LocalAudio {
    const { ufrag, pwd, fingerprint } = parameters;
    const candidates = this.#candidates(parameters.candidates);
    const first = candidates[0];
    return {
      address: first?.address ?? this.#settings.externalAddress,
      port: first?.port ?? this.#settings.muxPort,
      protocol: 'UDP/TLS/RTP/SAVPF',
      codecs,
      direction,
      attributes: [
        `mid:${mid}`,
        'rtcp-mux',
        `ice-ufrag:${ufrag}`,
        `ice-pwd:${pwd}`,
        `fingerprint:${fingerprint.algorithm} ${fingerprint.value}`,
        `setup:${setup}`,
        `msid:${this.id} audio`,
        `ssrc:${this.outgoing.ssrc} cname:${this.id}`,
        ...candidates.map(candidateValue),
        'end-of-candidates',
      ],
    };
  }

  /** Behind NAT the engine's own addresses are not reachable: the external one takes their place. */
  #candidates(candidates: readonly Candidate[]): Candidate[] {
    const { address, externalAddress } = this.#settings;
    if (externalAddress === address) return [...candidates];
    const [first] = candidates;
    return first === undefined ? [] : [{ ...first, address: externalAddress }, ...candidates];
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
