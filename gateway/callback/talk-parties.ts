import { holdOf } from '../acd/index.js';
import { findParty, type Leg, type Party, partiesOf, Room, type Seat } from '../calls/index.js';
import { Latest } from '../latest.js';
import type { Endpoint } from '../media/index.js';
import { untilTaken } from '../store/index.js';
import type { CustomerLine } from './customer-line.js';
import { EarlyMedia } from './early-media.js';
import { PartyLine } from './party-line.js';
import type { ServiceParts, Turn } from './turn.js';

/** Somebody who was in the talk and goes on with the customer. */
export interface Heir {
  party: Party;
  /** None yet: the number is still to be dialled. */
  leg: Leg | undefined;
}

/**
 * Everybody in a talk beside its agent and its customer, from agent to agent. Who is to be there is in the store, where
 * the API writes it; this makes it so: calls those who were asked, lets go those who are not wanted, and has everybody
 * hear whom he should. It reads the whole after each change, so a notice that is missed is made up for by the next.
 */
export class TalkParties {
  readonly #parts: ServiceParts;
  readonly #room: Room;
  readonly #unfollow: () => void;
  readonly #lines = new Map<string, PartyLine>();
  readonly #running = new Map<PartyLine, Promise<void>>();
  readonly #reading: Latest;
  #turn: Turn | undefined;
  #agent: Leg | undefined;

