import type { Logger } from 'pino';
import { type Connecting, connectAgain, connectWithin } from '../connecting.js';
import { Drain } from '../drain.js';
import { readPeerSdp } from '../peer-sdp.js';
import { connectPool } from '../pool.js';
import {
  type Capability,
  type Conference,
  type Endpoint,
  type EndpointKind,
  type EndpointRequest,
  MediaError,
  type MediaLoad,
  type MediaServer,
  type OrphanedEndpoint,
} from '../port.js';
import { RelocatingMedia } from '../relocation.js';
import { Channel } from './channel.js';
import { type ConferenceHost, FreeswitchConference } from './conference.js';
import { type EndpointHost, FreeswitchEndpoint } from './endpoint.js';
import { type EslAddress, EslConnection, type EslEvent } from './esl-connection.js';
import { Lease } from './lease.js';
import type { MediaSignalling } from './signalling.js';
import { checkedPath } from './sounds.js';

export type { MediaSignalling } from './signalling.js';

export interface FreeswitchSettings {
  /** The event socket. */
  esl: EslAddress;
  /** SIP as the gateway's SIP server reaches it: host:port, perhaps with `;transport=tcp`. */
  sip: string;
  signalling: MediaSignalling;
  /** Name of this gateway node: whose the channels are. */
  owner: string;
  /** Browsers are offered Opus first. */
  opus?: boolean;
  /** A WAV file on FreeSWITCH's machine: what is heard where no other music is asked for. */
  houseMusic: string;
  logger: Logger;
  signal?: AbortSignal;
  /** How long the first connection is tried, milliseconds; 10 000 by default. */
  connectTimeoutMs?: number;
}

const events = [
  'CHANNEL_PARK',
  'CHANNEL_BRIDGE',
  'CHANNEL_EXECUTE',
  'CHANNEL_EXECUTE_COMPLETE',
  'CHANNEL_HANGUP_COMPLETE',
  'CALL_SECURE',
  'DTMF',
  'MEDIA_BUG_STOP',
  'RECORD_STOP',
  'RECV_RTCP_MESSAGE',
  'SEND_RTCP_MESSAGE',
  'HEARTBEAT',
  // Those of modules come last: all words after CUSTOM are theirs.
  'CUSTOM',
  'conference::maintenance',
];

/** A connection that breaks while FreeSWITCH lives is back within this; then its channels are, too. */
const blinkMs = 2000;
const inviteMs = 5000;

export interface FreeswitchPoolSettings extends Omit<FreeswitchSettings, 'esl' | 'sip'> {
  servers: readonly { host: string; eslPort: number; sipPort: number; weight: number }[];
  /** Of all of them. */
  password: string;
}

/**
 * Several FreeSWITCHes as one media server, whose endpoints outlive the one that they are on. Those that are away are
 * tried on and on; one at least has to be there.
 * @throws MediaError `engine_unavailable`, `bad_request` when one refuses the password
 */
export async function connectFreeswitchPool(settings: FreeswitchPoolSettings): Promise<MediaServer> {
  const { servers, password, ...common } = settings;
  const members = servers.map(({ host, eslPort, sipPort, weight }) => ({
    name: `${host}:${eslPort}`,
    weight,
    server: new FreeswitchServer({
      ...common,
      esl: { host, port: eslPort, password },
      sip: `${host.includes(':') ? `[${host}]` : host}:${sipPort}`,
    }),
  }));
  return new RelocatingMedia(await connectPool(members));
}

/**
 * A FreeSWITCH as a media server. Resolves when it is logged in, and reconnects by itself from then on.
 * @throws MediaError `engine_unavailable` when nobody is there, `bad_request` when the password is refused
 */
export async function connectFreeswitch(settings: FreeswitchSettings): Promise<MediaServer> {
  const server = new FreeswitchServer(settings);
  await server.connect();
  return server;
}

class FreeswitchServer implements MediaServer, Connecting, EndpointHost, ConferenceHost {
  readonly engine = 'freeswitch';
  readonly capabilities: ReadonlySet<Capability>;
  readonly houseMusic: string;
  readonly #settings: FreeswitchSettings;
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;
  readonly #endpoints = new Set<FreeswitchEndpoint>();
  readonly #channels = new Map<string, Channel>();
  readonly #conferences = new Map<string, FreeswitchConference>();
  /** Channels of ours that wait for commands, and whose 200 is not here yet. */
  readonly #parkedEarly = new Map<string, EslEvent>();
  readonly #drain = new Drain();
  readonly #lease: Lease;
  #esl: EslConnection | undefined;
  /** Which run of FreeSWITCH it is. */
  #core = '';
  #capacity = 0;

