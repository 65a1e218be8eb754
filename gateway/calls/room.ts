import type { Logger } from 'pino';
import { Latest } from '../latest.js';
import type { Conference, Endpoint, MediaServer, MonitorRole } from '../media/index.js';

/** Where somebody sits beside the agent and the customer. */
export type Seat =
  /** With the agent alone. */
  | 'apart'
  /** In the talk. */
  | 'joined'
  /** At the agent's ear: heard by nobody, by him, by all. */
  | { monitors: MonitorRole };

/** Who hears whom: each group hears itself. */
export interface Arrangement {
  groups: readonly (readonly Endpoint[])[];
  /** The customer is in none of them, and hears music. */
  customerWaits: boolean;
  /** The agent is there alone: for a customer who is away. */
  agentWaits: boolean;
}

/** Where whoever hears music is. */
const waits = 'music';

export interface RoomOptions {
  media: MediaServer;
  logger: Logger;
  /** Undefined: he is away. */
  customer: Endpoint | undefined;
  /** Plays the customer's music, or no longer: he is joined to somebody next. */
  music: (on: boolean) => void;
  /** Plays music to the agent, until something else is asked of his endpoint. */
  agentMusic: (agent: Endpoint) => void;
}

/**
 * The audio of a talk: its agent, its customer, and whoever else is in it. What is wanted is said at once, what is heard
 * follows; changes that come while one is carried out are carried out together.
 */
export class Room {
  readonly #options: RoomOptions;
  readonly #seats = new Map<Endpoint, Seat>();
  readonly #arranging: Latest;
  readonly #conferences = new Map<string, Conference>();
  #agent: Endpoint | undefined;
  #customer: Endpoint | undefined;
  #calling = false;
  #held = false;
  #closed = false;
  /** Of each endpoint, the group it was put into. */
  #placed = new Map<Endpoint, string>();
  #monitoring = new Map<Endpoint, string>();

  constructor(options: RoomOptions) {
    this.#options = options;
    this.#customer = options.customer;
    this.#arranging = new Latest(
      () => this.#arrange(),
      error => options.logger.warn({ err: error }, 'not everybody hears whom he should'),
    );
  }

  /** Who talks with the customer from now on; undefined: nobody, he is away. */
  set agent(agent: Endpoint | undefined) {
    if (this.#agent !== agent) this.#placed.clear();
    this.#agent = agent;
    if (agent) this.#seats.delete(agent);
    this.#calling = false;
  }

  /** The customer's endpoint from now on; undefined: he is away. */
  set customer(customer: Endpoint | undefined) {
    if (this.#customer) this.unseat(this.#customer);
    this.#customer = customer;
  }

  /** Whether the agent calls somebody, apart from the customer; what he hears of it is up to the caller. */
  get calling(): boolean {
    return this.#calling;
  }

  set calling(calling: boolean) {
    this.#calling = calling;
  }

  /** Whether the agent has put the customer on hold: he is apart from him until he takes him back. */
  set held(held: boolean) {
    this.#held = held;
  }

  seat(endpoint: Endpoint, seat: Seat): void {
    this.#seats.set(endpoint, seat);
  }

  unseat(endpoint: Endpoint): void {
    this.#seats.delete(endpoint);
    this.#placed.delete(endpoint);
    this.#monitoring.delete(endpoint);
  }

  /** Resolves when everybody hears whom he should by what was said so far. */
  async arrange(): Promise<void> {
    this.#arranging.request();
    await this.#arranging.settled();
  }

  /** The customer is somebody else's affair from now on. Frees what belongs to no leg. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#agent = undefined;
    this.#seats.clear();
    await this.#arranging.settled();
    await this.#destroyAllBut(new Set());
  }

  async #arrange(): Promise<void> {
    const agent = this.#agent;
    if (this.#closed) return;
    const { music, agentMusic } = this.#options;
    const customer = this.#customer;
    const { groups, customerWaits, agentWaits } = arrangement(
      agent,
      customer,
      this.#seats,
      this.#calling || this.#held,
    );
    const key = (group: readonly Endpoint[]) =>
      group
        .map(({ id }) => id)
        .sort()
        .join(' ');
    const wanted = new Map(groups.flatMap(group => group.map(endpoint => [endpoint, key(group)] as const)));
    const alone = (endpoint: Endpoint) => !groups.some(group => group.length > 1 && group.includes(endpoint));
    for (const [endpoint, group] of this.#placed)
      if (group !== wanted.get(endpoint) && group !== waits && alone(endpoint)) await endpoint.unbridge();
    if (!customerWaits) music(false);
    if (agent && !agentWaits && this.#placed.get(agent) === waits) await agent.stop();
    for (const group of groups)
      if (group.some(endpoint => this.#placed.get(endpoint) !== key(group)))
        await this.#join(key(group), group);
    if (customer && customerWaits && this.#placed.get(customer) !== waits) music(true);
    if (agent && agentWaits && this.#placed.get(agent) !== waits) agentMusic(agent);
    this.#placed = new Map(wanted);
    if (customer && customerWaits) this.#placed.set(customer, waits);
    if (agent && agentWaits) this.#placed.set(agent, waits);
    await this.#destroyAllBut(new Set(groups.map(key)));
    if (!agent) return;
    for (const [endpoint, seat] of this.#seats)
      if (typeof seat === 'object') await this.#monitor(endpoint, agent, seat.monitors);
  }

  async #join(key: string, group: readonly Endpoint[]): Promise<void> {
    const [first, second] = group;
    if (!first || !second) return;
    if (group.length === 2) return await first.bridge(second);
    const conference = await this.#options.media.createConference();
    this.#conferences.set(key, conference);
    for (const endpoint of group) {
      await endpoint.stop();
      await conference.add(endpoint);
    }
  }

  async #monitor(endpoint: Endpoint, agent: Endpoint, role: MonitorRole): Promise<void> {
    const wanted = `${agent.id} ${role} ${this.#placed.get(agent)}`;
    if (this.#monitoring.get(endpoint) === wanted) return;
    await endpoint.monitor(agent, role);
    this.#monitoring.set(endpoint, wanted);
  }

  async #destroyAllBut(kept: ReadonlySet<string>): Promise<void> {
    for (const [key, conference] of this.#conferences) {
      if (kept.has(key)) continue;
      this.#conferences.delete(key);
      await conference.destroy();
    }
  }
}

/**
 * Who is to hear whom.
 * @param agent undefined: he is away, as `customer`
 * @param withdrawn the agent is apart from the customer, also where nobody is with him
 */
export function arrangement(
  agent: Endpoint | undefined,
  customer: Endpoint | undefined,
  seats: ReadonlyMap<Endpoint, Seat>,
  withdrawn = false,
): Arrangement {
  const sitting = (where: Seat) =>
    [...seats].filter(([, seat]) => seat === where).map(([endpoint]) => endpoint);
  const apart = sitting('apart');
  const joined = sitting('joined');
  const there = customer ? [customer] : [];
  if (agent && !withdrawn && apart.length === 0) {
    const all = [agent, ...there, ...joined];
    return { groups: [all], customerWaits: false, agentWaits: all.length === 1 };
  }
  // Without the agent, whoever was with him alone waits for him.
  const away = agent ? [[agent, ...apart]] : [];
  // Those who were in the talk already keep each other company.
  return joined.length > 0
    ? { groups: [...away, [...there, ...joined]], customerWaits: false, agentWaits: false }
    : { groups: away, customerWaits: customer !== undefined, agentWaits: false };
}
