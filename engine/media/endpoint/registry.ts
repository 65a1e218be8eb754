import { randomUUID } from 'node:crypto';
import { FrameClock } from '../audio/frame-clock.js';
import { MediaFault } from '../fault.js';
import { Recordings } from '../recording/recordings.js';
import { Conferences } from '../room/conferences.js';
import type { PortPool } from '../rtp/port-pool.js';
import type { Certificate } from '../webrtc/certificate.js';
import { Drain } from './drain.js';
import type { Endpoint, EndpointEvents, EndpointSettings, EndpointStatistics } from './endpoint.js';
import { RtpEndpoint } from './rtp-endpoint.js';
import { WebRtcEndpoint } from './webrtc-endpoint.js';

export interface RegistrySettings {
  address: string;
  externalAddress: string;
  muxPort: number;
  certificate: Certificate;
  rtpTimeoutMs: number;
  connectTimeoutMs: number;
  orphanGraceMs: number;
  maxEndpoints: number;
}

/** Who is told what happens to an endpoint. */
export interface Subscriber {
  readonly owner: string;
  tell<E extends keyof EndpointEvents>(
    endpoint: string,
    event: E,
    data: EndpointEvents[E][0] | undefined,
  ): void;
}

export type EndpointRequest = Pick<EndpointSettings, 'kind' | 'label' | 'holdMusic' | 'inBandDigits'>;

interface Entry {
  endpoint: Endpoint;
  owner: string;
  subscriber: Subscriber | undefined;
  orphanedAt: number;
}

const sweepMs = 1000;

/**
 * Every endpoint and its one owner. An owner is a name that outlives its connection: endpoints of one that went are
 * kept for a while for it to come back and adopt, then freed.
 */
export class EndpointRegistry {
  readonly #settings: RegistrySettings;
  readonly #pool: PortPool;
  readonly clock = new FrameClock();
  readonly conferences = new Conferences(this.clock);
  readonly recordings = new Recordings();
  readonly #entries = new Map<string, Entry>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #drain = new Drain();
  #creating = 0;

  constructor(settings: RegistrySettings, pool: PortPool) {
    this.#settings = settings;
    this.#pool = pool;
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs);
  }

  get size(): number {
    return this.#entries.size;
  }

  get capacity(): number {
    return this.#settings.maxEndpoints;
  }

  get draining(): boolean {
    return this.#drain.begun;
  }

  /** Tells once when a drain begins. Returns what ends the listening. */
  onDraining(listener: () => void): () => void {
    return this.#drain.onBegun(listener);
  }

  /** Takes no new endpoints from now on, of no owner; resolves when the last one is gone. */
  drain(): Promise<void> {
    return this.#drain.begin(this.#entries.size + this.#creating);
  }

  /** @throws MediaFault `draining`, `bad_sdp`, `no_common_codec`, `no_ports` */
  async create(subscriber: Subscriber, request: EndpointRequest, remoteSdp?: string): Promise<Endpoint> {
    if (this.#drain.begun)
      throw new MediaFault('draining', 'the engine is being drained and takes no new endpoints');
    if (this.#entries.size + this.#creating >= this.#settings.maxEndpoints) {
      throw new MediaFault(
        'no_ports',
        `the engine holds its ${this.#settings.maxEndpoints} endpoints already`,
      );
    }
    const id = randomUUID();
    const settings = { ...this.#settings, ...request, id, clock: this.clock, pool: this.#pool };
    this.#creating++;
    try {
      const endpoint =
        request.kind === 'rtp'
          ? await RtpEndpoint.create(settings, remoteSdp)
          : WebRtcEndpoint.create(settings, remoteSdp);
      const entry: Entry = { endpoint, owner: subscriber.owner, subscriber, orphanedAt: 0 };
      this.#entries.set(id, entry);
      endpoint.on('connected', () => entry.subscriber?.tell(id, 'connected', undefined));
      endpoint.on('digit', press => entry.subscriber?.tell(id, 'digit', press));
      endpoint.on('hold', held => entry.subscriber?.tell(id, 'hold', held));
      endpoint.on('activity', activity => entry.subscriber?.tell(id, 'activity', activity));
      endpoint.on('lost', reason => entry.subscriber?.tell(id, 'lost', reason));
      return endpoint;
    } finally {
      this.#creating--;
      this.#left();
    }
  }

  /** @throws MediaFault `unknown_endpoint`: also for an endpoint of somebody else */
  get(owner: string, id: string): Endpoint {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.owner !== owner) {
      throw new MediaFault('unknown_endpoint', `there is no endpoint ${id}`);
    }
    return entry.endpoint;
  }

  /** Returns the last figures of an endpoint that was there. */
  destroy(owner: string, id: string): EndpointStatistics | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.owner !== owner) return undefined;
    this.#entries.delete(id);
    const statistics = entry.endpoint.statistics();
    entry.endpoint.destroy();
    this.#left();
    return statistics;
  }

  list(owner: string): { endpoint: Endpoint; orphaned: boolean }[] {
    return [...this.#entries.values()]
      .filter(entry => entry.owner === owner)
      .map(({ endpoint, subscriber }) => ({ endpoint, orphaned: subscriber === undefined }));
  }

  /** Gives an orphaned endpoint back to its owner. @throws MediaFault `unknown_endpoint`, `bad_request` */
  adopt(subscriber: Subscriber, id: string): Endpoint {
    const endpoint = this.get(subscriber.owner, id);
    const entry = this.#entries.get(id) as Entry;
    if (entry.subscriber !== undefined) {
      throw new MediaFault('bad_request', `endpoint ${id} belongs to a connection that is alive`);
    }
    entry.subscriber = subscriber;
    return endpoint;
  }

  /** The connection of a subscriber is gone: its endpoints wait for their owner to come back. */
  orphan(subscriber: Subscriber): void {
    const now = performance.now();
    this.conferences.orphan(subscriber);
    for (const entry of this.#entries.values()) {
      if (entry.subscriber !== subscriber) continue;
      entry.subscriber = undefined;
      entry.orphanedAt = now;
    }
  }

  /** Frees everything; resolves when the recordings are whole. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    for (const { endpoint } of this.#entries.values()) endpoint.destroy();
    this.#entries.clear();
    await this.recordings.close();
  }

  #left(): void {
    this.#drain.left(this.#entries.size + this.#creating);
  }

  #sweep(): void {
    const now = performance.now();
    for (const entry of this.#entries.values()) {
      if (entry.subscriber === undefined && now - entry.orphanedAt > this.#settings.orphanGraceMs) {
        this.destroy(entry.owner, entry.endpoint.id);
      } else {
        entry.endpoint.sweep(now);
      }
    }
    this.conferences.sweep();
  }
}
