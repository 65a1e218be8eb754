/**
 * The media port: what the gateway asks of a media server, in terms that no engine owns. Implementations live beside
 * this file (`builtin/`, `freeswitch/`, `asterisk/`); the suite in conformance/ runs on every one that is present.
 *
 * An endpoint is one leg's media: its address, its SDP, its audio. It has exactly one owner, who destroys it. What can
 * be composed of these calls is not repeated by engines: collecting digits (collect.ts), spoken numbers (prompts).
 */
export type EndpointKind = 'webrtc' | 'rtp';

export interface EndpointRequest {
  kind: EndpointKind;
  /** Peer's offer (RFC 3264). Given: the endpoint answers it. Absent: the endpoint makes an offer. */
  remoteSdp?: string;
  /**
   * What this endpoint belongs to, for logs, statistics and adoption. Where several servers share the load, endpoints
   * of one owner are made on the same: name those alike that will be joined.
   */
  owner?: string;
  /** A WAV file: what the other side of a bridge hears while this endpoint's peer holds. The house's by default. */
  holdMusic?: string;
  /** Keys are recognised by their sound, too, for a peer that does not speak RFC 4733. Needs `in_band_digits`. */
  inBandDigits?: boolean;
}

export type LostReason =
  | 'ice_failed'
  | 'dtls_failed'
  | 'peer_closed'
  | 'rtp_timeout'
  /** The engine, or the process of it that held this endpoint, is no more: the endpoint with it. */
  | 'engine_gone';

/** What a peer sends: sound, packets without sound for a while, no packets for a while. */
export type Activity = 'sound' | 'silence' | 'no_rtp';

export interface EndpointEvents {
  /** Media can flow: ICE and DTLS are done, or the first RTP packet came. */
  connected: [];
  /** A digit pressed by the peer, once per key press. */
  digit: [{ digit: string; durationMs: number }];
  /**
   * The peer's media is gone and does not come back by itself; the endpoint still has to be destroyed. Only a new offer
   * of the peer (`renegotiate`: a browser that reloaded) revives it, told by `connected`. Not after `engine_gone`.
   */
  lost: [LostReason];
  /**
   * It is on another server now: this is its new offer. Its leg has to tell the peer by re-INVITE, and `accept` the
   * answer; where nobody listens for this, such an endpoint is `lost` as `engine_gone`.
   */
  moved: [string];
  /** The peer put us on hold, or took us back (direction of its last offer). */
  hold: [boolean];
  /** What the peer sends has changed; told after `watchActivity`. */
  activity: [Activity];
}

export type PlaySource =
  /** Ringing and busy tone of a country's network (ITU-T E.180 annex), until stopped; a beep lasts half a second. */
  | { tone: 'ringback' | 'busy' | 'beep'; country?: string }
  /** The hold music of the house, looped until stopped. A company's own is a `file`, played `forever`. */
  | { music: 'default' }
  /** A WAV file on the engine's machine: 8 kHz mono, PCM 16 bit, A-law or µ-law. */
  | { file: string }
  | { silenceMs: number };

export interface PlayOptions {
  /** How often the whole is played; `forever` until stopped. 1 by default. */
  times?: number | 'forever';
  /** Which keys end it: `any`, or some of `0-9 * # A-D`. None by default. */
  endOnDigit?: string;
  /** Aborting stops it. */
  signal?: AbortSignal;
}

export type PlayEnd =
  | { reason: 'finished' }
  /** By `stop`, by the signal, by a bridge, or because the endpoint is gone. */
  | { reason: 'stopped' }
  /** By another `play`. */
  | { reason: 'replaced' }
  | { reason: 'digit'; digit: string };

export interface RecordRequest {
  /** Where the engine writes it: an absolute path ending in `.wav`, in a folder that exists, of a file that does not. */
  file: string;
  /** `peer`: mono, what the peer says. `both`: stereo, left what the peer says, right what it hears. */
  sides: 'peer' | 'both';
  /** Ends it by itself. */
  maxMs?: number;
}

export interface RecordingResult {
  file: string;
  durationMs: number;
  reason: 'stopped' | 'limit' | 'endpoint_gone' | 'failed';
}

/** A recording under way. It belongs to its endpoint and ends with it. */
export interface Recording {
  /** By which a later gateway takes it over (`adoptRecording`). */
  readonly id: string;
  /** Nothing said from here on is in the file (card numbers); the time is, as silence. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it; the file is complete when this resolves. Safe to call more than once. */
  stop(): Promise<RecordingResult>;
  /** Resolves once when it has ended for whatever reason. */
  readonly ended: Promise<RecordingResult>;
}

/** What a supervisor's endpoint does to the talk of another: hears both sides; is heard by one side, too; by both. */
export type MonitorRole = 'listen' | 'whisper' | 'barge';

/** `whisperTo`: hears everybody and is heard by that member only. */
export type ConferenceRole = 'speak' | 'listen' | { whisperTo: Endpoint };

/** Any number of endpoints that hear each other. Destroyed by its owner; its members outlive it, joined to nothing. */
export interface Conference {
  readonly id: string;
  readonly members: readonly Endpoint[];
  /** Adds an endpoint, or changes the role of a member. Leaves the bridge or conference it was in. */
  add(endpoint: Endpoint, role?: ConferenceRole): Promise<void>;
  /** Back to being joined to nothing. */
  remove(endpoint: Endpoint): Promise<void>;
  /** Heard by every member over the talk. */
  play(source: PlaySource | readonly PlaySource[]): Promise<void>;
  destroy(): Promise<void>;
}

