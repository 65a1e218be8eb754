import { randomUUID } from 'node:crypto';
import { type Connecting, connectSome } from './connecting.js';
import {
  type Capability,
  type Conference,
  type ConferenceRole,
  type Endpoint,
  type EndpointRequest,
  MediaError,
  type MediaLoad,
  type MediaServer,
  type OrphanedEndpoint,
  type PlaySource,
} from './port.js';

export interface PoolMember {
  /** For logs and errors. */
  name: string;
  server: MediaServer;
  /** How much of the load it takes beside the others; by its capacity when absent. */
  weight?: number;
}

/**
 * Several servers of one engine. Those that are away are tried on and on; one at least has to be there.
 * @throws MediaError `engine_unavailable` when none is there, `bad_request` when one refuses the login
 */
export async function connectPool(
  members: readonly (PoolMember & { server: MediaServer & Connecting })[],
): Promise<MediaPool> {
  await connectSome(members.map(({ server }) => server));
  return new MediaPool(members);
}

/** So many owners are remembered, those asked for last: far more than have calls at the same time. */
const maxOwners = 100_000;

/**
 * Several media servers as one: new calls go to the one with the most room, the endpoints of one call to the same. A
 * server that is not healthy or is being drained gets none; when it dies, the calls on it end, and no others.
 */
export class MediaPool implements MediaServer {
  readonly engine: string;
  readonly capabilities: ReadonlySet<Capability>;
  readonly #members: readonly PoolMember[];
  /** Where each owner's endpoints are; in the order of use. */
  readonly #ownersMember = new Map<string, PoolMember>();
  readonly #memberOf = new WeakMap<Endpoint, PoolMember>();
  /** Endpoints under way, so that several at once do not all go to one server. */
  readonly #creating = new Map<PoolMember, number>();

  constructor(members: readonly PoolMember[]) {
    this.#members = members;
    this.engine = [...new Set(members.map(({ server }) => server.engine))].join('+');
    const [first, ...others] = members.map(({ server }) => server.capabilities);
    this.capabilities = new Set([...(first ?? [])].filter(c => others.every(other => other.has(c))));
  }

  async createEndpoint(request: EndpointRequest): Promise<Endpoint> {
    const member = this.#memberFor(request.owner);
    this.#remember(request.owner, member);
    this.#creating.set(member, (this.#creating.get(member) ?? 0) + 1);
    try {
      return this.#track(await member.server.createEndpoint(request), member);
    } finally {
      this.#creating.set(member, (this.#creating.get(member) as number) - 1);
    }
  }

  async createConference(): Promise<Conference> {
    if (!this.healthy()) throw new MediaError('engine_unavailable', 'no media server is connected');
    if (!this.capabilities.has('conference'))
      throw new MediaError('not_supported', `${this.engine} has no conferences`);
    return new PooledConference(endpoint => this.#serverOf(endpoint));
  }

  async orphans(): Promise<OrphanedEndpoint[]> {
    const found = await Promise.all(this.#healthyMembers().map(({ server }) => server.orphans()));
    return found.flat();
  }

  async adopt(id: string): Promise<Endpoint> {
    for (const member of this.#healthyMembers()) {
      const orphan = (await member.server.orphans()).find(candidate => candidate.id === id);
      if (orphan === undefined) continue;
      this.#remember(orphan.owner, member);
      return this.#track(await member.server.adopt(id), member);
    }
    throw new MediaError('unknown_endpoint', `there is no orphaned endpoint ${id}`);
  }

  healthy(): boolean {
    return this.#healthyMembers().length > 0;
  }

  load(): MediaLoad {
    const loads = this.#members.map(({ server }) => server.load());
    return {
      endpoints: loads.reduce((sum, { endpoints }) => sum + endpoints, 0),
      capacity: loads.reduce((sum, { capacity }) => sum + capacity, 0),
      draining: loads.every(({ draining }) => draining),
    };
  }

  /** Drains all; one alone is drained by its own `drain`. */
  async drain(signal?: AbortSignal): Promise<void> {
    await Promise.all(this.#members.map(({ server }) => server.drain(signal)));
  }

  async close(options?: { keep: boolean }): Promise<void> {
    await Promise.all(this.#members.map(({ server }) => server.close(options)));
  }

  #healthyMembers(): PoolMember[] {
    return this.#members.filter(({ server }) => server.healthy());
  }

  /** @throws MediaError `draining`, `engine_unavailable` */
  #memberFor(owner: string | undefined): PoolMember {
    const known = owner === undefined ? undefined : this.#ownersMember.get(owner);
    if (known?.server.healthy()) return known;
    const healthy = this.#healthyMembers();
    if (healthy.length === 0) throw new MediaError('engine_unavailable', 'no media server is connected');
    const open = healthy.filter(({ server }) => !server.load().draining);
    const [best] = open.sort((a, b) => this.#fullness(a) - this.#fullness(b));
    if (best === undefined)
      throw new MediaError('draining', 'no new calls are taken: every media server is being drained');
    return best;
  }

  #fullness(member: PoolMember): number {
    const { endpoints, capacity } = member.server.load();
    return (endpoints + (this.#creating.get(member) ?? 0)) / (member.weight ?? Math.max(1, capacity));
  }

  #remember(owner: string | undefined, member: PoolMember): void {
    if (owner === undefined) return;
    this.#ownersMember.delete(owner);
    this.#ownersMember.set(owner, member);
    const [oldest] = this.#ownersMember.keys();
    if (this.#ownersMember.size > maxOwners) this.#ownersMember.delete(oldest as string);
  }

  #track(endpoint: Endpoint, member: PoolMember): Endpoint {
    this.#memberOf.set(endpoint, member);
    return endpoint;
  }

  #serverOf(endpoint: Endpoint): MediaServer {
    const member = this.#memberOf.get(endpoint);
    if (member === undefined)
      throw new MediaError('bad_request', 'the endpoint is none of this media server');
    return member.server;
  }
}

/** A conference whose server is that of its first member. */
class PooledConference implements Conference {
  readonly id = randomUUID();
  readonly #serverOf: (endpoint: Endpoint) => MediaServer;
  #conference: Promise<Conference> | undefined;
  /** The same, once it is there. */
  #opened: Conference | undefined;

  constructor(serverOf: (endpoint: Endpoint) => MediaServer) {
    this.#serverOf = serverOf;
  }

  get members(): readonly Endpoint[] {
    return this.#opened?.members ?? [];
  }

  async add(endpoint: Endpoint, role?: ConferenceRole): Promise<void> {
    this.#conference ??= this.#serverOf(endpoint).createConference();
    this.#opened = await this.#conference;
    await this.#opened.add(endpoint, role);
  }

  async remove(endpoint: Endpoint): Promise<void> {
    await (await this.#conference)?.remove(endpoint);
  }

  async play(source: PlaySource | readonly PlaySource[]): Promise<void> {
    await (await this.#conference)?.play(source);
  }

  async destroy(): Promise<void> {
    await (await this.#conference)?.destroy();
  }
}
