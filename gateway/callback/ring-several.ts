import { accept, failProbe, loseAgent, offeredTo, serviceTerms } from '../acd/index.js';
import type { Leg } from '../calls/index.js';
import { takeStep, untilTaken } from '../store/index.js';
import { completedElsewhere } from '../telephony/index.js';
import { reachAgent, type Waiting } from './agent-side.js';
import { endings, type ServiceParts, type StopReason, stopReason, type Turn } from './turn.js';

/** Rings whoever it is offered to, one agent or several, until somebody has it. Undefined: nobody has, and it has moved on. */
export function reachWhoeverAccepts(
  parts: ServiceParts,
  turn: Turn,
  waiting: Waiting,
): Promise<Leg | undefined> {
  return turn.interaction.agentId === null
    ? new SeveralAgents(parts, turn, waiting).ring()
    : reachAgent(parts, turn, waiting);
}

/** One of several who are rung: a turn of his own, of which one becomes the whole turn. */
interface Asked {
  turn: Turn;
  /** His desktop has answered, or he is not to be asked any more. */
  present: () => void;
  answered: Promise<void>;
}

/**
 * Simultaneous ring: several agents are rung for one customer. The first who accepts at his desktop, or answers his
 * telephone, has the customer by one statement of the ACD; the others' telephones stop then, and nothing is counted against
 * them. Each is asked whether he is there, declines, and lets it ring by himself.
 */
class SeveralAgents {
  readonly #parts: ServiceParts;
  readonly #turn: Turn;
  readonly #waiting: Waiting;
  readonly #asked = new Map<string, Asked>();
  #owner: string | undefined;

  constructor(parts: ServiceParts, turn: Turn, waiting: Waiting) {
    this.#parts = parts;
    this.#turn = turn;
    this.#waiting = waiting;
  }

  async ring(): Promise<Leg | undefined> {
    const { announcements } = this.#parts;
    const { interaction, stop, logger } = this.#turn;
    const look = () =>
      this.#look().catch(error => logger.error({ err: error }, 'who is asked at once was not read'));
    const unsubscribe = [
      announcements.onInteraction(interaction.id, ({ type, userId }) => this.#hear(type, userId)),
      announcements.onGap(() => void look()),
    ];
    try {
      const { agents, owner } = await untilTaken(() => offeredTo(this.#parts.sql, interaction));
      for (const agentId of owner ? [owner] : agents) this.#ask(agentId);
      stop.signal.addEventListener('abort', () => this.#stopAll(stopReason(this.#turn)));
      if (stop.signal.aborted) this.#stopAll(stopReason(this.#turn));
      // What was heard before there was anybody to tell it.
      await this.#look();
      const rung = [...this.#asked].map(([agentId, asked]) => this.#reach(agentId, asked));
      return await firstOf(rung);
    } finally {
      for (const ending of unsubscribe) ending();
    }
  }

  #ask(agentId: string): void {
    const { interaction } = this.#turn;
    let present: () => void = () => undefined;
    const answered = new Promise<void>(resolve => {
      present = resolve;
    });
    const turn = {
      ...this.#turn,
      interaction: { ...interaction, agentId },
      stop: new AbortController(),
      accepted: new AbortController(),
    };
    turn.stop.signal.addEventListener('abort', present);
    this.#asked.set(agentId, { turn, present, answered });
  }

  #hear(type: string, agentId: string | null): void {
    const asked = agentId === null ? undefined : this.#asked.get(agentId);
    if (!agentId || !asked) return;
    if (type === 'agent_present') asked.present();
    if (type === 'accepted') this.#has(agentId);
    if (type === 'dropped_out' || endings[type] === 'passed_on')
      asked.turn.stop.abort('passed_on' satisfies StopReason);
  }

  /** How it stands in the store, whatever was heard. */
  async #look(): Promise<void> {
    const { agents, present, owner, alive } = await untilTaken(() =>
      offeredTo(this.#parts.sql, this.#turn.interaction),
    );
    for (const agentId of present) this.#asked.get(agentId)?.present();
    if (owner && this.#asked.has(owner)) this.#has(owner);
    else
      for (const [agentId, { turn }] of this.#asked)
        if (!alive || !agents.includes(agentId)) turn.stop.abort('passed_on' satisfies StopReason);
  }

  #stopAll(reason: StopReason | undefined, but?: string): void {
    for (const [agentId, { turn }] of this.#asked) if (agentId !== but) turn.stop.abort(reason);
  }

  /** It is his: from now on the turn is his turn. */
  #has(agentId: string): void {
    const winner = this.#asked.get(agentId);
    if (!winner || this.#owner) return;
    this.#owner = agentId;
    this.#turn.interaction = { ...winner.turn.interaction, state: 'accepted' };
    winner.turn.interaction = this.#turn.interaction;
    winner.turn.accepted.abort();
    winner.present();
    this.#stopAll(completedElsewhere, agentId);
  }

  /** Rings one of them. Undefined: somebody else has it, or he was not reached. */
  async #reach(agentId: string, asked: Asked): Promise<Leg | undefined> {
    const { sql } = this.#parts;
    try {
      if (!(await this.#isThere(asked))) return undefined;
      const leg = await reachAgent(this.#parts, asked.turn, this.#waiting);
      if (!leg) return undefined;
      if (this.#owner === undefined)
        if (await takeStep(asked.turn.interaction, ref => accept(sql, ref, agentId))) this.#has(agentId);
        else await this.#look();
      if (this.#owner !== agentId) {
        await leg.end();
        return undefined;
      }
      this.#turn.terms =
        (await untilTaken(() => serviceTerms(sql, this.#turn.interaction))) ?? this.#turn.terms;
      return leg;
    } catch (error) {
      this.#turn.logger.error({ err: error, userId: agentId }, 'one of several was not rung');
      await untilTaken(() => loseAgent(sql, asked.turn.interaction, 'internal_error'));
      return undefined;
    }
  }

  /** His desktop answers in time, or he has none, or has accepted. */
  async #isThere({ turn, answered }: Asked): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>(resolve => {
      timer = setTimeout(() => resolve(true), this.#parts.desktopAnswerMs);
    });
    const isLate = await Promise.race([late, answered.then(() => false)]);
    clearTimeout(timer);
    if (turn.stop.signal.aborted) return false;
    return (
      !isLate || (await takeStep(turn.interaction, ref => failProbe(this.#parts.sql, ref))) === undefined
    );
  }
}

/** The first leg of them; undefined when none has come to anything. */
async function firstOf(rung: readonly Promise<Leg | undefined>[]): Promise<Leg | undefined> {
  return await new Promise((resolve, reject) => {
    for (const one of rung) one.then(leg => leg && resolve(leg), reject);
    Promise.all(rung).then(() => resolve(undefined), reject);
  });
}
