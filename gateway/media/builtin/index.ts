import type { Logger } from 'pino';
import { type Connecting, connectAgain, connectWithin, isPassing } from '../connecting.js';
import { Drain } from '../drain.js';
import { connectPool } from '../pool.js';
import {
  type Capability,
  type Conference,
  type Endpoint,
  type EndpointEvents,
  type EndpointRequest,
  MediaError,
  type MediaLoad,
  type MediaServer,
  type OrphanedEndpoint,
} from '../port.js';
import { BuiltinConference } from './conference.js';
import { type ConnectionSettings, EngineConnection } from './connection.js';
import { BuiltinEndpoint, checkedSdp, type EndpointDescription } from './endpoint.js';

export interface BuiltinMediaSettings extends ConnectionSettings {
  /** A WAV file on the engine's machine: what is heard where no other music is asked for. */
  houseMusic: string;
  logger: Logger;
  /** Ends everything: connecting, reconnecting, the connection. */
  signal?: AbortSignal;
  /** How long the first connection is tried, milliseconds; 10 000 by default. */
  connectTimeoutMs?: number;
}

/**
 * The built-in engine as a media server. Resolves when it is logged in, and reconnects by itself from then on.
 * @throws MediaError `engine_unavailable` when nobody is there, `bad_request` when the login is refused
 */
export async function connectBuiltinMedia(settings: BuiltinMediaSettings): Promise<MediaServer> {
  const server = new BuiltinMedia(settings);
  await server.connect();
  return server;
}

export interface BuiltinMediaPoolSettings extends Omit<BuiltinMediaSettings, 'host' | 'port'> {
  /** Where the engines' control sockets are: several processes of one machine, or machines. */
  engines: readonly { host: string; port: number }[];
}

/**
 * Several built-in engines as one. Resolves when one is logged in; the others are tried until they are there.
 * @throws MediaError `engine_unavailable` when none is there, `bad_request` when a login is refused
 */
export async function connectBuiltinMediaPool(settings: BuiltinMediaPoolSettings): Promise<MediaServer> {
  const { engines, ...common } = settings;
  return await connectPool(
    engines.map(({ host, port }) => ({
      name: `${host}:${port}`,
      server: new BuiltinMedia({ ...common, host, port }),
    })),
  );
}

/** An engine that goes meanwhile holds nothing any more. Rejects when aborted; the drain itself stays. */
async function drained(connection: EngineConnection, signal?: AbortSignal): Promise<void> {
  const asked = connection.request('drain', {}, { timeoutMs: 0 }).catch(error => {
    if (!isPassing(error)) throw error;
  });
  signal?.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  await Promise.race([asked, aborted]);
}

class BuiltinMedia implements MediaServer, Connecting {
  readonly engine = 'builtin';
  readonly capabilities: ReadonlySet<Capability> = new Set<Capability>([
    'webrtc',
    'webrtc_takeover',
    'in_band_digits',
    'record',
    'record_stereo',
    'record_pause',
    'conference',
    'conference_whisper',
    'monitor',
    'activity',
    'silence',
    'one_stream',
    'source_lock',
    'adopt',
  ]);
  readonly #settings: BuiltinMediaSettings;
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;
  readonly #endpoints = new Map<string, BuiltinEndpoint>();
  readonly #drain = new Drain();
  #connection: EngineConnection | undefined;
  /** Endpoints told lost when a connection went: to be freed should the engine still hold them. */
  #abandoned = new Set<string>();

