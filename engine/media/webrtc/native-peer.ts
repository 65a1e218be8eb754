import nodeDataChannel from 'node-datachannel';
import { MediaFault } from '../fault.js';
import { type Codec, readAudio } from '../sdp/audio.js';
import { parseSdp } from '../sdp/parse.js';
import { candidateValue, type IceDtlsParameters, readParameters } from './transport.js';

const { Audio, PeerConnection } = nodeDataChannel;

export const webrtcProtocols = ['UDP/TLS/RTP/SAVPF', 'UDP/TLS/RTP/SAVP'];
const gatheringTimeoutMs = 2000;

export interface NativePeerSettings {
  name: string;
  /** Address and port of the one socket that all browsers share. */
  address: string;
  muxPort: number;
  mid: string;
  ssrc: number;
  codecs: readonly Codec[];
}

export type PeerFailure = 'ice_failed' | 'dtls_failed' | 'peer_closed';

export interface NativePeerHandlers {
  open(): void;
  failed(reason: PeerFailure): void;
  message(packet: Buffer): void;
}

/**
 * One ICE and DTLS-SRTP association in libdatachannel. The native side never sees a peer's SDP, only descriptions
 * built here from checked parts. An exception inside its setLocalDescription() aborts the process, so whatever could
 * raise one (port, address, state, track) is made sure of before.
 */
export class NativePeer {
  // Both are kept as long as the association lives: a collected track is a closed one.
  readonly #connection: InstanceType<typeof PeerConnection>;
  readonly #track: ReturnType<InstanceType<typeof PeerConnection>['addTrack']>;
  readonly #settings: NativePeerSettings;
  #local: IceDtlsParameters | undefined;
  #open = false;
  #closed = false;
  #iceReady = false;
  #failure: ((reason: PeerFailure) => void) | undefined;

