import { EventEmitter } from 'node:events';
import type { Clip } from '../audio/clip.js';
import { DtmfDetector } from '../audio/dtmf-detector.js';
import type { FrameClock } from '../audio/frame-clock.js';
import { type Law, transcodeInPlace } from '../audio/g711.js';
import { DtmfReceiver, type PressedKey } from '../dtmf.js';
import { MediaFault } from '../fault.js';
import type { Recorder } from '../recording/recorder.js';
import type { Role } from '../room/seat.js';
import { OutgoingStream } from '../rtp/outgoing-stream.js';
import type { RtpPacket } from '../rtp/packet.js';
import { Reception } from '../rtp/reception.js';
import { RtcpState } from '../rtp/rtcp.js';
import type { Direction } from '../sdp/direction.js';
import { type Activity, type ActivityLimits, ActivityWatch } from './activity.js';
import { type LegFormat, lawOfKind, payloadKind } from './format.js';
import { MixOutput } from './mix-output.js';
import type { PlayEnd, PlayOptions } from './playlist.js';
import { Playout } from './playout.js';

export type EndpointKind = 'webrtc' | 'rtp';
export type LostReason = 'ice_failed' | 'dtls_failed' | 'peer_closed' | 'rtp_timeout';

export interface EndpointEvents {
  connected: [];
  digit: [{ digit: string; durationMs: number }];
  lost: [LostReason];
  hold: [boolean];
  activity: [Activity];
}

export interface EndpointStatistics {
  /** The law we send. */
  codec: Law | null;
  packetsSent: number;
  packetsReceived: number;
  packetsLost: number;
  packetsFromStrangers: number;
  packetsMalformed: number;
  transportErrors: number;
  jitterMs: number;
  roundTripMs: number | null;
  /** What the peer last reported of what we send. */
  sentLost: number | null;
  sentJitterMs: number | null;
}

/** Listens to what the peer says: a recorder, a detector of digits or of silence. */
export interface Hearer {
  hear(packet: RtpPacket, law: Law, now: number): void;
}

/** Where an endpoint's received packets go: its seat in a room. */
export interface Sink {
  receive(from: Endpoint, packet: RtpPacket, kind: number, now: number): void;
  /** The peer of `from` put it on hold or took it back. */
  holdChanged(from: Endpoint): void;
  leave(endpoint: Endpoint): void;
  pressed?(press: PressedKey): void;
}

export interface EndpointSettings {
  id: string;
  kind: EndpointKind;
  /** What the owner calls the leg; for logs. */
  label: string;
  rtpTimeoutMs: number;
  clock: FrameClock;
  /** Nothing by default. */
  holdMusic?: Clip | undefined;
  inBandDigits?: boolean;
}

const rtcpIntervalMs = 5000;

/** One leg's media: what is common to plain RTP and WebRTC. Transports fill in how packets come and go. */
export abstract class Endpoint extends EventEmitter<EndpointEvents> {
  readonly id: string;
  readonly kind: EndpointKind;
  readonly label: string;
  /** What others hear while this endpoint's peer holds. */
  readonly holdMusic: Clip | undefined;
  /** Supervisors' endpoints that go where this one goes, and the one that this goes with. */
  readonly watchers = new Map<Endpoint, Role>();
  watching: Endpoint | undefined;
  /** Which way the peer wants media to flow, seen from the peer. */
  protected peerDirection: Direction = 'sendrecv';
  protected format: LegFormat | undefined;
  protected readonly outgoing = new OutgoingStream();
  protected readonly reception = new Reception();
  protected readonly rtcp = new RtcpState();
  protected packetsFromStrangers = 0;
  protected connected = false;
  readonly #playout: Playout;
  readonly #dtmf = new DtmfReceiver();
  readonly #rtpTimeoutMs: number;
  #packetsMalformed = 0;
  #transportErrors = 0;
  readonly #mixOutput: MixOutput;
  #sink: Sink | undefined;
  readonly #hearers: Hearer[] = [];
  readonly #recorders: Recorder[] = [];
  #inBandDigits: DtmfDetector | undefined;
  #activity: ActivityWatch | undefined;
  #lastHeardAt = 0;
  #nextRtcpAt = performance.now() + Math.random() * rtcpIntervalMs;
  /** The peer's media is gone, until a new association brings it back. */
  #lost: LostReason | undefined;
  #destroyed = false;