  constructor(parts: ServiceParts, customer: CustomerLine) {
    this.#parts = parts;
    const { media, logger } = parts;
    const music = (on: boolean) => {
      if (on) void customer.wait();
      else customer.stopWaiting();
    };
    const there = () => (customer.away ? undefined : customer.endpoint);
    this.#room = new Room({
      ...{ media, logger, customer: there(), music },
      agentMusic: agent => this.#playMusic(agent),
    });
    this.#unfollow = customer.onMoved(() => {
      this.#room.customer = there();
      void this.#room.arrange();
    });
    this.#reading = new Latest(
      () => this.#read(),
      error => logger.error({ err: error }, 'the parties of a talk were not read'),
    );
  }

  /**
   * An agent talks with the customer from now on. Resolves when they hear each other.
   * @param agent undefined: he is away
   */
  async begin(turn: Turn, agent: Leg | undefined): Promise<void> {
    this.#turn = turn;
    this.#agent = agent;
    this.#room.agent = agent?.endpoint;
    this.#room.held = turn.interaction.held === 'desktop';
    await this.#room.arrange();
    this.#reading.request();
  }

  /** The agent's line is lost: those who are in the talk keep the customer company, or music does. */
  async away(): Promise<void> {
    this.#agent = undefined;
    this.#room.agent = undefined;
    await this.#room.arrange();
  }

  /** The agent is there again, with this line. Resolves when everybody hears whom he should. */
  async back(agent: Leg): Promise<void> {
    if (!this.#turn) return;
    this.#agent = agent;
    this.#room.agent = agent.endpoint;
    this.#reading.request();
    await this.#reading.settled();
  }

  /** Something about a party or a hold has been stored, or may have been. */
  changed(): void {
    if (this.#turn) this.#reading.request();
  }

  /** Who of those in the talk could go on with the customer: a colleague rather than a number outside. */
  get successor(): Party | undefined {
    const joined = [...this.#lines.values()]
      .map(({ party, leg }) => (leg && party.state === 'joined' ? party : undefined))
      .filter(party => party !== undefined);
    return joined.find(({ partId }) => partId !== null) ?? joined.find(({ kind }) => kind === 'number');
  }

  /** The talk of this agent is over; the others go with him. */
  async end(reason: string): Promise<void> {
    this.#turn = undefined;
    this.#unfollow();
    const closed = this.#room.close();
    await this.#reading.settled();
    for (const line of this.#lines.values()) line.withdraw(reason);
    await Promise.all([closed, ...this.#running.values()]);
  }

  /** The talk of this agent is over and another goes on: who it is. Whoever else is there stays. */
  async handOver({ forwarded }: { forwarded: boolean }): Promise<Heir | undefined> {
    const turn = this.#turn;
    this.#turn = undefined;
    this.#agent = undefined;
    await this.#reading.settled();
    if (!turn) return undefined;
    for (const line of this.#lines.values()) {
      const party = await untilTaken(() => findParty(this.#parts.sql, line.party));
      if (party?.reason === 'took_over') return { party, leg: this.#detach(line) };
    }
    if (!forwarded) return undefined;
    const parties = await untilTaken(() => partiesOf(this.#parts.sql, turn.interaction));
    const number = parties.find(({ kind }) => kind === 'number');
    const line = number && this.#lines.get(number.id);
    return number && { party: number, leg: line && this.#detach(line) };
  }

  /** For an agent whose customer is away. */
  #playMusic(agent: Endpoint): void {
    if (!this.#turn) return;
    agent
      .play({ file: this.#turn.music }, { times: 'forever' })
      .catch(error => this.#parts.logger.warn({ err: error }, 'no music for an agent who waits'));
  }

  #detach(line: PartyLine): Leg | undefined {
    this.#lines.delete(line.party.id);
    const leg = line.handOver();
    if (leg) this.#room.unseat(leg.endpoint);
    return leg;
  }

  /** Makes what is so what is wanted. */
  async #read(): Promise<void> {
    const turn = this.#turn;
    if (!turn) return;
    const { id, tenantId } = turn.interaction;
    const [wanted, hold] = await untilTaken(() =>
      Promise.all([partiesOf(this.#parts.sql, { id, tenantId }), holdOf(this.#parts.sql, { id, tenantId })]),
    );
    // Who is asked in the step that ends this agent's talk is not asked for him.
    if (this.#turn !== turn || turn.stop.signal.aborted) return;
    const ids = new Set(wanted.map(party => party.id));
    for (const line of this.#lines.values()) {
      if (ids.has(line.party.id)) continue;
      const party = await untilTaken(() => findParty(this.#parts.sql, line.party));
      // Who takes over is fetched by `handOver`.
      if (party?.reason !== 'took_over') line.withdraw(party?.reason ?? 'withdrawn');
    }
    for (const party of wanted) {
      const line = this.#lines.get(party.id);
      if (line) this.#keepUp(line, party);
      else if (party.state === 'asked') this.#ask(turn, party);
    }
    // What a telephone holds, the media server holds by itself.
    this.#room.held = hold !== undefined && !hold.byPhone;
    await this.#arrange();
  }

  #keepUp(line: PartyLine, party: Party): void {
    line.party = party;
    if (line.leg) this.#room.seat(line.leg.endpoint, seatOf(party));
  }

  #ask(turn: Turn, party: Party): void {
    const { interaction, terms } = turn;
    const agent = this.#agent;
    const early =
      agent &&
      party.role === 'consult' &&
      party.kind === 'number' &&
      new EarlyMedia(agent.endpoint, terms.country);
    const line = new PartyLine(this.#parts, party, {
      interactionId: interaction.id,
      owner: turn.owner,
      callerId: terms.callerId,
      ringSeconds: terms.ringSeconds,
      phone: interaction.phone,
      music: turn.music,
      onProgress: (progress, endpoint) => {
        if (early)
          early
            .progress(progress, endpoint)
            .catch(error => turn.logger.warn({ err: error }, 'early media not heard'));
      },
      onAnswered: answered => {
        if (answered.leg) this.#room.seat(answered.leg.endpoint, seatOf(answered.party));
        this.#reading.request();
      },
      onOver: over => {
        this.#lines.delete(over.party.id);
        this.#running.delete(over);
        if (over.leg) this.#room.unseat(over.leg.endpoint);
        this.changed();
      },
    });
    this.#lines.set(party.id, line);
    this.#running.set(line, line.run());
  }

  /** While somebody is called for the agent alone, the customer hears music, and the agent that it rings. */
  async #arrange(): Promise<void> {
    const calling = [...this.#lines.values()].find(
      ({ party, leg }) => party.role === 'consult' && !leg && party.state !== 'left',
    );
    const apart = calling !== undefined;
    const begins = apart && !this.#room.calling;
    this.#room.calling = apart;
    await this.#room.arrange();
    if (begins && this.#agent && this.#turn) {
      this.#agent.endpoint
        .play({ tone: 'ringback', country: this.#turn.terms.country }, { times: 'forever' })
        .catch(error => this.#parts.logger.warn({ err: error }, 'no ringing tone for the agent'));
    }
  }
}

function seatOf({ kind, role, state }: Party): Seat {
  if (kind === 'supervisor') return { monitors: role as 'listen' | 'whisper' | 'barge' };
  return state === 'consulting' ? 'apart' : 'joined';
}