  private constructor(settings: NativePeerSettings, handlers: NativePeerHandlers, answering: boolean) {
    this.#settings = settings;
    this.#failure = reason => handlers.failed(reason);
    this.#connection = new PeerConnection(settings.name, {
      iceServers: [],
      bindAddress: settings.address,
      enableIceUdpMux: true,
      portRangeBegin: settings.muxPort,
      portRangeEnd: settings.muxPort,
      // Answering natively makes setRemoteDescription() throw where a JavaScript caller can catch it.
      disableAutoNegotiation: !answering,
    });
    this.#connection.onStateChange(state => this.#stateChanged(state));
    this.#connection.onIceStateChange(state => {
      if (state === 'connected' || state === 'completed') this.#iceReady = true;
    });
    const audio = new Audio(settings.mid, 'SendRecv');
    for (const { payloadType, encoding } of settings.codecs) {
      if (encoding === 'telephone-event') audio.addAudioCodec(payloadType, `${encoding}/8000`, '0-15');
      else audio.addAudioCodec(payloadType, `${encoding}/8000`);
    }
    audio.addSSRC(settings.ssrc, settings.name, settings.name, 'audio');
    this.#track = this.#connection.addTrack(audio);
    this.#track.onOpen(() => {
      if (this.#closed) return;
      this.#open = true;
      handlers.open();
    });
    this.#track.onClosed(() => this.#fail('peer_closed'));
    this.#track.onMessage(packet => {
      if (!this.#closed) handlers.message(packet);
    });
  }

  /** A peer whose parameters are to be offered. */
  static async offering(settings: NativePeerSettings, handlers: NativePeerHandlers): Promise<NativePeer> {
    const peer = new NativePeer(settings, handlers, false);
    peer.#connection.setLocalDescription('offer');
    await peer.#gathered();
    return peer;
  }

  /** A peer that answers the parameters of an offer. @throws MediaFault `bad_sdp` */
  static async answering(
    settings: NativePeerSettings,
    remote: IceDtlsParameters,
    handlers: NativePeerHandlers,
  ): Promise<NativePeer> {
    const peer = new NativePeer(settings, handlers, true);
    peer.#setRemote(remote, 'offer');
    await peer.#gathered();
    peer.#addCandidates(remote);
    return peer;
  }

  get parameters(): IceDtlsParameters {
    return this.#local as IceDtlsParameters;
  }

  get iceReady(): boolean {
    return this.#iceReady;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Takes the parameters of the answer to our offer. @throws MediaFault `bad_sdp` */
  accept(remote: IceDtlsParameters): void {
    this.#setRemote(remote, 'answer');
    this.#addCandidates(remote);
  }

  send(packet: Buffer): void {
    if (!this.#open || this.#closed) return;
    try {
      this.#track.sendMessageBinary(packet);
    } catch {
      // The association closed and its event is still on the way from the native thread: what the event will say.
      this.#open = false;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#open = false;
    this.#failure = undefined;
    this.#connection.close();
  }

  #setRemote(remote: IceDtlsParameters, type: 'offer' | 'answer'): void {
    try {
      this.#connection.setRemoteDescription(this.#describe(remote), type);
    } catch (error) {
      this.close();
      throw new MediaFault(
        'bad_sdp',
        `the peer's WebRTC parameters were refused: ${(error as Error).message}`,
      );
    }
  }

  /**
   * Added one by one after the description, not within it: under load the ICE transport may not be there yet, and
   * that must not cost the call. A candidate that is refused is no loss, since the peer's own checks reveal it.
   */
  #addCandidates({ candidates }: IceDtlsParameters): void {
    for (const candidate of candidates) {
      try {
        this.#connection.addRemoteCandidate(candidateValue(candidate), this.#settings.mid);
      } catch {
        return;
      }
    }
  }

  /** The remote description as libdatachannel reads it, made of checked values only. */
  #describe({ ufrag, pwd, fingerprint, setup }: IceDtlsParameters): string {
    const { mid, codecs } = this.#settings;
    const lines = [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=-',
      't=0 0',
      `a=group:BUNDLE ${mid}`,
      `m=audio 9 UDP/TLS/RTP/SAVPF ${codecs.map(({ payloadType }) => payloadType).join(' ')}`,
      'c=IN IP4 0.0.0.0',
      `a=mid:${mid}`,
      'a=sendrecv',
      'a=rtcp-mux',
      `a=ice-ufrag:${ufrag}`,
      `a=ice-pwd:${pwd}`,
      `a=fingerprint:${fingerprint.algorithm} ${fingerprint.value}`,
      `a=setup:${setup}`,
      ...codecs.map(({ payloadType, encoding }) => `a=rtpmap:${payloadType} ${encoding}/8000`),
    ];
    return `${lines.join('\r\n')}\r\n`;
  }

  /** Without STUN servers gathering ends at once; a native thread may still be a moment behind. */
  async #gathered(): Promise<void> {
    if (this.#connection.gatheringState() !== 'complete') {
      await new Promise<void>((resolve, reject) => {
        const late = () =>
          reject(new MediaFault('engine_unavailable', 'ICE candidates could not be gathered'));
        const timer = setTimeout(late, gatheringTimeoutMs);
        this.#connection.onGatheringStateChange(state => {
          if (state !== 'complete') return;
          clearTimeout(timer);
          resolve();
        });
      }).catch(error => {
        this.close();
        throw error;
      });
    }
    const description = this.#connection.localDescription();
    if (description === null)
      throw new MediaFault('engine_unavailable', 'no local WebRTC description was made');
    this.#local = readParameters(readAudio(parseSdp(description.sdp), webrtcProtocols));
  }

  #stateChanged(state: string): void {
    if (state === 'failed') this.#fail(this.#iceReady && !this.#open ? 'dtls_failed' : 'ice_failed');
    else if (state === 'closed') this.#fail('peer_closed');
  }

  #fail(reason: PeerFailure): void {
    if (this.#closed) return;
    this.#open = false;
    const failure = this.#failure;
    this.#failure = undefined;
    failure?.(reason);
  }
}
