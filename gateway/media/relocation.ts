import { EventEmitter } from 'node:events';
import {
  type Capability,
  type Conference,
  type ConferenceRole,
  type Endpoint,
  type EndpointEvents,
  type EndpointKind,
  type EndpointRequest,
  type EndpointStatistics,
  MediaError,
  type MediaLoad,
  type MediaServer,
  type MonitorRole,
  type OrphanedEndpoint,
  type PlayEnd,
  type PlayOptions,
  type PlaySource,
  type Recording,
  type RecordRequest,
} from './port.js';

/** How long a peer may take to answer that its audio comes from elsewhere now, milliseconds. */
const moveMs = 10_000;

/**
 * Media servers whose endpoints outlive them: one whose server is gone is made anew on another, and its peer is told
 * (`moved`) by a re-INVITE of its leg. What was bridged comes together again there; what was played, recorded, monitored
 * or conferred has ended with the server. The servers behind it put the endpoints of one owner on one of them.
 */
export class RelocatingMedia implements MediaServer {
  readonly engine: string;
  readonly capabilities: ReadonlySet<Capability>;
  readonly #server: MediaServer;

  constructor(server: MediaServer) {
    this.#server = server;
    this.engine = server.engine;
    this.capabilities = server.capabilities;
  }

  async createEndpoint(request: EndpointRequest): Promise<Endpoint> {
    return new RelocatingEndpoint(this.#server, request, await this.#server.createEndpoint(request));
  }

  async createConference(): Promise<Conference> {
    return new RelocatingConference(await this.#server.createConference());
  }

  orphans(): Promise<OrphanedEndpoint[]> {
    return this.#server.orphans();
  }

  async adopt(id: string): Promise<Endpoint> {
    const owner = (await this.#server.orphans()).find(orphan => orphan.id === id)?.owner;
    const inner = await this.#server.adopt(id);
    return new RelocatingEndpoint(this.#server, { kind: inner.kind, ...(owner ? { owner } : {}) }, inner);
  }

  healthy(): boolean {
    return this.#server.healthy();
  }

  load(): MediaLoad {
    return this.#server.load();
  }

  drain(signal?: AbortSignal): Promise<void> {
    return this.#server.drain(signal);
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

class RelocatingEndpoint extends EventEmitter<EndpointEvents> implements Endpoint {
  readonly id: string;
  readonly kind: EndpointKind;
  readonly #server: MediaServer;
  readonly #request: EndpointRequest;
  #inner: Endpoint;
  #partner: RelocatingEndpoint | undefined;
  /** Set while the peer does not know yet where it is: to be called when it does. */
  #arrived: (() => void) | undefined;
  /** Without a server, or on one that its peer does not know of yet. */
  #away = false;
  #over = false;

  constructor(server: MediaServer, request: EndpointRequest, inner: Endpoint) {
    super();
    this.#server = server;
    // The peer's offer was answered; elsewhere it is ours to offer.
    const { remoteSdp: _answered, ...again } = request;
    this.#request = again;
    this.#inner = inner;
    this.id = inner.id;
    this.kind = inner.kind;
    this.#listen(inner);
  }

  get inner(): Endpoint {
    return this.#inner;
  }

  get localSdp(): string {
    return this.#inner.localSdp;
  }

  async accept(answer: string): Promise<void> {
    await this.#inner.accept(answer);
    const arrived = this.#arrived;
    if (arrived === undefined) return;
    this.#arrived = undefined;
    this.#away = false;
    const partner = this.#partner;
    // Whoever comes last brings them together.
    if (partner !== undefined && !partner.#away) await this.#inner.bridge(partner.#inner);
    arrived();
  }

  renegotiate(offer: string): Promise<string> {
    return this.#inner.renegotiate(offer);
  }

  async bridge(other: Endpoint): Promise<void> {
    const partner = relocating(other);
    this.#part();
    partner.#part();
    await this.#inner.bridge(partner.#inner);
    this.#partner = partner;
    partner.#partner = this;
  }

  async monitor(target: Endpoint, role: MonitorRole): Promise<void> {
    this.#part();
    await this.#inner.monitor(relocating(target).#inner, role);
  }

  async unbridge(): Promise<void> {
    this.#part();
    await this.#inner.unbridge();
  }

  play(source: PlaySource | readonly PlaySource[], options?: PlayOptions): Promise<PlayEnd> {
    return this.#inner.play(source, options);
  }

  stop(): Promise<void> {
    return this.#inner.stop();
  }

  sendDigits(digits: string, options?: { toneMs?: number; gapMs?: number }): Promise<void> {
    return this.#inner.sendDigits(digits, options);
  }

  record(request: RecordRequest): Promise<Recording> {
    return this.#inner.record(request);
  }

  adoptRecording(id: string, file: string): Recording {
    return this.#inner.adoptRecording(id, file);
  }

  watchActivity(limits: { silenceMs: number; noRtpMs: number }): Promise<void> {
    return this.#inner.watchActivity(limits);
  }

  statistics(): Promise<EndpointStatistics> {
    return this.#inner.statistics();
  }

  async destroy(): Promise<EndpointStatistics | undefined> {
    if (this.#over) return undefined;
    this.#over = true;
    this.#part();
    this.#arrived?.();
    this.removeAllListeners();
    return await this.#inner.destroy();
  }

  /** It is taken out of its bridge by being put into something else. */
  leaveBridge(): Endpoint {
    this.#part();
    return this.#inner;
  }

  /** Its server is gone: another one takes it, or it is lost. */
  async #relocate(): Promise<void> {
    this.#away = true;
    if (this.listenerCount('moved') === 0) return this.#lose();
    try {
      const inner = await this.#server.createEndpoint(this.#request);
      if (this.#over) {
        await inner.destroy();
        return;
      }
      this.#inner = inner;
      this.#listen(inner);
      await this.#tellPeer(inner.localSdp);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.#lose();
    }
  }

  #tellPeer(offer: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new MediaError('engine_unavailable', 'the peer did not follow to another media server')),
        moveMs,
      );
      this.#arrived = () => {
        clearTimeout(late);
        resolve();
      };
      this.#emit('moved', offer);
    });
  }

  #lose(): void {
    if (!this.#over) this.#emit('lost', 'engine_gone');
  }

  #part(): void {
    if (this.#partner) this.#partner.#partner = undefined;
    this.#partner = undefined;
  }

  #listen(inner: Endpoint): void {
    const current = () => this.#inner === inner && !this.#over;
    inner.on('connected', () => current() && this.#emit('connected'));
    inner.on('digit', digit => current() && this.#emit('digit', digit));
    inner.on('hold', holds => current() && this.#emit('hold', holds));
    inner.on('activity', activity => current() && this.#emit('activity', activity));
    inner.on('lost', reason => {
      if (!current()) return;
      if (reason === 'engine_gone') void this.#relocate();
      else this.#emit('lost', reason);
    });
  }

  #emit<E extends keyof EndpointEvents>(event: E, ...data: EndpointEvents[E]): void {
    // The map's tuple type is lost where the event's name is generic.
    (this as EventEmitter).emit(event, ...data);
  }
}

class RelocatingConference implements Conference {
  readonly id: string;
  readonly #inner: Conference;
  readonly #guests = new Map<Endpoint, Endpoint>();

  constructor(inner: Conference) {
    this.id = inner.id;
    this.#inner = inner;
  }

  get members(): readonly Endpoint[] {
    return this.#inner.members.map(inner => this.#guests.get(inner) ?? inner);
  }

  async add(endpoint: Endpoint, role: ConferenceRole = 'speak'): Promise<void> {
    const inner = relocating(endpoint).leaveBridge();
    const innerRole = typeof role === 'string' ? role : { whisperTo: relocating(role.whisperTo).inner };
    await this.#inner.add(inner, innerRole);
    this.#guests.set(inner, endpoint);
  }

  async remove(endpoint: Endpoint): Promise<void> {
    const { inner } = relocating(endpoint);
    this.#guests.delete(inner);
    await this.#inner.remove(inner);
  }

  play(source: PlaySource | readonly PlaySource[]): Promise<void> {
    return this.#inner.play(source);
  }

  async destroy(): Promise<void> {
    this.#guests.clear();
    await this.#inner.destroy();
  }
}

function relocating(endpoint: Endpoint): RelocatingEndpoint {
  if (endpoint instanceof RelocatingEndpoint) return endpoint;
  throw new MediaError('bad_request', 'the endpoint is none of these media servers');
}
