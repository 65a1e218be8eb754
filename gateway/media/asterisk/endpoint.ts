import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type ActivityLimits, ActivityWatch } from '../activity.js';
import { type PeerSdp, readPeerSdp } from '../peer-sdp.js';
import {
  type Endpoint,
  type EndpointEvents,
  type EndpointKind,
  type EndpointStatistics,
  type LostReason,
  MediaError,
  type MonitorRole,
  type PlayEnd,
  type PlayOptions,
  type PlaySource,
  type Recording,
  type RecordRequest,
} from '../port.js';
import { RtpWatch } from '../rtp-watch.js';
import { type Ari, AriError, ignoreGone } from './ari.js';
import { bridge, type Join, monitor, unknownIfGone } from './joins.js';
import { type HouseSounds, Player, Playing } from './player.js';
import { AsteriskRecording } from './recording.js';
import type { EngineDialog, EngineOffer } from './signalling.js';
import { directly, inPlaceOf, type Stage } from './stage.js';
import { type RtpStatistics, readStatistics } from './statistics.js';
import type { Waiters } from './waiters.js';

export interface EndpointParts {
  ari: Ari;
  waiters: Waiters;
  logger: Logger;
  house: HouseSounds;
  /** The endpoint of this server behind one of the port. @throws MediaError `bad_request` */
  own(endpoint: Endpoint): AsteriskEndpoint;
  forget(endpoint: AsteriskEndpoint): void;
}

/** A leg as Asterisk has it: a channel, and a dialog between it and us. */
export interface Leg {
  id: string;
  kind: EndpointKind;
  channel: string;
  localSdp: string;
  /** What the peer offered, if it did. */
  remote?: PeerSdp;
  /** The dialog, or Asterisk's offer that waits for the peer's answer. */
  signalling: { dialog: EngineDialog } | { offer: EngineOffer };
  holdMusic: string;
}

/** So long without a sound, and a holding telephone system's own music is over. */
const ownMusicMs = 2000;

export class AsteriskEndpoint extends EventEmitter<EndpointEvents> implements Endpoint {
  readonly id: string;
  readonly kind: EndpointKind;
  readonly channel: string;
  readonly player: Player;
  /** Who listens to this endpoint: they let go when it ends. */
  readonly watchers = new Set<AsteriskEndpoint>();
  join: Join | undefined;
  readonly #parts: EndpointParts;
  readonly #holdMusic: string;
  readonly #rtp: RtpWatch;
  readonly #recordings = new Set<AsteriskRecording>();
  #signalling: Leg['signalling'];
  #localSdp: string;
  #accepted: string | undefined;
  #codec: string | null;
  #direction: PeerSdp['direction'] = 'sendrecv';
  /** The peer holds, and sends music of its own. */
  #ownMusic = false;
  #activity: ActivityWatch | undefined;
  #silenceMs = ownMusicMs;
  /** So many play something in place of what this peer says. */
  #hushes = 0;
  /** Destroyed, or gone with its engine. */
  #over = false;

  constructor(leg: Leg, parts: EndpointParts) {
    super();
    this.id = leg.id;
    this.kind = leg.kind;
    this.channel = leg.channel;
    this.#localSdp = leg.localSdp;
    this.#signalling = leg.signalling;
    this.#holdMusic = leg.holdMusic;
    this.#parts = parts;
    this.#codec = readPeerSdp(leg.kind, leg.localSdp).codecs[0] ?? null;
    const { ari, waiters, logger, house } = parts;
    const stages = { prompt: () => this.#promptStage(), music: () => directly(`channels/${this.channel}`) };
    this.player = new Player(what => new Playing(ari, waiters, stages[what]), { house, logger });
    this.#rtp = new RtpWatch({
      count: async () => (await this.#figures().catch(ignoreGone))?.rxcount,
      connected: () => this.emit('connected'),
      lost: ever => this.emit('lost', ever || this.kind === 'rtp' ? 'rtp_timeout' : 'ice_failed'),
      counted: count => this.#activity?.packets(count, performance.now()),
    });
    if (leg.remote) {
      this.#direction = leg.remote.direction;
      this.#rtp.start();
      this.#rtp.pause(this.#held);
    }
  }

  get localSdp(): string {
    return this.#localSdp;
  }

