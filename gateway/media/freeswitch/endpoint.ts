import { EventEmitter } from 'node:events';
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
import type { Channel } from './channel.js';
import type { EslEvent } from './esl-connection.js';
import { HoldMusic } from './hold-music.js';
import { type Negotiated, ownOffer, readOffer, reanswer } from './negotiation.js';
import { Playback } from './playback.js';
import { ChannelRecording } from './recording.js';
import { type Sounds, soundsOf, toneDigits } from './sounds.js';
import { countCommand, counters, Reports } from './statistics.js';

/** What an endpoint needs of its server. */
export interface EndpointHost {
  /** A channel that answers an offer. @throws MediaError */
  answer(kind: EndpointKind, offer: string, owner: string): Promise<Channel>;
  forget(endpoint: FreeswitchEndpoint): void;
  readonly houseMusic: string;
}

/** What an endpoint's audio is joined to. */
export type Join =
  | { to: 'endpoint'; partner: FreeswitchEndpoint }
  | { to: 'conference'; leave(): void }
  | { to: 'monitored'; target: FreeswitchEndpoint };

/** mod_dptools' eavesdrop takes these while it runs. Muxing into what the target hears is heard by its peer alone. */
const monitorCommands: Record<MonitorRole, string> = { listen: '0', whisper: '2', barge: '3' };

