import type { Logger } from 'pino';
import {
  agentGone,
  customerAnswered,
  directOfferOf,
  eventsSinceOffer,
  type InteractionRef,
  type ServedInteraction,
  serviceTerms,
  startDialing,
  talkNow,
} from '../acd/index.js';
import type { Leg } from '../calls/index.js';
import { isMusic } from '../prompts/index.js';
import { takeStep, untilTaken } from '../store/index.js';
import type { AdoptedCall } from './adoption.js';
import { AgentLine } from './agent-line.js';
import { BetweenAgents, type Next } from './between-agents.js';
import { type Current, concerns, keepsCustomer } from './current.js';
import { type CustomerGone, CustomerLine } from './customer-line.js';
import { type Listening, reachCustomer } from './customer-side.js';
import { customerGone, departed, giveUp, leaveLine } from './departures.js';
import { forward } from './forward.js';
import { passGate } from './gate.js';
import { PassingOn } from './passing-on.js';
import { reachWhoeverAccepts } from './ring-several.js';
import { leavesTalk, talk } from './talk.js';
import { type Heir, TalkParties } from './talk-parties.js';
import { endings, holds, type ServiceParts, type StopReason, stopReason, type Turn } from './turn.js';
import { whisper } from './whisper.js';

/**
 * One callback while it is served: the customer's leg, and those of his agents one after the other. Agent first, the
 * customer is dialled when the agent has answered; customer first, the agent is rung when the customer has. From then on
 * it is the same: a customer on the line hears an agent or music, never nothing.
 *
 * In memory are only the legs; each step is a statement of the ACD, which may find that somebody was faster (the
 * customer cancelled, the offer expired). Then the turn is over, and whatever rings is freed at once.
 */
export class CallbackCall {
  readonly #parts: ServiceParts;
  readonly #logger: Logger;
  #customer: CustomerLine | undefined;
  #parties: TalkParties | undefined;
  #current: Current | undefined;
  #stopped: StopReason | undefined;
  /** The customer was brought here: whoever brought him sees to how long he waits, and has him back if he is not served. */
  #brought = false;
  readonly #ref: InteractionRef;
  readonly #between: BetweenAgents;
  readonly #passing: PassingOn;

