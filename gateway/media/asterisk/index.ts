import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { Drain } from '../drain.js';
import { readPeerSdp } from '../peer-sdp.js';
import {
  type Capability,
  type Conference,
  type Endpoint,
  type EndpointRequest,
  MediaError,
  type MediaLoad,
  type MediaServer,
  type OrphanedEndpoint,
} from '../port.js';
import { Ari, type AriEvent, ignoreGone } from './ari.js';
import { AsteriskConference } from './conference.js';
import { AsteriskEndpoint, type EndpointParts } from './endpoint.js';
import type { EngineDialog, EngineOffer, EngineSignalling } from './signalling.js';
import { checkSound } from './sound.js';
import { Talk } from './talk.js';
import { writeTones } from './tones.js';
import { Waiters } from './waiters.js';

export type { EngineSignalling } from './signalling.js';

export interface AsteriskMediaSettings {
  host: string;
  /** Of the REST interface (http.conf). */
  port: number;
  /** Of SIP over UDP (pjsip.conf). */
  sipPort: number;
  username: string;
  password: string;
  /** Name of this gateway node: Asterisk keeps what is ours apart by it. */
  owner: string;
  /** How many legs it takes. */
  capacity: number;
  /** A WAV file that Asterisk sees, too: what is heard where no other music is asked for. */
  houseMusic: string;
  /** A folder of ours that Asterisk sees under the same name, to read. Tones are written there. */
  sharedDir: string;
  signalling: EngineSignalling;
  logger: Logger;
  /** How long the first connection is tried, milliseconds; 10 000 by default. */
  connectTimeoutMs?: number;
}

const capabilities: ReadonlySet<Capability> = new Set([
  'webrtc',
  'in_band_digits',
  'record',
  'record_stereo',
  'record_pause',
  'conference',
  'conference_whisper',
  'monitor',
  'activity',
  'silence',
]);

/** Asterisk answers an INVITE within milliseconds, or something is wrong. */
const inviteMs = 5000;
/** AST_CAUSE_REQUESTED_CHAN_UNAVAIL: what it says when it hung up because no RTP came. */
const causeNoRtp = 44;

/**
 * An Asterisk as a media server. Resolves when its events come, and reconnects by itself from then on.
 * @throws MediaError `engine_unavailable` when nobody is there, `bad_request` when the password is refused
 */
export async function connectAsteriskMedia(settings: AsteriskMediaSettings): Promise<MediaServer> {
  const server = new AsteriskMedia(settings);
  await server.connect(settings.connectTimeoutMs ?? 10_000);
  return server;
}

class AsteriskMedia implements MediaServer {
  readonly engine = 'asterisk';
  readonly capabilities = capabilities;
  readonly #settings: AsteriskMediaSettings;
  readonly #ari: Ari;
  readonly #waiters = new Waiters();
  readonly #endpoints = new Map<string, AsteriskEndpoint>();
  readonly #drain = new Drain();
  readonly #stopping = new AbortController();
  readonly #parts: EndpointParts;
  /** Begins the name of each leg: the dialplan finds our application by it. */
  readonly #key: string;

