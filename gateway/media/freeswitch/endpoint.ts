import { EventEmitter } from 'node:events';
import { ActivityWatch } from '../activity.js';
import {
  type Endpoint,
  type EndpointEvents,
  type EndpointKind,
  type EndpointRequest,
  type EndpointStatistics,
  MediaError,
  type MonitorRole,
  type PlayEnd,
  type PlayOptions,
  type PlaySource,
  type Recording,
  type RecordRequest,
} from '../port.js';
import { RtpWatch } from '../rtp-watch.js';
import { type Channel, ignoreGone, renewed } from './channel.js';
import type { EslEvent } from './esl-connection.js';
import { Joins } from './joins.js';
import { type Negotiated, ownOffer, readOffer, reanswer } from './negotiation.js';
import { Player } from './player.js';
import { ChannelRecording } from './recording.js';
import { toneDigits } from './sounds.js';
import { FloodWatch, Reports, readCounters } from './statistics.js';

/** What an endpoint needs of its server. */
export interface EndpointHost {
  /** A channel that answers an offer. @throws MediaError */
  answer(kind: EndpointKind, offer: string, owner: string): Promise<Channel>;
  forget(endpoint: FreeswitchEndpoint): void;
  readonly houseMusic: string;
}

const keys = /^[0-9*#A-D]{1,64}$/;
const defaultToneMs = 100;
const defaultGapMs = 60;

/** One leg on a FreeSWITCH. Its channel may be exchanged for another one: a reloaded browser is a new peer. */
export class FreeswitchEndpoint extends EventEmitter<EndpointEvents> implements Endpoint {
  readonly id: string;
  readonly kind: EndpointKind;
  readonly joins: Joins;
  readonly player: Player;
  readonly #host: EndpointHost;
  readonly #request: EndpointRequest;
  readonly #reports = new Reports();
  readonly #rtp: RtpWatch;
  readonly #flood = new FloodWatch();
  #channel: Channel;
  #localSdp: string;
  #negotiated: Negotiated | undefined;
  #activity: ActivityWatch | undefined;
  #holding = false;
  #connected = false;
  /** Of our answers that FreeSWITCH had no part in. */
  #version = 0;
  #over = false;

  constructor(host: EndpointHost, request: EndpointRequest, channel: Channel) {
    super();
    this.setMaxListeners(100);
    this.#host = host;
    this.#request = request;
    this.#channel = channel;
    this.id = channel.uuid;
    this.kind = request.kind;
    this.#localSdp = ownOffer(channel.sdp);
    this.joins = new Joins(this);
    this.player = new Player(this, host.houseMusic);
    this.#rtp = new RtpWatch({
      count: () => this.#countPackets(),
      // A browser tells by DTLS that it is there, a telephone by its first packet, which FreeSWITCH tells nobody.
      connected: () => this.kind === 'rtp' && this.#connect(),
      lost: ever => this.#deliver('lost', ever || this.kind === 'rtp' ? 'rtp_timeout' : 'ice_failed'),
      counted: count => this.#activity?.packets(count, performance.now()),
    });
    this.#watch(channel);
    if (request.remoteSdp !== undefined) {
      this.#negotiated = readOffer(this.kind, request.remoteSdp, channel.sdp);
      this.#localSdp = reanswer(channel.sdp, this.#negotiated);
      this.#answered();
    }
  }

  get localSdp(): string {
    return this.#localSdp;
  }

  get channel(): Channel {
    this.#throwIfOver();
    return this.#channel;
  }

  /** Where sounds for it are played. */
  get stage(): { channel: Channel; partner: () => Channel | undefined } {
    return { channel: this.channel, partner: () => this.joins.partner?.channel };
  }

  get holding(): boolean {
    return this.#holding;
  }

  get holdMusicFile(): string {
    return this.#request.holdMusic ?? this.#host.houseMusic;
  }

  async accept(answer: string): Promise<void> {
    const channel = this.channel;
    const first = !channel.answered;
    const negotiated = readOffer(this.kind, answer, channel.sdp);
    await channel.answer(answer);
    this.#negotiated = negotiated;
    if (first) this.#answered();
  }

  async renegotiate(offer: string): Promise<string> {
    this.#throwIfOver();
    const before = this.#negotiated;
    const offered = readOffer(this.kind, offer, undefined);
    const sameAssociation = before?.association === offered.association;
    if (this.#channel.gone || !sameAssociation) {
      await this.#exchangeChannel(offer);
    } else if (this.kind === 'webrtc') {
      // Of the same association (RFC 8842 5.1) only the direction can be new, and FreeSWITCH is told of no hold: asked all
      // the same, it no longer hears the keys that go with Opus.
      this.#negotiated = { ...offered, role: before.role };
      this.#localSdp = reanswer(renewed(this.#localSdp, ++this.#version), this.#negotiated);
    } else {
      const answer = await this.#channel.reoffer(offer);
      this.#negotiated = { ...offered, role: before.role };
      this.#localSdp = reanswer(answer, this.#negotiated);
    }
    this.#hold(offered.holds);
    return this.#localSdp;
  }

  async bridge(other: Endpoint): Promise<void> {
    await this.joins.bridge(this.#fellow(other));
  }

  async monitor(target: Endpoint, role: MonitorRole): Promise<void> {
    await this.joins.monitor(this.#fellow(target), role);
  }

  async unbridge(): Promise<void> {
    this.#throwIfOver();
    await this.joins.unbridge();
  }

  async play(source: PlaySource | readonly PlaySource[], options: PlayOptions = {}): Promise<PlayEnd> {
    this.#throwIfOver();
    if (this.joins.current?.to === 'monitored')
      throw new MediaError('bad_request', 'nothing is played to who monitors a talk');
    return await this.player.play(source, options);
  }

  async stop(): Promise<void> {
    this.#throwIfOver();
    await this.player.stop();
  }

  async sendDigits(digits: string, options: { toneMs?: number; gapMs?: number } = {}): Promise<void> {
    const { channel } = this;
    const { toneMs = defaultToneMs, gapMs = defaultGapMs } = options;
    if (!keys.test(digits)) throw new MediaError('bad_request', 'digits are 0-9 * # A-D');
    if (this.#negotiated?.events === false) {
      await channel.run('playback', toneDigits(digits, toneMs, gapMs));
      return;
    }
    await channel.ready();
    for (const digit of digits) {
      if (channel.gone) return;
      await channel.mustApi(`uuid_send_dtmf ${channel.uuid} ${digit}@${toneMs}`);
      await new Promise(resolve => setTimeout(resolve, toneMs + gapMs));
    }
  }

  async record(request: RecordRequest): Promise<Recording> {
    const { channel } = this;
    await channel.ready();
    return await ChannelRecording.start(channel, request);
  }

  adoptRecording(): never {
    throw new MediaError('not_supported', 'recordings end with the gateway that began them');
  }

  async watchActivity({ noRtpMs }: { silenceMs: number; noRtpMs: number }): Promise<void> {
    this.#throwIfOver();
    const limits = { silenceMs: Number.POSITIVE_INFINITY, noRtpMs };
    this.#activity = new ActivityWatch(limits, performance.now(), what => this.#deliver('activity', what));
    this.#rtp.every(Math.max(50, noRtpMs / 4));
  }

  async statistics(): Promise<EndpointStatistics> {
    const { channel } = this;
    const [codec, counters] = await Promise.all([
      channel.variable('rtp_use_codec_name'),
      readCounters(channel),
    ]);
    return this.#reports.statisticsOf(codec, counters);
  }

  async destroy(): Promise<EndpointStatistics | undefined> {
    if (this.#over) return undefined;
    const figures = this.#channel.gone ? undefined : await this.statistics().catch(ignoreGone);
    if (this.#over) return undefined;
    this.#over = true;
    this.#rtp.close();
    this.joins.leaveQuietly();
    this.#host.forget(this);
    this.removeAllListeners();
    await this.#channel.end();
    return figures;
  }

  /** The server is gone, and the channel with it. */
  lose(): void {
    this.#rtp.close();
    this.#channel.left('the server is gone');
    this.#deliver('lost', 'engine_gone');
  }

  /** Whether packets of the peer come in, judged over a moment. */
  async hears(): Promise<boolean> {
    const before = (await this.statistics()).packetsReceived;
    await new Promise(resolve => setTimeout(resolve, 200));
    return (await this.statistics()).packetsReceived > before + 2;
  }

  /** A new peer in place of the one before: a channel of its own, joined to what the old one was joined to. */
  async #exchangeChannel(offer: string): Promise<void> {
    const old = this.#channel;
    const channel = await this.#host.answer(this.kind, offer, this.#request.owner ?? '');
    old.removeListener('event', this.#onEvent);
    old.removeListener('gone', this.#onGone);
    this.#channel = channel;
    this.#connected = false;
    this.#watch(channel);
    this.#negotiated = readOffer(this.kind, offer, channel.sdp);
    this.#localSdp = reanswer(channel.sdp, this.#negotiated);
    this.#answered();
    // The new peer needs our answer first, before its channel can be joined to anything.
    this.joins.exchange(old).catch(error => {
      if (!(error instanceof MediaError)) throw error;
      this.#onGone(error.message);
    });
  }

  #answered(): void {
    const { channel } = this;
    if (this.#request.inBandDigits) void channel.run('spandsp_start_dtmf', '').catch(ignoreGone);
    this.#rtp.start();
    this.#rtp.pause(this.#negotiated?.holds === true);
  }

  async #countPackets(): Promise<number | undefined> {
    const channel = this.#channel;
    if (channel.gone) return undefined;
    const counters = await readCounters(channel).catch(ignoreGone);
    if (counters && this.#flood.sees(counters)) await channel.flush().catch(ignoreGone);
    return counters?.received;
  }

  #connect(): void {
    if (this.#connected) return;
    this.#connected = true;
    this.#deliver('connected');
  }

  #hold(holds: boolean): void {
    if (holds !== this.#holding) {
      this.#holding = holds;
      this.#deliver('hold', holds);
    }
    this.#rtp.pause(holds);
    this.joins.partner?.player.music.update();
  }

  #watch(channel: Channel): void {
    channel.on('event', this.#onEvent);
    channel.on('gone', this.#onGone);
  }

  readonly #onEvent = (event: EslEvent): void => {
    switch (event['Event-Name']) {
      case 'DTMF':
        this.#digit(event['DTMF-Digit'] ?? '', Number(event['DTMF-Duration'] ?? 0) / 8);
        break;
      case 'CALL_SECURE':
        this.#connect();
        break;
      case 'SEND_RTCP_MESSAGE':
        this.#reports.sent(event);
        break;
      case 'RECV_RTCP_MESSAGE':
        this.#reports.received(event);
        break;
    }
  };

  #digit(digit: string, durationMs: number): void {
    if (!keys.test(digit)) return;
    this.#deliver('digit', { digit, durationMs });
    this.player.digit(digit);
  }

  readonly #onGone = (cause: string): void => {
    if (this.#over || cause === 'the server is gone') return;
    this.joins.leaveQuietly();
    this.#deliver('lost', cause === 'MEDIA_TIMEOUT' ? 'rtp_timeout' : 'peer_closed');
  };

  #fellow(other: Endpoint): FreeswitchEndpoint {
    this.#throwIfOver();
    if (!(other instanceof FreeswitchEndpoint) || other.#host !== this.#host)
      throw new MediaError('bad_request', 'only endpoints of one FreeSWITCH can be joined');
    if (other === this) throw new MediaError('bad_request', 'an endpoint is not joined to itself');
    other.#throwIfOver();
    return other;
  }

  #throwIfOver(): void {
    if (this.#over) throw new MediaError('unknown_endpoint', `endpoint ${this.id} was destroyed`);
  }

  #deliver<E extends keyof EndpointEvents>(event: E, ...data: EndpointEvents[E]): void {
    // The map's tuple type is lost where the event's name is generic. Not in the breath of the call that it follows
    // from: the caller has to have the endpoint first.
    setImmediate(() => {
      if (!this.#over) (this as EventEmitter).emit(event, ...data);
    });
  }
}