  constructor(settings: FreeswitchSettings) {
    this.#settings = settings;
    this.houseMusic = checkedPath(settings.houseMusic);
    this.capabilities = new Set<Capability>([
      ...([
        'webrtc',
        'webrtc_takeover',
        'in_band_digits',
        'record',
        'record_stereo',
        'record_pause',
        'one_stream',
      ] as const),
      ...(['conference', 'conference_whisper', 'monitor', 'activity'] as const),
      ...(settings.opus ? (['opus'] as const) : []),
    ]);
    this.#lease = new Lease(settings.owner);
    const signals = [this.#ending.signal, settings.signal].filter(signal => signal !== undefined);
    this.#signal = AbortSignal.any(signals);
    this.#signal.addEventListener('abort', () => this.#esl?.close(), { once: true });
  }

  async connect(): Promise<void> {
    await connectWithin(this.#settings.connectTimeoutMs ?? 10_000, () => this.#open(), this.#signal);
  }

  keepConnecting(): void {
    const blinkOver = performance.now() + blinkMs;
    void connectAgain(
      () => this.#open(),
      this.#signal,
      error => {
        this.#settings.logger.debug({ err: error }, 'FreeSWITCH is still away');
        const refused = error instanceof Error && /ECONNREFUSED/.test(error.message);
        if (refused || performance.now() > blinkOver) this.#loseAll();
      },
    );
  }

  healthy(): boolean {
    return this.#esl?.alive ?? false;
  }

  load(): MediaLoad {
    return { endpoints: this.#endpoints.size, capacity: this.#capacity, draining: this.#drain.draining };
  }

  async createEndpoint(request: EndpointRequest): Promise<Endpoint> {
    this.#drain.refuseNew();
    const { kind, remoteSdp, owner = '', holdMusic } = request;
    const esl = this.esl();
    if (holdMusic !== undefined && (await esl.api(`file_exists ${checkedPath(holdMusic)}`)).trim() !== 'true')
      throw new MediaError('bad_request', `FreeSWITCH has no file ${holdMusic}`);
    const channel =
      remoteSdp === undefined ? await this.#offer(kind, owner) : await this.answer(kind, remoteSdp, owner);
    const endpoint = new FreeswitchEndpoint(this, request, channel);
    this.#endpoints.add(endpoint);
    return endpoint;
  }

  async createConference(): Promise<Conference> {
    this.esl();
    const conference = new FreeswitchConference(this);
    this.#conferences.set(conference.id, conference);
    return conference;
  }

  async orphans(): Promise<OrphanedEndpoint[]> {
    return [];
  }

  async adopt(id: string): Promise<Endpoint> {
    throw new MediaError('unknown_endpoint', `FreeSWITCH keeps no endpoint ${id} for us`);
  }

  drain(signal?: AbortSignal): Promise<void> {
    return this.#drain.begin(this.#endpoints.size, signal);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#endpoints].map(endpoint => endpoint.destroy()));
    if (this.#esl?.alive) await this.#lease.giveUp(this.#esl);
    this.#ending.abort();
  }

  /** @throws MediaError `engine_unavailable` */
  esl(): EslConnection {
    if (this.#esl?.alive) return this.#esl;
    throw new MediaError('engine_unavailable', 'FreeSWITCH is not connected; it is being reconnected');
  }

  async answer(kind: EndpointKind, offer: string, owner: string): Promise<Channel> {
    readPeerSdp(kind, offer);
    const invitation = this.#invitation(kind, owner);
    const dialog = await this.#settings.signalling
      .inviteServer({ ...invitation, offer })
      .catch(error => Promise.reject(asMediaError(error)));
    const channel = this.#track(Channel.answering(() => this.esl(), dialog));
    // The event may have come before the answer, over another connection.
    const parked = this.#parkedEarly.get(dialog.callId);
    if (parked !== undefined) channel.handle(parked);
    this.#parkedEarly.delete(dialog.callId);
    return channel;
  }

  forget(endpoint: FreeswitchEndpoint): void {
    this.#endpoints.delete(endpoint);
    this.#drain.left(this.#endpoints.size);
  }

  forgetConference(conference: FreeswitchConference): void {
    this.#conferences.delete(conference.id);
  }

  async #offer(kind: EndpointKind, owner: string): Promise<Channel> {
    const offered = await this.#settings.signalling
      .inviteServerToOffer(this.#invitation(kind, owner))
      .catch(error => Promise.reject(asMediaError(error)));
    return this.#track(Channel.offering(() => this.esl(), offered));
  }

  #invitation(kind: EndpointKind, owner: string) {
    this.esl();
    const { sip, opus, owner: node } = this.#settings;
    const leg = kind === 'webrtc' && opus ? 'webrtc-opus' : kind;
    return {
      uri: `sip:gw+${leg}@${sip}`,
      from: 'gateway',
      headers: {
        'X-Ringbridge-Owner': node,
        'X-Ringbridge-Leg': owner.replace(/[^\w.-]/g, '_').slice(0, 64),
      },
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(inviteMs)]),
    };
  }

  #track(channel: Channel): Channel {
    this.#channels.set(channel.uuid, channel);
    return channel;
  }

  async #open(): Promise<void> {
    const { esl: address, logger } = this.#settings;
    this.#signal.throwIfAborted();
    // Not known yet when a connection closes before its login is through: then `open` rejects instead.
    let opened: EslConnection | undefined;
    const esl = await EslConnection.open(address, {
      event: event => this.#event(event),
      closed: () => this.#closed(opened),
    });
    if (this.#signal.aborted) esl.close();
    this.#signal.throwIfAborted();
    await esl.subscribe(events);
    const core = (await esl.api('global_getvar core_uuid')).trim();
    this.#capacity = Number(/^(\d+) session\(s\) max/m.exec(await esl.api('status'))?.[1] ?? 0);
    if (core !== this.#core) this.#loseAll();
    this.#core = core;
    await this.#sweep(esl);
    await this.#lease.hold(esl);
    opened = esl;
    this.#esl = esl;
    if (!esl.alive) this.#closed(esl);
    logger.info({ host: address.host, port: address.port, core }, 'connected to FreeSWITCH');
  }

  /** Our channels that nobody here knows are of an earlier run; those that FreeSWITCH does not know any more are gone. */
  async #sweep(esl: EslConnection): Promise<void> {
    const { owner, logger } = this.#settings;
    const held = await this.#lease.channels(esl);
    const orphans = held.filter(uuid => !this.#channels.has(uuid));
    for (const uuid of orphans) await esl.api(`uuid_kill ${uuid}`);
    if (orphans.length > 0)
      logger.warn({ owner, channels: orphans.length }, 'freed what an earlier run left');
    const known = new Set(held);
    for (const [uuid, channel] of this.#channels) {
      if (known.has(uuid)) continue;
      this.#channels.delete(uuid);
      channel.left('it ended while the connection was away');
    }
  }

  #event(event: EslEvent): void {
    if (event['Event-Subclass'] === 'conference::maintenance')
      this.#conferences.get(event['Conference-Name'] ?? '')?.handle(event);
    const uuid = event['Unique-ID'] ?? event['caller-unique-id'] ?? '';
    const channel = this.#channels.get(uuid);
    channel?.handle(event);
    if (channel === undefined && event['Event-Name'] === 'CHANNEL_PARK' && this.#lease.covers(event))
      this.#parkedEarly.set(uuid, event);
    // A bridge is told of one of its legs only.
    const other = event['Event-Name'] === 'CHANNEL_BRIDGE' ? event['Other-Leg-Unique-ID'] : undefined;
    if (other !== undefined) this.#channels.get(other)?.handle(event);
    if (event['Event-Name'] === 'CHANNEL_HANGUP_COMPLETE') {
      this.#channels.delete(uuid);
      this.#parkedEarly.delete(uuid);
    }
  }

  #closed(connection: EslConnection | undefined): void {
    if (connection === undefined || this.#esl !== connection) return;
    this.#esl = undefined;
    if (this.#signal.aborted) return;
    this.#settings.logger.error({ endpoints: this.#endpoints.size }, 'FreeSWITCH is gone; reconnecting');
    this.keepConnecting();
  }

  #loseAll(): void {
    const lost = [...this.#endpoints];
    this.#endpoints.clear();
    this.#channels.clear();
    this.#conferences.clear();
    this.#drain.left(0);
    for (const endpoint of lost) endpoint.lose();
  }
}

/** What a FreeSWITCH answers to an INVITE, as the port names it. */
function asMediaError(error: unknown): unknown {
  const { name, sipStatus, message } = error as { name?: string; sipStatus?: number; message?: string };
  if (name !== 'CallFailure') return error;
  const text = `FreeSWITCH does not take the leg: ${message}`;
  // The description was read before it was sent: what is not acceptable about it is that no port is left for it.
  if (sipStatus === 488) return new MediaError('no_ports', `${text}: are its ports for audio its own?`);
  return new MediaError('engine_unavailable', text);
}