  constructor(settings: AsteriskMediaSettings) {
    this.#settings = settings;
    const { host, port, username, password, owner, logger, houseMusic, sharedDir } = settings;
    this.#key = createHash('sha256').update(owner).digest('hex').slice(0, 12);
    this.#ari = new Ari({
      ...{ host, port, username, password },
      app: `ringbridge-${this.#key}`,
      logger: logger.child({ module: 'asterisk' }),
      signal: this.#stopping.signal,
    });
    this.#parts = {
      ari: this.#ari,
      logger: logger.child({ module: 'asterisk' }),
      waiters: this.#waiters,
      house: { music: houseMusic, tones: join(sharedDir, 'tones') },
      own: endpoint => this.#own(endpoint),
      forget: endpoint => {
        this.#endpoints.delete(endpoint.channel);
        this.#drain.left(this.#endpoints.size);
      },
    };
    this.#ari.on('event', event => this.#handle(event));
    this.#ari.on('resumed', () => void this.#resume());
    this.#ari.on('gone', () => this.#lose('engine_gone'));
  }

  async connect(patienceMs: number): Promise<void> {
    await writeTones(this.#parts.house.tones);
    await this.#ari.connect(patienceMs);
    await this.#clean();
  }

  async createEndpoint({ kind, remoteSdp, holdMusic, inBandDigits }: EndpointRequest): Promise<Endpoint> {
    if (kind !== 'rtp' && kind !== 'webrtc')
      throw new MediaError('bad_request', 'kind has to be rtp or webrtc');
    this.#drain.refuseNew();
    if (this.#endpoints.size >= this.#settings.capacity)
      throw new MediaError('no_ports', `Asterisk has its ${this.#settings.capacity} legs`);
    const remote = remoteSdp === undefined ? undefined : readPeerSdp(kind, remoteSdp);
    if (holdMusic !== undefined) await checkSound(holdMusic);
    if (!this.#ari.connected) throw new MediaError('engine_unavailable', 'Asterisk is not connected');
    const id = `${this.#key}-${randomUUID()}`;
    const { channel, ...answered } = await this.#invite(id, kind, remoteSdp);
    const leg = { id, kind, channel, ...answered, holdMusic: holdMusic ?? this.#settings.houseMusic };
    const endpoint = new AsteriskEndpoint(remote ? { ...leg, remote } : leg, this.#parts);
    this.#endpoints.set(channel, endpoint);
    if (inBandDigits) {
      const mode = { variable: 'PJSIP_DTMF_MODE()', value: 'inband' };
      await this.#ari.request('POST', `channels/${channel}/variable`, mode);
    }
    return endpoint;
  }

  async createConference(): Promise<Conference> {
    return new AsteriskConference(this.#parts, await Talk.open(this.#ari));
  }

  async orphans(): Promise<OrphanedEndpoint[]> {
    return [];
  }

  async adopt(id: string): Promise<Endpoint> {
    throw new MediaError('unknown_endpoint', `Asterisk does not hand endpoints on: there is no ${id}`);
  }

  healthy(): boolean {
    return this.#ari.connected;
  }

  load(): MediaLoad {
    return {
      endpoints: this.#endpoints.size,
      capacity: this.#settings.capacity,
      draining: this.#drain.draining,
    };
  }

  async drain(signal?: AbortSignal): Promise<void> {
    await this.#drain.begin(this.#endpoints.size, signal);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#endpoints.values()].map(endpoint => endpoint.destroy()));
    this.#stopping.abort();
    await this.#ari.close();
  }

  /** A dialog with Asterisk: with the peer's offer, or for an offer of its own. */
  async #invite(id: string, kind: string, remoteSdp: string | undefined) {
    const { host, sipPort, signalling } = this.#settings;
    const arrived = this.#waiters.wait(`leg ${id}`);
    const invitation = {
      uri: `sip:${id}@${host.includes(':') ? `[${host}]` : host}:${sipPort}`,
      from: kind,
      signal: AbortSignal.any([AbortSignal.timeout(inviteMs), this.#stopping.signal]),
    };
    const answered: Promise<{
      localSdp: string;
      signalling: { dialog: EngineDialog } | { offer: EngineOffer };
    }> =
      remoteSdp === undefined
        ? signalling
            .inviteServerToOffer(invitation)
            .then(offer => ({ localSdp: offer.offer, signalling: { offer } }))
        : signalling
            .inviteServer({ ...invitation, offer: remoteSdp })
            .then(dialog => ({ localSdp: dialog.remoteSdp, signalling: { dialog } }));
    try {
      const refused = answered.then(() => arrived);
      const channel = await Promise.race([arrived, refused]);
      return { channel, ...(await answered) };
    } catch (error) {
      throw asMediaError(error);
    } finally {
      this.#waiters.forget(`leg ${id}`);
    }
  }

  #own(endpoint: Endpoint): AsteriskEndpoint {
    if (endpoint instanceof AsteriskEndpoint && this.#endpoints.get(endpoint.channel) === endpoint)
      return endpoint;
    throw endpoint instanceof AsteriskEndpoint
      ? new MediaError('unknown_endpoint', `endpoint ${endpoint.id} is no more, or of another server`)
      : new MediaError('bad_request', 'only endpoints of one media server can be joined');
  }

  #handle(event: AriEvent): void {
    switch (event.type) {
      case 'StasisStart':
        this.#started(event.channel);
        break;
      case 'ChannelDtmfReceived':
        this.#endpoints.get(event.channel.id)?.heard('digit', event.digit, event.duration_ms);
        break;
      case 'ChannelTalkingStarted':
      case 'ChannelTalkingFinished':
        this.#endpoints.get(event.channel.id)?.heard('talking', event.type === 'ChannelTalkingStarted');
        break;
      case 'PlaybackFinished':
        this.#waiters.tell(`playback ${event.playback.id}`, event.playback.state);
        break;
      case 'RecordingFinished':
      case 'RecordingFailed':
        this.#waiters.tell(`recording ${event.recording.name}`, event.type);
        break;
      case 'ChannelDestroyed': {
        const reason = event.cause === causeNoRtp ? 'rtp_timeout' : 'peer_closed';
        this.#endpoints.get(event.channel.id)?.gone(reason);
        break;
      }
    }
  }

  /** A channel has entered our application: a leg that we INVITEd it for, or one that spies on another. */
  #started({ id, dialplan }: { id: string; dialplan: { exten: string } }): void {
    if (this.#waiters.tell(`channel ${id}`, id)) return;
    if (!dialplan.exten.startsWith(this.#key)) return;
    // Its 200 brings the SDP. It may take half a second to answer this request: it waits for the first sound.
    this.#ari
      .request('POST', `channels/${id}/answer`)
      .catch(error => this.#parts.logger.debug({ err: error, channel: id }, 'leg not answered'));
    if (!this.#waiters.tell(`leg ${dialplan.exten}`, id))
      this.#ari
        .request('DELETE', `channels/${id}`)
        .catch(error => this.#parts.logger.debug({ err: error, channel: id }, 'leg that nobody waits for'));
  }

  /** What an earlier run of this gateway has left: nobody can take it over. */
  async #clean(): Promise<void> {
    const { channel_ids, bridge_ids } = await this.#ari.request<{
      channel_ids: string[];
      bridge_ids: string[];
    }>('GET', `applications/${this.#ari.app}`);
    const left = channel_ids.filter(id => !this.#endpoints.has(id)).map(id => `channels/${id}`);
    const paths = [...left, ...bridge_ids.map(id => `bridges/${id}`)];
    await Promise.all(paths.map(path => this.#ari.request('DELETE', path).catch(ignoreGone)));
  }

  /** Events were missed: what has ended meanwhile is found out, and nobody waits for an end that was told already. */
  async #resume(): Promise<void> {
    try {
      const channels = await this.#ari.request<{ id: string }[]>('GET', 'channels');
      const alive = new Set(channels.map(({ id }) => id));
      for (const [channel, endpoint] of [...this.#endpoints])
        if (!alive.has(channel)) endpoint.gone('peer_closed');
      this.#waiters.tellAll('playback ', 'done');
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'what Asterisk still has is not known');
    }
  }

  #lose(reason: 'engine_gone'): void {
    for (const endpoint of [...this.#endpoints.values()]) endpoint.gone(reason);
    this.#waiters.tellAll('', 'failed');
  }
}

function asMediaError(error: unknown): MediaError {
  if (error instanceof MediaError) return error;
  const { sipStatus, message } = error as Error & { sipStatus?: number };
  if (sipStatus === 488 || sipStatus === 415)
    return new MediaError('no_common_codec', `Asterisk: ${message}`);
  return new MediaError('engine_unavailable', `Asterisk took no call: ${message}`);
}