  constructor(parts: ServiceParts, { id, tenantId }: InteractionRef) {
    this.#parts = parts;
    this.#ref = { id, tenantId };
    this.#logger = parts.logger.child({ interactionId: id, tenantId });
    const own = { ...parts, logger: this.#logger };
    this.#between = new BetweenAgents(own, this.#ref);
    this.#passing = new PassingOn(own, this.#ref);
  }

  /** Whether the customer is on the line here: then the next offer of the interaction belongs to this call. */
  get holdsCustomer(): boolean {
    return this.#customer?.live ?? false;
  }

  /** The next agent for the customer who is on the line. */
  offer(interaction: ServedInteraction): void {
    this.#between.offer({ interaction });
  }

  /** Ends it for a reason that is not its own. */
  stop(reason: StopReason): void {
    this.#stopped ??= reason;
    this.#current?.stop.abort(reason);
    this.#between.stop();
  }

  /**
   * The gateway goes, and the next one takes the call over: whoever rings is let go, and who talks or waits on the line is
   * left as he is.
   * @returns whether there is something to wait for
   */
  leave(): boolean {
    if (this.#parties || (this.holdsCustomer && !this.#current)) return false;
    this.stop('restart');
    return true;
  }

  /** Serves agent after agent until the callback has moved on. Never throws: what fails is in the log. */
  run(first: ServedInteraction): Promise<void> {
    return this.#follow(first, () => this.#serve({ interaction: first }));
  }

  /**
   * Begins with a caller on the line, who waits for his first agent. Never throws: what fails is in the log.
   * @returns his line; and when he is no longer here
   */
  receive(leg: Leg): { line: CustomerLine; over: Promise<void> } {
    this.#brought = true;
    const line = this.#hold(leg);
    const first = { ...this.#ref, agentId: null };
    return { line, over: this.#follow(first, async () => undefined) };
  }

  /** The caller is whoever's again who brought him: he has left the queue, and not the line. */
  handBack(): void {
    this.#customer?.release();
    this.#between.stop();
  }

  /**
   * Goes on with a call that another gateway has left. Never throws: what fails is in the log.
   * @param brought as with `receive`: whoever brought him is here again
   * @param onLine is told of his line, if it comes to that
   */
  resume(
    { interaction, customer, agent }: AdoptedCall,
    { brought, onLine }: { brought: boolean; onLine: (line: CustomerLine) => void },
  ): Promise<void> {
    this.#brought = brought;
    return this.#follow(interaction, async catchUp => {
      const resumed = this.#turn({ interaction }, turn => {
        const line = this.#hold(customer);
        onLine(line);
        return this.#resume(turn, line, agent);
      });
      await Promise.all([resumed, catchUp()]);
      // It was not to be resumed: the interaction is no more.
      if (!this.#customer) await Promise.all([customer.end(), agent?.end()]);
    });
  }

  async #follow(
    first: Pick<ServedInteraction, 'id' | 'tenantId' | 'agentId'>,
    begin: (catchUp: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const { announcements } = this.#parts;
    const catchUp = () =>
      this.#catchUp(first).catch(error => this.#logger.error({ err: error }, 'missed events not read'));
    const unsubscribe = [
      announcements.onInteraction(first.id, ({ type, userId }) => this.#hear(type, userId)),
      announcements.onGap(() => void catchUp()),
    ];
    try {
      await begin(catchUp);
      for (let next = await this.#nextAgent(); next; next = await this.#nextAgent()) await this.#serve(next);
    } finally {
      for (const ending of unsubscribe) ending();
      await this.#partFromCustomer();
    }
  }

  /** It is over here: the customer's line is ended, handed back, or left to the next gateway. */
  async #partFromCustomer(): Promise<void> {
    if (this.#stopped === 'restart') return;
    if (this.#brought && !this.#stopped) this.#customer?.release();
    else await this.#customer?.end();
  }

  async #catchUp(first: Pick<ServedInteraction, 'id' | 'tenantId' | 'agentId'>): Promise<void> {
    const { sql } = this.#parts;
    const served = this.#current?.interaction ?? first;
    for (const type of await untilTaken(() => eventsSinceOffer(sql, served)))
      this.#hear(type, served.agentId);
    const offer = await untilTaken(() => directOfferOf(sql, this.#ref));
    if (offer && offer.agentId !== served.agentId) this.#hear('transferred', offer.agentId);
    this.#parties?.changed();
  }

  #hear(type: string, agentId: string | null): void {
    const current = this.#current;
    if (type === 'accepted') current?.accepted.abort();
    if (type.startsWith('party_') || holds.has(type)) this.#parties?.changed();
    if (type === 'transferred') this.#transferred(agentId);
    this.#passing.hear(type);
    const reason = endings[type];
    if (!reason) return;
    if (current && concerns(current, reason, agentId)) current.stop.abort(reason);
    else if (reason === 'taken_back') this.stop(reason);
  }

  /** The agent has passed the customer on to this colleague. */
  #transferred(colleague: string | null): void {
    const current = this.#current;
    if (current && current.interaction.agentId !== colleague)
      current.stop.abort('passed_on' satisfies StopReason);
    this.#passing.began();
  }

  /** Waits for the next agent with a customer who is on the line. Undefined: there is none, or nobody waits any more. */
  async #nextAgent(): Promise<Next | undefined> {
    return this.#customer && !this.#stopped ? await this.#between.next(this.#customer) : undefined;
  }

  #serve({ interaction, heir }: Next): Promise<void> {
    return this.#turn({ interaction, heir }, async turn => {
      const { state, live, customerFirst } = turn.terms;
      // A cancel between the statement that made the offer and the subscription was not heard: look.
      if (state === 'accepted') turn.accepted.abort();
      else if (state !== (heir ? 'bridged' : 'offered')) return;
      if (this.#customer?.live) await this.#goOn(turn, this.#customer, heir);
      // He is on the line at another gateway, or was until just now: to dial him here would be to call him twice.
      else if (live) await untilTaken(() => agentGone(this.#parts.sql, interaction, 'elsewhere'));
      else if (customerFirst) await this.#customerFirst(turn);
      else await this.#agentFirst(turn);
    });
  }

  /** One agent's turn; whatever fails in it, nobody is left in it. */
  async #turn({ interaction, heir }: Next, serve: (turn: Turn) => Promise<void>): Promise<void> {
    const [stop, accepted] = [new AbortController(), new AbortController()];
    const current: Current = { interaction, heir, stop, accepted, talks: heir !== undefined };
    this.#current = current;
    try {
      const terms = await serviceTerms(this.#parts.sql, interaction);
      if (!terms) return;
      if (!this.#brought) this.#between.longestMs = terms.liveWaitSeconds * 1000;
      const { file: music } = await this.#parts.prompts.music(
        interaction.tenantId,
        isMusic(terms.music) ? terms.music : undefined,
      );
      if (this.#stopped) stop.abort(this.#stopped);
      // One object: whose turn it is may be known only when one of several has accepted.
      await serve(Object.assign(current, { terms, music, owner: terms.owner, logger: this.#logger }));
    } catch (error) {
      this.#logger.error({ err: error }, 'the turn failed unexpectedly');
      stop.abort('shutdown' satisfies StopReason);
      await giveUp(this.#parts, current.interaction);
    } finally {
      this.#current = undefined;
      const customer = this.#customer;
      if (!this.#between.offered && !keepsCustomer(current)) await customer?.end();
      // He has gone while the turn ended for another reason, and stands in the queue.
      if (customer?.gone && stop.signal.reason !== customer.gone) await this.#leaveQueue(customer.gone);
    }
  }

  /** What the gateway before has left: two who talk, or a customer who waits for his next agent. */
  async #resume(turn: Turn, customer: CustomerLine, agent: Leg | undefined): Promise<void> {
    if (turn.terms.state === 'bridged')
      return await this.#withAgent(turn, agent, line => this.#talk(turn, line, { customer, goesOn: true }));
    await agent?.end();
    if (!this.#brought) void customer.wait();
    if (turn.terms.state === 'waiting') return;
    // Whom an agent has called himself nobody else goes on with.
    if (await takeStep(turn.interaction, ref => agentGone(this.#parts.sql, ref, 'gateway_lost'))) return;
    await customer.end();
    await giveUp(this.#parts, turn.interaction);
  }

  /** Rings the agent, dials the customer, and lets them talk. */
  async #agentFirst(turn: Turn): Promise<void> {
    const agent = await reachWhoeverAccepts(this.#parts, turn, { live: false });
    if (!agent) return;
    await this.#withAgent(turn, agent, async line => {
      if (!(await startDialing(this.#parts.sql, turn.interaction))) return;
      const whispered = whisper(this.#parts, turn, agent);
      const listening = { leg: agent, whispered };
      const leg = await reachCustomer(this.#parts, turn, listening);
      if (!leg) return;
      const customer = this.#hold(leg);
      const { confirmTimes, whisper: whispers } = turn.terms;
      if (confirmTimes === 0 && !whispers) return await this.#talk(turn, line, { customer });
      if (!(await this.#admit(turn, customer, listening))) return;
      await whispered;
      await this.#join(turn, line, customer);
    });
  }

  /** Dials the customer while the agent is reserved, and rings the agent when the customer has answered. */
  async #customerFirst(turn: Turn): Promise<void> {
    if (!(await this.#reserve(turn))) return;
    const leg = await reachCustomer(this.#parts, turn);
    if (!leg) return;
    const customer = this.#hold(leg);
    if (await this.#admit(turn, customer)) await this.#connect(turn, customer);
  }

  /** The agent is not asked yet. */
  async #reserve(turn: Turn): Promise<boolean> {
    const reserved = await startDialing(this.#parts.sql, turn.interaction, false);
    if (reserved) turn.interaction = reserved;
    return reserved !== undefined;
  }

  /** The customer is on the line before he can talk: he presses 1 where his queue wants it, and hears music. */
  async #admit(turn: Turn, customer: CustomerLine, agent?: Listening): Promise<boolean> {
    if (turn.terms.confirmTimes > 0) return await passGate(this.#parts, turn, customer, agent);
    void customer.wait();
    return (await takeStep(turn.interaction, ref => customerAnswered(this.#parts.sql, ref))) !== undefined;
  }

  /** With a customer who is on the line: to whoever was in the talk, or to the agent who is rung now. */
  async #goOn(turn: Turn, customer: CustomerLine, heir: Heir | undefined): Promise<void> {
    if (!heir) {
      // His agent went while he was asked to press 1: he is asked again before the next one is rung.
      const asked = turn.terms.confirming;
      if (asked && !((await this.#reserve(turn)) && (await passGate(this.#parts, turn, customer)))) return;
      return await this.#connect(turn, customer);
    }
    if (heir.party.kind === 'number') {
      const offer = await forward(this.#parts, turn, customer, heir);
      if (offer) this.#parts.propose(offer);
      return;
    }
    const { leg } = heir;
    if (!leg) throw new Error(`party ${heir.party.id} goes on without a line`);
    await this.#withAgent(turn, leg, line => this.#talk(turn, line, { customer, goesOn: true }));
  }

  /** Rings the agent for a customer who is on the line and hears music. */
  async #connect(turn: Turn, customer: CustomerLine): Promise<void> {
    if (turn.stop.signal.aborted) return await departed(this.#parts, turn);
    const agent = await reachWhoeverAccepts(this.#parts, turn, { live: true });
    if (!agent) return await customerGone(this.#parts, turn);
    await this.#withAgent(turn, agent, async line => {
      await whisper(this.#parts, turn, agent);
      await this.#join(turn, line, customer);
    });
  }

  /** Both are on the line: they talk, unless one of them has gone while the other was told or asked something. */
  async #join(turn: Turn, line: AgentLine, customer: CustomerLine): Promise<void> {
    if (turn.stop.signal.aborted) await departed(this.#parts, turn);
    else await this.#talk(turn, line, { customer });
  }

  async #talk(
    turn: Turn,
    agent: AgentLine,
    { customer, goesOn = false }: { customer: CustomerLine; goesOn?: boolean },
  ): Promise<void> {
    this.#passing.over();
    if (this.#current) this.#current.talks = true;
    this.#parties ??= new TalkParties(this.#parts, customer);
    const parties = this.#parties;
    if (!(await talk(this.#parts, turn, { agent, customer, parties, goesOn })))
      await customerGone(this.#parts, turn);
    const reason = stopReason(turn);
    const now =
      reason === 'handed_over' || leavesTalk(reason)
        ? await untilTaken(() => talkNow(this.#parts.sql, this.#ref))
        : undefined;
    const heir =
      now && (now.forwarded || now.interaction.agentId !== turn.interaction.agentId)
        ? await parties.handOver(now)
        : undefined;
    if (now && heir) this.#between.offer({ interaction: now.interaction, heir });
    if (heir && heir.party.kind !== 'number') return;
    this.#parties = undefined;
    await parties.end('talk_over');
  }

  /** While `act` goes on, the end of the agent's line ends his turn, and the other way round; then the line is freed. */
  async #withAgent(turn: Turn, leg: Leg | undefined, act: (line: AgentLine) => Promise<void>): Promise<void> {
    const { stop } = turn;
    const line = new AgentLine(this.#parts, turn, leg);
    // Whoever is left is told at once: nobody listens to silence while a statement takes its time.
    stop.signal.addEventListener('abort', () => {
      Promise.all([line.end(), this.#leaveCustomer(stopReason(turn))]).catch(error =>
        this.#logger.warn({ err: error }, 'leg not freed'),
      );
    });
    try {
      await act(line);
    } finally {
      await line.end();
    }
  }

  /** The agent is gone: the customer goes on with somebody who is there, waits for the next agent, or is let go. */
  async #leaveCustomer(reason: StopReason | undefined): Promise<void> {
    if (reason === 'handed_over' || (leavesTalk(reason) && this.#parties?.successor)) return;
    if (this.#current && keepsCustomer(this.#current)) void this.#customer?.wait();
    else await this.#customer?.end();
  }

  #hold(leg: Leg): CustomerLine {
    const line = new CustomerLine({ ...this.#parts, logger: this.#logger }, leg, this.#ref);
    this.#customer = line;
    line.onGone(how => {
      this.#between.stop();
      if (this.#current) this.#current.stop.abort(how satisfies StopReason);
      else void this.#leaveQueue(how);
    });
    return line;
  }

  /** The customer who waited for his next agent is gone. */
  async #leaveQueue(how: CustomerGone): Promise<void> {
    if (this.#stopped) return;
    try {
      await leaveLine(this.#parts.sql, this.#ref, how);
    } catch (error) {
      this.#logger.error({ err: error }, 'the customer has left, and it is not written down');
    }
  }
}
