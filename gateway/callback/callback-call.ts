import type { Logger } from 'pino';
import {
  agentGone,
  customerAnswered,
  customerLeft,
  end,
  eventsSinceOffer,
  type InteractionRef,
  loseAgent,
  releaseCustomer,
  type ServedInteraction,
  serviceTerms,
  startDialing,
} from '../acd/index.js';
import type { Leg } from '../calls/index.js';
import { untilTaken } from '../store/index.js';
import { reachAgent, watchSoftphone } from './agent-side.js';
import { CustomerLine } from './customer-line.js';
import { reachCustomer } from './customer-side.js';
import { talk } from './talk.js';
import { endings, type ServiceParts, type StopReason, stopReason, type Turn } from './turn.js';

/** After these the customer, if he is on the line, stays on it: for the next agent. */
const customerStays: ReadonlySet<StopReason | undefined> = new Set(['passed_on', 'agent_lost', undefined]);

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
  /** Of the turn that is under way, also before its terms are known. */
  #current: Pick<Turn, 'interaction' | 'stop' | 'accepted'> | undefined;
  #next: ServedInteraction | undefined;
  #liveWaitMs = 0;
  #wake: () => void = () => undefined;
  #stopped: StopReason | undefined;

  readonly #ref: InteractionRef;

  constructor(parts: ServiceParts, { id, tenantId }: ServedInteraction) {
    this.#parts = parts;
    this.#ref = { id, tenantId };
    this.#logger = parts.logger.child({ interactionId: id, tenantId });
  }

  /** Whether the customer is on the line here: then the next offer of the interaction belongs to this call. */
  get holdsCustomer(): boolean {
    return this.#customer?.live ?? false;
  }

  /** The next agent for the customer who is on the line. */
  offer(interaction: ServedInteraction): void {
    this.#next = interaction;
    this.#wake();
  }

  /** Ends it for a reason that is not its own. */
  stop(reason: StopReason): void {
    this.#stopped ??= reason;
    this.#current?.stop.abort(reason);
    this.#wake();
  }

  /** Serves agent after agent until the callback has moved on. Never throws: what fails is in the log. */
  async run(first: ServedInteraction): Promise<void> {
    const { announcements, sql } = this.#parts;
    const catchUp = async () => {
      const served = this.#current?.interaction ?? first;
      for (const type of await untilTaken(() => eventsSinceOffer(sql, served)))
        this.#hear(type, served.agentId);
    };
    const unsubscribe = [
      announcements.onInteraction(first.id, ({ type, userId }) => this.#hear(type, userId)),
      announcements.onGap(() => {
        catchUp().catch(error => this.#logger.error({ err: error }, 'missed events not read'));
      }),
    ];
    try {
      for (let offer: ServedInteraction | undefined = first; offer; offer = await this.#nextOffer())
        await this.#serve(offer);
    } finally {
      for (const ending of unsubscribe) ending();
      await this.#customer?.end();
    }
  }

  #hear(type: string, agentId: string | null): void {
    const current = this.#current;
    if (type === 'accepted') current?.accepted.abort();
    const reason = endings[type];
    if (!reason) return;
    // What is told of the agent before must not end the turn of this one.
    if (current && (reason === 'taken_back' || agentId === current.interaction.agentId))
      current.stop.abort(reason);
    else if (reason === 'taken_back') this.stop(reason);
  }

  /** Waits for the next agent with a customer who is on the line. Undefined: there is none, or nobody waits any more. */
  async #nextOffer(): Promise<ServedInteraction | undefined> {
    const longEnough = setTimeout(() => void this.#release(), this.#liveWaitMs);
    while (this.holdsCustomer && !this.#next && !this.#stopped) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    clearTimeout(longEnough);
    const next = this.#next;
    this.#next = undefined;
    return this.holdsCustomer && !this.#stopped ? next : undefined;
  }

  /** Nobody came for the customer: better he is called again than that he listens to music for ever. */
  async #release(): Promise<void> {
    try {
      if (!(await untilTaken(() => releaseCustomer(this.#parts.sql, this.#ref)))) return;
      const hungUp = this.#customer?.end();
      this.#wake();
      await hungUp;
    } catch (error) {
      this.#logger.error({ err: error }, 'the customer waits on for his next agent');
    }
  }

  async #serve(interaction: ServedInteraction): Promise<void> {
    const current = { interaction, stop: new AbortController(), accepted: new AbortController() };
    const { stop, accepted } = current;
    this.#current = current;
    try {
      // A cancel between the statement that made the offer and the subscription was not heard: look.
      const [terms, { file: music }] = await Promise.all([
        serviceTerms(this.#parts.sql, interaction),
        this.#parts.prompts.music(interaction.tenantId),
      ]);
      if (terms?.state === 'accepted') accepted.abort();
      else if (terms?.state !== 'offered') return;
      this.#liveWaitMs = terms.liveWaitSeconds * 1000;
      const turn: Turn = { ...current, terms, music, logger: this.#logger };
      if (this.#stopped) stop.abort(this.#stopped);
      if (this.#customer?.live) await this.#connect(turn, this.#customer);
      // He is on the line at another gateway, or was until just now: to dial him here would be to call him twice.
      else if (terms.live) await untilTaken(() => agentGone(this.#parts.sql, interaction, 'elsewhere'));
      else if (terms.customerFirst) await this.#customerFirst(turn);
      else await this.#agentFirst(turn);
    } catch (error) {
      this.#logger.error({ err: error }, 'the turn failed unexpectedly');
      stop.abort('shutdown' satisfies StopReason);
      await this.#giveUp(interaction);
    } finally {
      this.#current = undefined;
      if (!customerStays.has(stop.signal.reason)) await this.#customer?.end();
    }
  }

  /** Rings the agent, dials the customer, and lets them talk. */
  async #agentFirst(turn: Turn): Promise<void> {
    const agent = await reachAgent(this.#parts, turn, { live: false });
    if (!agent) return;
    const free = this.#watchAgent(turn, agent);
    try {
      if (!(await startDialing(this.#parts.sql, turn.interaction))) return;
      const customer = await reachCustomer(this.#parts, turn, agent);
      if (!customer) return;
      await this.#talk(turn, agent, this.#hold(customer, turn));
    } finally {
      await free();
    }
  }

  /** Dials the customer while the agent is reserved, and rings the agent when the customer has answered. */
  async #customerFirst(turn: Turn): Promise<void> {
    const { sql } = this.#parts;
    const dialing = await startDialing(sql, turn.interaction, false);
    if (!dialing) return;
    turn.interaction = dialing;
    const customer = await reachCustomer(this.#parts, turn);
    if (!customer) return;
    const line = this.#hold(customer, turn);
    line.wait();
    if (!(await untilTaken(() => customerAnswered(sql, turn.interaction)))) return;
    await this.#connect(turn, line);
  }

  /** Rings the agent for a customer who is on the line and hears music. */
  async #connect(turn: Turn, customer: CustomerLine): Promise<void> {
    const agent = turn.stop.signal.aborted ? undefined : await reachAgent(this.#parts, turn, { live: true });
    if (!agent) {
      await this.#customerGone(turn);
      return;
    }
    const free = this.#watchAgent(turn, agent);
    try {
      await this.#talk(turn, agent, customer);
    } finally {
      await free();
    }
  }

  async #talk(turn: Turn, agent: Leg, customer: CustomerLine): Promise<void> {
    if (!(await talk(this.#parts, turn, agent, customer))) await this.#customerGone(turn);
  }

  /** From now on the end of the agent's leg ends his turn, and the other way round. Returns what frees it. */
  #watchAgent(turn: Turn, agent: Leg): () => Promise<void> {
    const { stop } = turn;
    void agent.ended.then(how =>
      stop.abort((how === 'lost' ? 'agent_lost' : 'agent_left') satisfies StopReason),
    );
    const unwatch = watchSoftphone(this.#parts, turn, agent);
    // Whoever is left is told at once: nobody listens to silence while a statement takes its time.
    stop.signal.addEventListener('abort', () => {
      const customer = customerStays.has(stopReason(turn)) ? this.#customer?.wait() : this.#customer?.end();
      Promise.all([agent.end(), customer]).catch(error => this.#logger.warn({ err: error }, 'leg not freed'));
    });
    return async () => {
      unwatch();
      await agent.end();
    };
  }

  #hold(leg: Leg, { music }: Turn): CustomerLine {
    const line = new CustomerLine(leg, music, this.#logger);
    this.#customer = line;
    line.onGone(how => {
      this.#wake();
      if (this.#current) this.#current.stop.abort(how satisfies StopReason);
      else void this.#leaveQueue();
    });
    return line;
  }

  /** The customer who waited for his next agent has hung up. */
  async #leaveQueue(): Promise<void> {
    if (this.#stopped) return;
    try {
      await untilTaken(() => customerLeft(this.#parts.sql, this.#ref));
    } catch (error) {
      this.#logger.error({ err: error }, 'the customer has left, and it is not written down');
    }
  }

  /** Whether a turn ended because its customer hung up before he had talked with anybody; then it is over. */
  async #customerGone(turn: Turn): Promise<void> {
    const reason = stopReason(turn);
    if (reason === 'customer_left' || reason === 'customer_lost')
      await untilTaken(() => customerLeft(this.#parts.sql, turn.interaction));
  }

  /** Something nobody foresaw: a customer who was not reached waits again, a talk that was is over. */
  async #giveUp(interaction: ServedInteraction): Promise<void> {
    const { sql, wrapUps } = this.#parts;
    try {
      if (await untilTaken(() => loseAgent(sql, interaction, 'internal_error'))) return;
      const ended = await untilTaken(() => end(sql, interaction, 'failed', 'system'));
      if (ended) wrapUps.schedule(ended);
    } catch (error) {
      this.#logger.error({ err: error }, 'the interaction is left to the recovery at the next start');
    }
  }
}
