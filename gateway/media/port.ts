/**
 * The media port: what the gateway asks of a media server, in terms that no engine owns. Implementations live beside
 * this file (`builtin/`; FreeSWITCH and Asterisk later); `conformance` runs one suite on every one that is present.
 *
 * An endpoint is one leg's media: its address, its SDP, its audio. It has exactly one owner, who destroys it.
 */
export type EndpointKind = 'webrtc' | 'rtp';

export interface EndpointRequest {
  kind: EndpointKind;
  /** Peer's offer (RFC 3264). Given: the endpoint answers it. Absent: the endpoint makes an offer. */
  remoteSdp?: string;
  /** For logs and statistics: the leg this endpoint belongs to. */
  owner?: string;
}

export type LostReason = 'ice_failed' | 'dtls_failed' | 'peer_closed' | 'rtp_timeout' | 'engine_gone';

export interface EndpointEvents {
  /** Media can flow: ICE and DTLS are done, or the first RTP packet came. */
  connected: [];
  /** A digit pressed by the peer (RFC 4733), once per key press. */
  digit: [{ digit: string; durationMs: number }];
  /**
   * The peer's media is gone and does not come back by itself; the endpoint still has to be destroyed. Only a new offer
   * of the peer (`renegotiate`: a browser that reloaded) revives it, told by `connected`. Not after `engine_gone`.
   */
  lost: [LostReason];
  /** The peer put us on hold, or took us back (direction of its last offer). */
  hold: [boolean];
}

export type PlaySource =
  /** Ringing tone of a country's network (ITU-T E.180 annex), until stopped. */
  | { tone: 'ringback' | 'busy'; country?: string }
  /** The hold music of the house, looped until stopped. */
  | { music: 'default' }
  /** A WAV file: 8 kHz mono, PCM 16 bit, A-law or µ-law. */
  | { file: string };

export interface EndpointStatistics {
  packetsSent: number;
  packetsReceived: number;
  packetsLost: number;
  /** Dropped because they came from an address that is not the locked peer's. */
  packetsFromStrangers: number;
  /** Interarrival jitter, RFC 3550 6.4.1, milliseconds. */
  jitterMs: number;
}

export interface Endpoint {
  readonly id: string;
  readonly kind: EndpointKind;
  /** Our offer, or our answer when the endpoint was created from the peer's offer. */
  readonly localSdp: string;
  /**
   * Applies the peer's answer to our offer. May be called again with a later answer of the same dialog (183, then 200).
   * @throws MediaError `no_common_codec`, `bad_sdp`
   */
  accept(answer: string): Promise<void>;
  /**
   * A new offer of the peer within the dialog (hold, resume, new address): returns our answer.
   * @throws MediaError `no_common_codec`, `bad_sdp`
   */
  renegotiate(offer: string): Promise<string>;
  /** Joins the audio of two endpoints both ways, telephone-events included. Replaces an earlier bridge and stops what plays. */
  bridge(other: Endpoint): Promise<void>;
  unbridge(): Promise<void>;
  /** Plays to the peer; resolves when it is finished, stopped or replaced. */
  play(source: PlaySource): Promise<void>;
  stop(): Promise<void>;
  /** Sends digits to the peer by RFC 4733: `0-9 * # A-D`. */
  sendDigits(digits: string, options?: { toneMs?: number; gapMs?: number }): Promise<void>;
  statistics(): Promise<EndpointStatistics>;
  /** Frees everything. Safe to call more than once. */
  destroy(): Promise<void>;
  on<E extends keyof EndpointEvents>(event: E, listener: (...args: EndpointEvents[E]) => void): this;
  off<E extends keyof EndpointEvents>(event: E, listener: (...args: EndpointEvents[E]) => void): this;
}

export interface MediaServer {
  /** For logs, health and the conformance report: `builtin`, `freeswitch`, `asterisk`. */
  readonly engine: string;
  /** @throws MediaError `engine_unavailable`, `no_ports`, `no_common_codec`, `bad_sdp` */
  createEndpoint(request: EndpointRequest): Promise<Endpoint>;
  /** Whether endpoints can be made now. */
  healthy(): boolean;
  close(): Promise<void>;
}

export type MediaErrorCode =
  | 'engine_unavailable'
  | 'no_ports'
  | 'no_common_codec'
  | 'bad_sdp'
  | 'unknown_endpoint'
  | 'bad_request';

export class MediaError extends Error {
  override readonly name = 'MediaError';
  constructor(
    readonly code: MediaErrorCode,
    message: string,
  ) {
    super(message);
  }
}