  constructor(settings: BuiltinMediaSettings) {
    this.#settings = settings;
    const signals = [this.#ending.signal, settings.signal].filter(signal => signal !== undefined);
    this.#signal = AbortSignal.any(signals);
    this.#signal.addEventListener('abort', () => this.#connection?.close(), { once: true });
  }

  async connect(): Promise<void> {
    await connectWithin(this.#settings.connectTimeoutMs ?? 10_000, () => this.#open(), this.#signal);
  }

  keepConnecting(): void {
    void connectAgain(
      () => this.#open(),
      this.#signal,
      error => this.#settings.logger.debug({ err: error }, 'the media engine is still away'),
    );
  }

  healthy(): boolean {
    return this.#connection?.alive ?? false;
  }

  load(): MediaLoad {
    return {
      endpoints: this.#endpoints.size,
      capacity: this.#connection?.capacity ?? 0,
      draining: this.#drain.draining || (this.#connection?.draining ?? false),
    };
  }

  async createEndpoint(request: EndpointRequest): Promise<Endpoint> {
    const { kind, remoteSdp, owner, inBandDigits, holdMusic = this.#settings.houseMusic } = request;
    this.#drain.refuseNew();
    const connection = this.#alive();
    const params = {
      kind,
      remoteSdp: remoteSdp === undefined ? undefined : checkedSdp(remoteSdp),
      label: owner,
      holdMusic,
      inBandDigits,
    };
    const late = ({ endpoint }: Record<string, unknown>) => this.#free(connection, String(endpoint));
    const result = await connection.request('create', params, { late });
    return this.#track(result, connection);
  }

  async orphans(): Promise<OrphanedEndpoint[]> {
    const { endpoints } = await this.#alive().request('list', {});
    const listed = endpoints as { endpoint: string; label: string; orphaned: boolean }[];
    return listed
      .filter(({ orphaned }) => orphaned)
      .map(({ endpoint, label }) => ({ id: endpoint, owner: label }));
  }

  async adopt(id: string): Promise<Endpoint> {
    const connection = this.#alive();
    return this.#track(await connection.request('adopt', { endpoint: id }), connection);
  }

  async createConference(): Promise<Conference> {
    const connection = this.#alive();
    const { conference } = await connection.request('createConference', {});
    return new BuiltinConference(connection, String(conference), this.#settings.houseMusic);
  }

  /** Drains the engine, whose other gateways learn of it: it is over when their endpoints are gone, too. */
  async drain(signal?: AbortSignal): Promise<void> {
    const connection = this.#connection;
    await Promise.all([
      this.#drain.begin(this.#endpoints.size, signal),
      connection?.alive ? drained(connection, signal) : undefined,
    ]);
  }

  async close({ keep } = { keep: false }): Promise<void> {
    const connection = this.#connection;
    const endpoints = [...this.#endpoints.values()];
    if (keep) for (const endpoint of endpoints) endpoint.removeAllListeners();
    else await Promise.all(endpoints.map(endpoint => endpoint.destroy()));
    this.#ending.abort();
    connection?.close();
  }

  async #open(): Promise<void> {
    const { host, port, secret, owner, logger } = this.#settings;
    this.#signal.throwIfAborted();
    // Not known yet when a connection closes before its login is through: then `open` rejects instead.
    let opened: EngineConnection | undefined;
    const connection = await EngineConnection.open(
      { host, port, secret, owner },
      {
        event: (endpoint, event, data) => this.#event(endpoint, event, data),
        closed: () => this.#closed(opened),
      },
    );
    opened = connection;
    if (this.#signal.aborted) connection.close();
    this.#signal.throwIfAborted();
    this.#connection = connection;
    logger.info({ host, port, boot: connection.boot }, 'connected to the media engine');
    const abandoned = this.#abandoned;
    this.#abandoned = new Set();
    for (const id of abandoned) this.#free(connection, id);
  }

  #alive(): EngineConnection {
    if (this.#connection?.alive) return this.#connection;
    throw new MediaError('engine_unavailable', 'the media engine is not connected; it is being reconnected');
  }

  #track(result: Record<string, unknown>, connection: EngineConnection): BuiltinEndpoint {
    const description = result as unknown as EndpointDescription;
    const { endpoint: id } = description;
    const { houseMusic } = this.#settings;
    const endpoint = new BuiltinEndpoint(description, connection, houseMusic, () => this.#forget(id));
    this.#endpoints.set(id, endpoint);
    // An orphan whose peer's media went while nobody listened.
    if (description.lost) endpoint.deliver('lost', description.lost);
    return endpoint;
  }

  #forget(id: string): void {
    this.#endpoints.delete(id);
    this.#drain.left(this.#endpoints.size);
  }

  #free(connection: EngineConnection, id: string): void {
    connection.request('destroy', { endpoint: id }).catch(error => {
      this.#settings.logger.warn({ err: error, endpoint: id }, 'an abandoned endpoint could not be freed');
    });
  }

  #event(id: string, event: string, data: unknown): void {
    const endpoint = this.#endpoints.get(id);
    switch (event) {
      case 'connected':
        endpoint?.deliver('connected');
        break;
      case 'digit':
        endpoint?.deliver('digit', data as EndpointEvents['digit'][0]);
        break;
      case 'activity':
        endpoint?.deliver('activity', data as EndpointEvents['activity'][0]);
        break;
      case 'hold':
        endpoint?.deliver('hold', data === true);
        break;
      case 'lost':
        endpoint?.deliver('lost', data as EndpointEvents['lost'][0]);
        break;
    }
  }

  #closed(connection: EngineConnection | undefined): void {
    if (connection === undefined || this.#connection !== connection) return;
    this.#connection = undefined;
    const lost = [...this.#endpoints.values()];
    this.#endpoints.clear();
    this.#drain.left(0);
    for (const endpoint of lost) {
      this.#abandoned.add(endpoint.id);
      endpoint.deliver('lost', 'engine_gone');
    }
    if (this.#signal.aborted) return;
    this.#settings.logger.error({ endpoints: lost.length }, 'the media engine is gone; reconnecting');
    this.keepConnecting();
  }
}
