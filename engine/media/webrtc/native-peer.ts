import nodeDataChannel from 'node-datachannel';
import { MediaFault } from '../fault.js';
import type { Codec } from '../sdp/audio.js';
import type { Certificate } from './certificate.js';
import { candidateValue, type IceDtlsParameters } from './transport.js';

const { Audio, PeerConnection } = nodeDataChannel;

export interface NativePeerSettings {
  name: string;
  /** Address and port of the one socket that all browsers share. */
  address: string;
  muxPort: number;
  certificate: Certificate;
  /** Our ICE credentials of this association. */
  ufrag: string;
  pwd: string;
  /** Whether the peer answered our offer: ICE is then controlled by us (RFC 8445 6.1.1). */
  offered: boolean;
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
 * One ICE and DTLS-SRTP association in libdatachannel, made when both sides' parameters are known.
 *
 * To the library we are always the one who answers. Made as an offerer it would take the checks of a browser before it
 * knows the browser's certificate: on a fast network the handshake then overtakes setRemoteDescription() and is
 * refused as one of an unknown peer, for about one call in fifty.
 *
 * The library never sees a peer's SDP, only descriptions built here from checked parts. An exception inside its
 * setLocalDescription() aborts the process, so whatever could raise one (port, address, state, track, credentials) is
 * made sure of before.
 */
export class NativePeer {
  // Both are kept as long as the association lives: a collected track is a closed one.
  readonly #connection: InstanceType<typeof PeerConnection>;
  readonly #track: ReturnType<InstanceType<typeof PeerConnection>['addTrack']>;
  #open = false;
  #closed = false;
  #iceReady = false;
  #failure: ((reason: PeerFailure) => void) | undefined;

  /** @throws MediaFault `bad_sdp` when the library refuses the peer's parameters */
  constructor(settings: NativePeerSettings, remote: IceDtlsParameters, handlers: NativePeerHandlers) {
    const { name, address, muxPort, certificate, ufrag, pwd, mid } = settings;
    this.#failure = reason => handlers.failed(reason);
    this.#connection = new PeerConnection(name, {
      iceServers: [],
      bindAddress: address,
      enableIceUdpMux: true,
      portRangeBegin: muxPort,
      portRangeEnd: muxPort,
      disableAutoNegotiation: true,
      certificatePemFile: certificate.certificatePem,
      keyPemFile: certificate.keyPem,
    });
    this.#connection.onStateChange(state => this.#stateChanged(state));
    this.#connection.onIceStateChange(state => {
      if (state === 'connected' || state === 'completed') this.#iceReady = true;
    });
    this.#track = this.#connection.addTrack(audioOf(settings));
    this.#track.onOpen(() => {
      if (this.#closed) return;
      this.#open = true;
      handlers.open();
    });
    this.#track.onClosed(() => this.#fail('peer_closed'));
    this.#track.onMessage(packet => {
      if (!this.#closed) handlers.message(packet);
    });
    try {
      this.#connection.setRemoteDescription(describe(settings, remote), 'offer');
    } catch (error) {
      this.close();
      throw new MediaFault(
        'bad_sdp',
        `the peer's WebRTC parameters were refused: ${(error as Error).message}`,
      );
    }
    this.#connection.setLocalDescription('answer', { iceUfrag: ufrag, icePwd: pwd });
    this.#addCandidates(remote, mid);
  }

  get iceReady(): boolean {
    return this.#iceReady;
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
    // Closing the connection alone leaves the track's callbacks, and with them this object, in the native library.
    this.#track.close();
    this.#connection.close();
  }

  /** A candidate that is refused is no loss: the peer's own checks reveal where it is. */
  #addCandidates({ candidates }: IceDtlsParameters, mid: string): void {
    for (const candidate of candidates) {
      try {
        this.#connection.addRemoteCandidate(candidateValue(candidate), mid);
      } catch {
        // The library may have closed the association on its own thread by now; that comes as an event.
        return;
      }
    }
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

function audioOf({ mid, name, ssrc, codecs }: NativePeerSettings) {
  const audio = new Audio(mid, 'SendRecv');
  for (const { payloadType, encoding } of codecs) {
    if (encoding === 'telephone-event') audio.addAudioCodec(payloadType, `${encoding}/8000`, '0-15');
    else audio.addAudioCodec(payloadType, `${encoding}/8000`);
  }
  audio.addSSRC(ssrc, name, name, 'audio');
  return audio;
}

/** The peer's description as the library reads it, made of checked values only. */
function describe(
  settings: NativePeerSettings,
  { ufrag, pwd, fingerprint, setup }: IceDtlsParameters,
): string {
  const { mid, codecs, offered } = settings;
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    `a=group:BUNDLE ${mid}`,
    // Candidates follow one by one: without this their end would count as reached.
    'a=ice-options:trickle',
    // A full agent controls a lite one: how an answerer is told to control.
    ...(offered ? ['a=ice-lite'] : []),
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