  get #held(): boolean {
    return this.#direction === 'sendonly' || this.#direction === 'inactive';
  }

  async accept(answer: string): Promise<void> {
    this.#throwIfOver();
    const remote = readPeerSdp(this.kind, answer);
    if ('dialog' in this.#signalling) {
      if (this.#accepted === undefined)
        throw new MediaError('bad_request', 'it was made of an offer of the peer: there is none to answer');
      // The answer of a 183 once more in the 200 (RFC 3261 13.2.1); or another one, which Asterisk takes as an offer.
      if (answer !== this.#accepted) await this.#reinvite(this.#signalling.dialog, answer);
    } else {
      const dialog = await this.#signalling.offer.answer(answer).catch(error => {
        throw new MediaError('engine_unavailable', `Asterisk was not told the answer: ${error.message}`);
      });
      this.#signalling = { dialog };
      this.#rtp.start();
    }
    this.#accepted = answer;
    await this.#agreed(remote, remote.codecs[0]);
  }

  async renegotiate(offer: string): Promise<string> {
    this.#throwIfOver();
    const remote = readPeerSdp(this.kind, offer);
    if (!('dialog' in this.#signalling))
      throw new MediaError('bad_request', 'our own offer is not answered yet');
    this.#localSdp = await this.#reinvite(this.#signalling.dialog, offer);
    await this.#agreed(remote, readPeerSdp(this.kind, this.#localSdp).codecs[0]);
    return this.#localSdp;
  }

  async bridge(other: Endpoint): Promise<void> {
    this.#throwIfOver();
    const partner = this.#parts.own(other);
    partner.#throwIfOver();
    if (partner === this) throw new MediaError('bad_request', 'an endpoint cannot be bridged with itself');
    await bridge(this.#parts.ari, this, partner);
  }

  async monitor(target: Endpoint, role: MonitorRole): Promise<void> {
    this.#throwIfOver();
    const watched = this.#parts.own(target);
    watched.#throwIfOver();
    if (watched === this) throw new MediaError('bad_request', 'an endpoint cannot monitor itself');
    await monitor(this.#parts, this, watched, role);
  }

  async unbridge(): Promise<void> {
    this.#throwIfOver();
    await this.join?.leave(this);
  }

  /** Out of everything, for what comes next. */
  async clear(): Promise<void> {
    await Promise.all([this.join?.leave(this), this.player.stop()]);
  }

  async play(source: PlaySource | readonly PlaySource[], options: PlayOptions = {}): Promise<PlayEnd> {
    this.#throwIfOver();
    return await this.player.play(Array.isArray(source) ? source : [source as PlaySource], options);
  }

  async stop(): Promise<void> {
    this.#throwIfOver();
    await this.player.stop();
  }

  async sendDigits(digits: string, options: { toneMs?: number; gapMs?: number } = {}): Promise<void> {
    this.#throwIfOver();
    if (!/^[0-9*#A-D]{1,64}$/.test(digits))
      throw new MediaError('bad_request', 'digits are 1 to 64 of 0-9 * # A-D');
    const { toneMs = 120, gapMs = 80 } = options;
    await this.#ask('POST', 'dtmf', { dtmf: digits, duration: toneMs, between: gapMs });
    // It answers at once, and takes its time then.
    await delay(digits.length * (toneMs + gapMs));
  }

  async record(request: RecordRequest): Promise<Recording> {
    this.#throwIfOver();
    const recording = await AsteriskRecording.start(this.#parts, this.channel, request).catch(error => {
      throw unknownIfGone(error);
    });
    this.#recordings.add(recording);
    void recording.ended.then(() => this.#recordings.delete(recording));
    return recording;
  }

  adoptRecording(): never {
    throw new MediaError('not_supported', 'recordings end with the gateway that began them');
  }

  async watchActivity(limits: ActivityLimits): Promise<void> {
    this.#throwIfOver();
    this.#activity = new ActivityWatch(limits, performance.now(), what => this.emit('activity', what));
    this.#silenceMs = limits.silenceMs;
    this.#rtp.every(Math.max(50, Math.min(limits.silenceMs, limits.noRtpMs) / 4));
    await this.#detectTalking();
  }

  async statistics(): Promise<EndpointStatistics> {
    this.#throwIfOver();
    const figures = await this.#figures().catch(error => {
      throw unknownIfGone(error);
    });
    return readStatistics(figures, this.#codec);
  }

  async destroy(): Promise<EndpointStatistics | undefined> {
    if (this.#over) return undefined;
    this.#end();
    const { ari } = this.#parts;
    const figures = await this.#figures().catch(ignoreGone);
    if ('offer' in this.#signalling) this.#farewell(this.#signalling.offer.abandon());
    // Asterisk ends its dialog with us by that; if it cannot be asked, we do.
    const gone = await ari.request('DELETE', `channels/${this.channel}`).then(
      () => true,
      error => error instanceof AriError,
    );
    if (!gone && 'dialog' in this.#signalling) this.#farewell(this.#signalling.dialog.end());
    return figures && readStatistics(figures, this.#codec);
  }

  /** Asterisk told of this endpoint's channel. */
  heard(event: 'digit', digit: string, durationMs: number): void;
  heard(event: 'talking', on: boolean): void;
  heard(event: 'digit' | 'talking', what: string | boolean, durationMs = 0): void {
    if (this.#over) return;
    if (event === 'digit') {
      this.emit('digit', { digit: String(what), durationMs });
      this.#farewell(this.player.digit(String(what)));
      return;
    }
    this.#activity?.talking(Boolean(what), performance.now());
    // A browser that holds may go on sending its microphone; only a telephone system sends music.
    this.#ownMusic = Boolean(what) && this.kind === 'rtp' && this.#direction === 'sendonly';
    this.#farewell(this.holdMusicForPartner());
  }

  /** The channel is no more, or Asterisk is not. */
  gone(reason: LostReason): void {
    if (this.#over) return;
    this.#end();
    this.emit('lost', reason);
  }

  /** What the partner in the bridge hears while this endpoint's peer holds. */
  async holdMusicForPartner(): Promise<void> {
    await this.join?.partner?.player.setMusic(this.#held && !this.#ownMusic ? this.#holdMusic : undefined);
  }

  /** What its peer says is kept from the bridge, and from nobody who spies on it. */
  async hush(on: boolean): Promise<void> {
    this.#hushes += on ? 1 : -1;
    if (this.#over || this.#hushes !== (on ? 1 : 0)) return;
    await this.#ask('POST', 'variable', { variable: 'VOLUME(RX)', value: on ? '-32000' : '0' });
  }

  /** While somebody listens to this channel, what is played to it has to be what it hears. */
  #promptStage(): Promise<Stage> {
    const partner = this.join?.partner;
    const tapped = this.#recordings.size > 0 || this.watchers.size > 0;
    return partner === undefined || tapped
      ? directly(`channels/${this.channel}`)
      : inPlaceOf(this.#parts, this, partner);
  }

  #end(): void {
    this.#over = true;
    this.#rtp.close();
    this.#parts.forget(this);
    for (const recording of this.#recordings) this.#farewell(recording.end('endpoint_gone'));
    for (const watcher of this.watchers) this.#farewell(watcher.join?.leave(watcher));
    this.#farewell(this.join?.leave(this));
    this.#farewell(this.player.close());
  }

  async #agreed({ direction }: PeerSdp, codec: string | undefined): Promise<void> {
    const heldBefore = this.#held;
    this.#direction = direction;
    this.#codec = codec ?? null;
    this.#ownMusic = false;
    this.#rtp.pause(this.#held);
    if (heldBefore !== this.#held) this.emit('hold', this.#held);
    if (this.kind === 'rtp' && direction === 'sendonly') await this.#detectTalking();
    await this.holdMusicForPartner();
  }

  async #reinvite(dialog: EngineDialog, offer: string): Promise<string> {
    return await dialog.reinvite(offer).catch((error: Error & { sipStatus?: number }) => {
      // RFC 3261 21.4.26: it can do nothing with what is in it
      const refused = error.sipStatus === 488 || error.sipStatus === 415;
      throw new MediaError(refused ? 'no_common_codec' : 'engine_unavailable', `Asterisk: ${error.message}`);
    });
  }

  /** Asterisk tells from now on when the peer begins and ends to make a sound. */
  async #detectTalking(): Promise<void> {
    const value = String(Math.round(this.#silenceMs));
    await this.#ask('POST', 'variable', { variable: 'TALK_DETECT(set)', value });
  }

  #figures(): Promise<RtpStatistics> {
    return this.#parts.ari.request<RtpStatistics>('GET', `channels/${this.channel}/rtp_statistics`);
  }

  async #ask(method: string, path: string, body?: object): Promise<void> {
    await this.#parts.ari.request(method, `channels/${this.channel}/${path}`, body).catch(error => {
      throw unknownIfGone(error);
    });
  }

  /** What is left to be done for an endpoint that is gone: nobody waits for it. */
  #farewell(work: Promise<unknown> | undefined): void {
    work?.catch(error => this.#parts.logger.debug({ err: error, endpoint: this.id }, 'not put in order'));
  }

  #throwIfOver(): void {
    if (this.#over) throw new MediaError('unknown_endpoint', `endpoint ${this.id} is no more`);
  }
}