  protected constructor(settings: EndpointSettings) {
    super();
    this.id = settings.id;
    this.kind = settings.kind;
    this.label = settings.label;
    this.holdMusic = settings.holdMusic;
    this.#rtpTimeoutMs = settings.rtpTimeoutMs;
    this.#playout = new Playout(
      settings.clock,
      this.outgoing,
      () => (this.canSend ? this.format : undefined),
      (packet, now) => this.#transmit(packet, now),
    );
    this.#mixOutput = new MixOutput(this.outgoing, (packet, now) => this.#transmit(packet, now));
    if (settings.inBandDigits) {
      this.#inBandDigits = new DtmfDetector(press => this.#pressed(press));
      this.#hearers.push(this.#inBandDigits);
    }
  }

  abstract readonly localSdp: string;
  abstract accept(answer: string): void;
  abstract renegotiate(offer: string): Promise<string>;
  protected abstract sendRtp(packet: Buffer): void;
  protected abstract sendRtcp(packet: Buffer): void;
  protected abstract release(): void;

  /** The peer takes no audio now: it put us on hold (RFC 3264 8.4). */
  get held(): boolean {
    return this.peerDirection === 'sendonly' || this.peerDirection === 'inactive';
  }

  /** The peer may send while it holds us: music of its own. */
  get peerSendsOnHold(): boolean {
    return this.peerDirection === 'sendonly';
  }

  get destroyed(): boolean {
    return this.#destroyed;
  }

  get isConnected(): boolean {
    return this.connected;
  }

  /** Attaches what receives this endpoint's packets; an earlier sink is left. */
  attach(sink: Sink | undefined): void {
    const earlier = this.#sink;
    if (earlier === sink) return;
    this.#sink = sink;
    earlier?.leave(this);
  }

  detach(sink: Sink): void {
    if (this.#sink === sink) this.#sink = undefined;
  }

  get sink(): Sink | undefined {
    return this.#sink;
  }

  play(clips: readonly Clip[] | Promise<readonly Clip[]>, options: PlayOptions = {}): Promise<PlayEnd> {
    return this.#playout.play(clips, options);
  }

  stop(): void {
    this.#playout.stop();
  }

  setBackground(clip: Clip | undefined): void {
    this.#playout.setBackground(clip);
  }

  /** Whether keys can be sent as telephone-events. */
  get takesEvents(): boolean {
    return this.canSend && this.format?.eventType !== undefined;
  }

  dial(keys: string, toneMs: number, gapMs: number): Promise<void> {
    if (this.format === undefined)
      throw new MediaFault('bad_request', 'digits cannot be sent before SDP is agreed');
    return this.#playout.dial(keys, toneMs, gapMs);
  }

  /** Sends a packet that another endpoint received. Changes the packet in place, and does not copy it. */
  relay(from: Endpoint, packet: RtpPacket, kind: number, now: number): void {
    const format = this.format;
    if (format === undefined || this.#playout.active || !this.canSend) return;
    let payloadType: number | undefined;
    if (kind === payloadKind.telephoneEvent) {
      payloadType = format.eventType;
    } else {
      const law = lawOfKind(kind);
      if (law === undefined) return;
      if (law !== format.law) transcodeInPlace(law, packet.buffer, packet.payloadOffset, packet.payloadEnd);
      payloadType = format.audioType;
    }
    if (payloadType === undefined) return;
    const start = this.outgoing.relay(from, packet, payloadType, now);
    this.#transmit(packet.buffer.subarray(start, packet.payloadEnd), now);
  }

  /** What a mixed frame has to be encoded for; undefined while nothing mixed is sent. */
  get mixFormat(): LegFormat | undefined {
    return this.#playout.active || !this.canSend ? undefined : this.format;
  }

  /** Sends a frame of a mix, in the law of `mixFormat`. */
  sendMixed(encoded: Buffer, format: LegFormat, now: number): void {
    this.#mixOutput.sendFrame(encoded, format, now);
  }

  /** Records from now on. The recorder ends with the endpoint. */
  recordWith(recorder: Recorder): void {
    this.#recorders.push(recorder);
    this.#hearers.push(recorder);
    void recorder.ended.then(() => {
      remove(this.#recorders, recorder);
      remove(this.#hearers, recorder);
    });
  }

  watchActivity(limits: ActivityLimits): void {
    this.#endActivity();
    this.#activity = new ActivityWatch(limits, activity => this.emit('activity', activity));
    this.#hearers.push(this.#activity);
  }

  statistics(): EndpointStatistics {
    return {
      codec: this.format?.law ?? null,
      packetsSent: this.outgoing.packetsSent,
      packetsReceived: this.reception.packetsReceived,
      packetsLost: this.reception.packetsLost,
      packetsFromStrangers: this.packetsFromStrangers,
      packetsMalformed: this.#packetsMalformed,
      transportErrors: this.#transportErrors,
      jitterMs: rounded(this.reception.jitterMs),
      roundTripMs: this.rtcp.roundTripMs === undefined ? null : rounded(this.rtcp.roundTripMs),
      sentLost: this.rtcp.remoteLost ?? null,
      sentJitterMs: this.rtcp.remoteJitterMs === undefined ? null : rounded(this.rtcp.remoteJitterMs),
    };
  }

  /** Called about once a second: reports and timeouts. */
  sweep(now: number): void {
    if (this.#lost || this.#destroyed) return;
    if (this.connected && now >= this.#nextRtcpAt) {
      // Between half and one and a half intervals, so that peers do not fall into step (RFC 3550 6.3.1).
      this.#nextRtcpAt = now + rtcpIntervalMs * (0.5 + Math.random());
      this.sendRtcp(this.rtcp.write(this.outgoing, this.reception, this.id, now));
    }
    if (this.connected && !this.held && now - this.#lastHeardAt > this.#rtpTimeoutMs)
      this.lose('rtp_timeout');
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.attach(undefined);
    for (const watcher of this.watchers.keys()) watcher.watching = undefined;
    this.watchers.clear();
    this.watching?.watchers.delete(this);
    this.watching = undefined;
    this.#playout.close();
    this.#endActivity();
    for (const recorder of [...this.#recorders]) void recorder.end('endpoint_gone');
    this.release();
    this.removeAllListeners();
  }

  /** Why the peer's media is gone, if it is. */
  get lostReason(): LostReason | undefined {
    return this.#lost;
  }

  protected get canSend(): boolean {
    return !this.held && !this.#lost && !this.#destroyed;
  }

  /** Takes a packet that came from the peer: counts it, reads digits, and passes it on. */
  protected receivePacket(packet: RtpPacket, format: LegFormat, now: number): void {
    const kind = format.kinds[packet.payloadType] as number;
    if (kind === payloadKind.unknown) {
      this.countMalformed();
      return;
    }
    this.#lastHeardAt = now;
    const isEvent = kind === payloadKind.telephoneEvent;
    this.reception.update(packet.ssrc, packet.sequenceNumber, packet.timestamp, now, !isEvent);
    if (isEvent) {
      const { ssrc, timestamp, payloadOffset, payloadEnd } = packet;
      const press = this.#dtmf.receive(ssrc, timestamp, packet.buffer, payloadOffset, payloadEnd);
      if (press !== undefined) {
        this.#endInBandDigits();
        this.#pressed(press);
        this.#sink?.pressed?.(press);
      }
    } else if (this.#hearers.length > 0) {
      const law = lawOfKind(kind);
      if (law !== undefined) for (const hearer of this.#hearers) hearer.hear(packet, law, now);
    }
    this.#sink?.receive(this, packet, kind, now);
  }

  #pressed(press: PressedKey): void {
    this.#playout.keyPressed(press.digit);
    this.emit('digit', press);
  }

  /** A peer that speaks RFC 4733 is not also heard: its keys would count twice. */
  #endInBandDigits(): void {
    if (this.#inBandDigits === undefined) return;
    remove(this.#hearers, this.#inBandDigits);
    this.#inBandDigits = undefined;
  }

  #endActivity(): void {
    if (this.#activity === undefined) return;
    this.#activity.close();
    remove(this.#hearers, this.#activity);
    this.#activity = undefined;
  }

  /** Everything that goes to the peer goes through here. */
  #transmit(packet: Buffer, now: number): void {
    if (this.#recorders.length > 0) {
      const { law, audioType } = this.format as LegFormat;
      if (((packet[1] as number) & 0x7f) === audioType)
        for (const recorder of this.#recorders) recorder.sent(packet, law, this.outgoing.ssrc, now);
    }
    this.sendRtp(packet);
  }

  protected receiveRtcp(buffer: Buffer, now: number): void {
    if (this.rtcp.read(buffer, this.outgoing.ssrc, now)) this.#lastHeardAt = now;
    else this.countMalformed();
  }

  protected countMalformed(): void {
    this.#packetsMalformed++;
  }

  protected countTransportError(): void {
    this.#transportErrors++;
  }

  /** Media flows, or flows again: the timeout counts from here. */
  protected becomeConnected(now: number): void {
    this.#lastHeardAt = now;
    if (this.connected && !this.#lost) return;
    this.#lost = undefined;
    this.connected = true;
    this.emit('connected');
  }

  protected setPeerDirection(direction: Direction): void {
    const before = this.held;
    this.peerDirection = direction;
    this.#lastHeardAt = performance.now();
    if (this.held === before) return;
    this.#sink?.holdChanged(this);
    this.emit('hold', this.held);
  }

  protected lose(reason: LostReason): void {
    if (this.#lost || this.#destroyed) return;
    this.#lost = reason;
    this.emit('lost', reason);
  }
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