/** Figures since the endpoint was made. `null`: not known (yet). */
export interface EndpointStatistics {
  codec: string | null;
  packetsSent: number;
  packetsReceived: number;
  packetsLost: number;
  /** Dropped because they came from an address that is not the locked peer's. */
  packetsFromStrangers: number;
  /** Interarrival jitter of what we receive, RFC 3550 6.4.1, milliseconds. */
  jitterMs: number;
  /** RFC 3550 6.4.1: from the peer's receiver reports. */
  roundTripMs: number | null;
  /** What the peer reports of what we send: packets lost, its jitter in milliseconds. */
  sentLost: number | null;
  sentJitterMs: number | null;
  /** Mean opinion score by the E-model (ITU-T G.107), 1 to 4.5: of what we receive, and of what the peer does. */
  mosReceived: number | null;
  mosSent: number | null;
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
   * A new offer of the peer within the dialog (hold, resume, new address, a reloaded browser): returns our answer.
   * @throws MediaError `no_common_codec`, `bad_sdp`
   */
  renegotiate(offer: string): Promise<string>;
  /** Joins the audio of two endpoints both ways, telephone-events included. Replaces earlier joins, stops what plays. */
  bridge(other: Endpoint): Promise<void>;
  /**
   * Lets this endpoint's peer hear the talk that `target` is in (bridge or conference), and be heard as the role says;
   * `whisper` is heard by the target's peer. Called again with another role, it changes it. Ends with the target's
   * endpoint, or by `unbridge`; the talk itself goes on undisturbed through all of it.
   */
  monitor(target: Endpoint, role: MonitorRole): Promise<void>;
  /** Leaves bridge, conference or monitoring. */
  unbridge(): Promise<void>;
  /** Plays to the peer, in place of what a bridge brings; resolves when it is over. @throws MediaError `bad_request` */
  play(source: PlaySource | readonly PlaySource[], options?: PlayOptions): Promise<PlayEnd>;
  stop(): Promise<void>;
  /** Sends digits to the peer by RFC 4733, or as sound where that was not agreed: `0-9 * # A-D`. */
  sendDigits(digits: string, options?: { toneMs?: number; gapMs?: number }): Promise<void>;
  /** @throws MediaError `bad_request` (path taken, folder missing), `not_supported` */
  record(request: RecordRequest): Promise<Recording>;
  /** A recording that was begun before this endpoint was adopted, into this file. @throws MediaError `not_supported` */
  adoptRecording(id: string, file: string): Recording;
  /** Tells `activity` from now on: silence and missing packets once they last so long, milliseconds. */
  watchActivity(limits: { silenceMs: number; noRtpMs: number }): Promise<void>;
  statistics(): Promise<EndpointStatistics>;
  /** Frees everything and returns the last figures, if the engine still has them. Safe to call more than once. */
  destroy(): Promise<EndpointStatistics | undefined>;
  on<E extends keyof EndpointEvents>(event: E, listener: (...args: EndpointEvents[E]) => void): this;
  off<E extends keyof EndpointEvents>(event: E, listener: (...args: EndpointEvents[E]) => void): this;
}

/** What not every engine can do. It is declared here, and asked before; a call all the same is `not_supported`. */
export type Capability =
  | 'webrtc'
  /** A browser that reloaded takes its endpoint over by `renegotiate`. */
  | 'webrtc_takeover'
  | 'opus'
  | 'in_band_digits'
  | 'record'
  | 'record_stereo'
  | 'record_pause'
  | 'conference'
  | 'conference_whisper'
  | 'monitor'
  /** Packets that stop coming are noticed. */
  | 'activity'
  /** So is silence; without it, packets are `sound` whatever is in them. */
  | 'silence'
  /** A peer gets one RTP stream (SSRC), whoever is to be heard in it. */
  | 'one_stream'
  /** Packets of strangers are told apart and counted. */
  | 'source_lock'
  /** Endpoints outlive the gateway's connection for a while and can be adopted. */
  | 'adopt';

/** An endpoint of an earlier run of this gateway, which the engine still holds. */
export interface OrphanedEndpoint {
  id: string;
  /** The `owner` it was created with. */
  owner: string;
}

export interface MediaLoad {
  endpoints: number;
  /** How many it takes at most. */
  capacity: number;
  draining: boolean;
}

export interface MediaServer {
  /** For logs, health and the conformance report: `builtin`, `freeswitch`, `asterisk`. */
  readonly engine: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** @throws MediaError `engine_unavailable`, `draining`, `no_ports`, `no_common_codec`, `bad_sdp`, `not_supported` */
  createEndpoint(request: EndpointRequest): Promise<Endpoint>;
  /** @throws MediaError `engine_unavailable`, `not_supported` */
  createConference(): Promise<Conference>;
  /** What an earlier connection of this owner left, until the engine's grace is over. Empty without `adopt`. */
  orphans(): Promise<OrphanedEndpoint[]>;
  /** Takes an orphan over, with all that it plays and is joined to. @throws MediaError `unknown_endpoint` */
  adopt(id: string): Promise<Endpoint>;
  /** Whether endpoints can be made now. */
  healthy(): boolean;
  load(): MediaLoad;
  /** Takes no new endpoints from now on; resolves when the last one is destroyed. */
  drain(signal?: AbortSignal): Promise<void>;
  /** @param keep endpoints are not destroyed, but wait for the next owner; only where there is `adopt` */
  close(options?: { keep: boolean }): Promise<void>;
}

export type MediaErrorCode =
  | 'engine_unavailable'
  | 'draining'
  | 'no_ports'
  | 'no_common_codec'
  | 'bad_sdp'
  | 'unknown_endpoint'
  | 'bad_request'
  | 'not_supported';

export class MediaError extends Error {
  override readonly name = 'MediaError';
  constructor(
    readonly code: MediaErrorCode,
    message: string,
  ) {
    super(message);
  }
}