const firstPacketMs = { first: 20, longest: 500 };
const keys = /^[0-9*#A-D]{1,64}$/;
const defaultToneMs = 100;
const defaultGapMs = 60;

/** One leg on a FreeSWITCH. Its channel may be exchanged for another one: a reloaded browser is a new peer. */
export class FreeswitchEndpoint extends EventEmitter<EndpointEvents> implements Endpoint {
  readonly id: string;
  readonly kind: EndpointKind;
  readonly #host: EndpointHost;
  readonly #request: EndpointRequest;
  readonly #reports = new Reports();
  readonly #music = new HoldMusic(this);
  #channel: Channel;
  #localSdp: string;
  #negotiated: Negotiated | undefined;
  #join: Join | undefined;
  #playback: Playback | undefined;
  #endOnDigit = '';
  #holding = false;
  #connected = false;
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

  get join(): Join | undefined {
    return this.#join;
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
    } else {
      const answer = await this.#channel.reoffer(offer);
      this.#negotiated = { ...offered, role: before.role };
      this.#localSdp = reanswer(answer, this.#negotiated);
    }
    this.#hold(offered.holds);
    return this.#localSdp;
  }

  async bridge(other: Endpoint): Promise<void> {
    const partner = this.#fellow(other);
    const together = this.#join?.to === 'endpoint' && this.#join.partner === partner;
    if (!together) {
      this.leaveQuietly();
      partner.leaveQuietly();
    }
    await Promise.all([this.silence(), partner.silence()]);
    if (together) return;
    await this.#bridgeWith(partner);
    this.#join = { to: 'endpoint', partner };
    partner.#join = { to: 'endpoint', partner: this };
    this.#music.update();
    partner.#music.update();
  }

  async monitor(other: Endpoint, role: MonitorRole): Promise<void> {
    const target = this.#fellow(other);
    if (this.#join?.to !== 'monitored' || this.#join.target !== target) {
      const { channel } = this;
      const wasJoined = this.#join;
      this.leaveQuietly();
      await this.silence();
      if (wasJoined?.to === 'endpoint') await channel.park(true);
      await channel.after(
        'CHANNEL_EXECUTE',
        () => channel.mustApi(`uuid_transfer ${channel.uuid} eavesdrop:${target.channel.uuid},park: inline`),
        event => event.Application === 'eavesdrop',
      );
      this.#join = { to: 'monitored', target };
    }
    await this.channel.tell({ 'eavesdrop-command': monitorCommands[role] });
  }

  async unbridge(): Promise<void> {
    const { channel } = this;
    const was = this.#join;
    if (was === undefined) return;
    const partner = was.to === 'endpoint' ? was.partner : undefined;
    this.leaveQuietly();
    await Promise.all([
      partner && !partner.#channel.gone
        ? partner.#channel.after('CHANNEL_PARK', async () => undefined)
        : undefined,
      channel.park(partner !== undefined),
    ]);
  }

  async play(source: PlaySource | readonly PlaySource[], options: PlayOptions = {}): Promise<PlayEnd> {
    const { channel } = this;
    const { times = 1, endOnDigit = '', signal } = options;
    if (this.#join?.to === 'monitored')
      throw new MediaError('bad_request', 'nothing is played to who monitors a talk');
    const sounds = soundsOf(source, this.#host.houseMusic);
    await this.#checkFiles(sounds);
    if (signal?.aborted) return { reason: 'stopped' };
    await this.#playback?.end({ reason: 'replaced' });
    await this.#music.pause();
    const playback = new Playback(channel, sounds, times);
    this.#playback = playback;
    this.#endOnDigit = endOnDigit;
    const stop = () => void playback.end({ reason: 'stopped' });
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await playback.ended;
    } finally {
      signal?.removeEventListener('abort', stop);
      if (this.#playback === playback) {
        this.#playback = undefined;
        this.#music.resume();
      }
    }
  }

  async stop(): Promise<void> {
    this.#throwIfOver();
    await this.#playback?.end({ reason: 'stopped' });
  }

  async sendDigits(digits: string, options: { toneMs?: number; gapMs?: number } = {}): Promise<void> {
    const { channel } = this;
    const { toneMs = defaultToneMs, gapMs = defaultGapMs } = options;
    if (!keys.test(digits)) throw new MediaError('bad_request', 'digits are 0-9 * # A-D');
    if (this.#negotiated?.events === false) {
      await channel.run('playback', toneDigits(digits, toneMs, gapMs));
      return;
    }
    for (const digit of digits) {
      if (channel.gone) return;
      await channel.mustApi(`uuid_send_dtmf ${channel.uuid} ${digit}@${toneMs}`);
      await new Promise(resolve => setTimeout(resolve, toneMs + gapMs));
    }
  }

  async record(request: RecordRequest): Promise<Recording> {
    return await ChannelRecording.start(this.channel, request);
  }

  async watchActivity(): Promise<void> {
    throw new MediaError('not_supported', 'FreeSWITCH does not tell silence from sound while a call goes on');
  }

  async statistics(): Promise<EndpointStatistics> {
    const { channel } = this;
    const [, codec, received, sent] = await Promise.all([
      channel.api(countCommand(channel.uuid)),
      channel.variable(counters.codec),
      channel.variable(counters.received),
      channel.variable(counters.sent),
    ]);
    return this.#reports.statisticsOf({ codec, received, sent });
  }

  async destroy(): Promise<EndpointStatistics | undefined> {
    if (this.#over) return undefined;
    const figures = this.#channel.gone ? undefined : await this.statistics().catch(ignoreGone);
    if (this.#over) return undefined;
    this.#over = true;
    this.leaveQuietly();
    this.#host.forget(this);
    this.removeAllListeners();
    await this.#channel.end();
    return figures;
  }

  /** The server is gone, and the channel with it. */
  lose(): void {
    this.#channel.left('the server is gone');
    this.#deliver('lost', 'engine_gone');
  }

  /** Forgets what it is joined to, and the other side does, too; FreeSWITCH hears of it by what comes next. */
  leaveQuietly(): void {
    const join = this.#join;
    this.#join = undefined;
    if (join?.to === 'endpoint') {
      join.partner.#join = undefined;
      join.partner.#music.update();
    } else if (join?.to === 'conference') join.leave();
    this.#music.update();
  }

  joined(join: Join): void {
    this.#join = join;
  }

  /** Whether packets of the peer come in, judged over a moment. */
  async hears(): Promise<boolean> {
    const before = (await this.statistics()).packetsReceived;
    await new Promise(resolve => setTimeout(resolve, 200));
    return (await this.statistics()).packetsReceived > before + 2;
  }

  /** Ends what plays, before it is joined to something else. */
  async silence(): Promise<void> {
    this.#throwIfOver();
    await this.#playback?.end({ reason: 'stopped' });
    await this.#music.stop();
  }

  async #bridgeWith(partner: FreeswitchEndpoint): Promise<void> {
    const [a, b] = [this.channel, partner.channel];
    await b.ready();
    const between = (event: EslEvent) =>
      [event['Bridge-A-Unique-ID'], event['Bridge-B-Unique-ID']].every(id => id === a.uuid || id === b.uuid);
    await a.after('CHANNEL_BRIDGE', () => a.mustApi(`uuid_bridge ${a.uuid} ${b.uuid}`), between);
  }

  /** A new peer in place of the one before: a channel of its own, joined to what the old one was joined to. */
  async #exchangeChannel(offer: string): Promise<void> {
    const old = this.#channel;
    const join = this.#join;
    const channel = await this.#host.answer(this.kind, offer, this.#request.owner ?? '');
    old.removeListener('event', this.#onEvent);
    old.removeListener('gone', this.#onGone);
    this.#channel = channel;
    this.#connected = false;
    this.#watch(channel);
    this.#negotiated = readOffer(this.kind, offer, channel.sdp);
    this.#localSdp = reanswer(channel.sdp, this.#negotiated);
    this.#answered();
    this.#rejoin(join, old).catch(error => {
      if (!(error instanceof MediaError)) throw error;
      this.#onGone(error.message);
    });
  }

  /** The new peer needs our answer first, before its channel can be joined to anything. */
  async #rejoin(join: Join | undefined, old: Channel): Promise<void> {
    try {
      if (join?.to === 'endpoint') await this.#bridgeWith(join.partner);
      else await this.#channel.ready();
    } finally {
      await old.end();
    }
  }

  #answered(): void {
    const { channel } = this;
    if (this.#request.inBandDigits) void channel.run('spandsp_start_dtmf', '').catch(ignoreGone);
    // A browser tells by DTLS that it is there, a telephone by its first packet, which FreeSWITCH tells nobody.
    if (this.kind === 'rtp') void this.#awaitPackets(channel).catch(ignoreGone);
  }

  async #awaitPackets(channel: Channel): Promise<void> {
    for (let wait = firstPacketMs.first; this.#channel === channel && !channel.gone && !this.#connected; ) {
      if ((await this.statistics()).packetsReceived > 0) return this.#connect();
      await new Promise(resolve => setTimeout(resolve, wait));
      wait = Math.min(wait * 1.5, firstPacketMs.longest);
    }
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
    if (this.#join?.to === 'endpoint') this.#join.partner.#music.update();
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
    if (this.#endOnDigit === 'any' || this.#endOnDigit.includes(digit))
      void this.#playback?.end({ reason: 'digit', digit });
  }

  readonly #onGone = (cause: string): void => {
    if (this.#over || cause === 'the server is gone') return;
    this.leaveQuietly();
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

  async #checkFiles({ files }: Sounds): Promise<void> {
    await Promise.all(
      files.map(async file => {
        if ((await this.#channel.api(`file_exists ${file}`)).trim() !== 'true')
          throw new MediaError('bad_request', `FreeSWITCH has no file ${file}`);
      }),
    );
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

function ignoreGone(error: unknown): undefined {
  if (!(error instanceof MediaError)) throw error;
  return undefined;
}
