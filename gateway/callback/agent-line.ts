import { agentAway, agentBack, awayFor } from '../acd/index.js';
import { isLost, type Leg, ringAgent } from '../calls/index.js';
import { untilTaken } from '../store/index.js';
import { CallFailure } from '../telephony/index.js';
import { watchSoftphone } from './agent-side.js';
import { LineReturn } from './line-return.js';
import { followSound, silenceMs } from './line-silence.js';
import type { LineEvent } from './line-states.js';
import { writePhoneHold } from './phone-hold.js';
import type { TalkParties } from './talk-parties.js';
import type { ServiceParts, StopReason, Turn } from './turn.js';

/** A softphone that registered so shortly before its old line fell silent has moved, milliseconds. */
const movedMs = silenceMs + 3_000;

const goneBy = { lost: 'agent_lost', dropped: 'agent_dropped' } as const;

/** What makes an agent reachable anew. */
const arrivals: ReadonlySet<string> = new Set(['softphone_registered', 'softphone_moved']);

/**
 * The agent's line: a leg, and in a talk the ones after it. While they talk a line that is lost, or falls silent, ends
 * nothing: the customer hears music or whoever else is there, the agent is rung back as soon as a softphone of his can be
 * reached, and goes on. How long the talk waits for him is in the store. A line that he hangs up is hung up.
 */
export class AgentLine {
  readonly #parts: ServiceParts;
  readonly #turn: Turn;
  readonly #endings: (() => void)[] = [];
  #leg: Leg | undefined;
  #unwatch: () => void = () => undefined;
  #parties: TalkParties | undefined;
  readonly #return: LineReturn;
  #reachableAt = -Infinity;
  #timeUp: NodeJS.Timeout | undefined;

  /** @param leg undefined: it was lost with the gateway before */
  constructor(parts: ServiceParts, turn: Turn, leg: Leg | undefined) {
    this.#parts = parts;
    this.#turn = turn;
    this.#return = new LineReturn({
      who: 'agent',
      logger: turn.logger.child({ userId: turn.interaction.agentId }),
      over: turn.stop.signal,
      letGo: () => this.#letGo(),
      callAgain: signal => this.#ringAgain(signal),
      follow: leg => {
        this.#follow(leg);
        void this.#listen(leg);
      },
      onAway: why => this.#leave(why),
      onBack: () => this.#back(),
      onDeclined: () => turn.stop.abort('agent_lost' satisfies StopReason),
    });
    if (leg) this.#follow(leg);
  }

  /** They talk from now on. Resolves when they hear each other, or the customer hears something in the agent's place. */
  async talk(parties: TalkParties): Promise<void> {
    this.#parties = parties;
    const { announcements } = this.#parts;
    const { agentId } = this.#turn.interaction;
    this.#endings.push(
      announcements.onEvent(({ type, userId }) => {
        if (userId !== agentId || !arrivals.has(type)) return;
        this.#reachableAt = performance.now();
        this.#on('reachable');
      }),
    );
    const leg = this.#leg;
    await parties.begin(this.#turn, leg);
    if (leg) await this.#listen(leg, { held: this.#turn.interaction.held === 'phone' });
    else this.#on('lost', 'gateway_lost');
  }

  /** Frees it, and calls nobody back. Safe to call more than once. */
  async end(): Promise<void> {
    for (const ending of this.#endings.splice(0)) ending();
    clearTimeout(this.#timeUp);
    this.#return.stop();
    this.#unwatch();
    await this.#leg?.end();
  }

  #follow(leg: Leg): void {
    this.#leg = leg;
    this.#unwatch();
    this.#unwatch = watchSoftphone(this.#parts, this.#turn, leg);
    void leg.ended.then(how => {
      if (leg !== this.#leg) return;
      if (isLost(how) && this.#parties) this.#on('lost');
      else this.#turn.stop.abort((isLost(how) ? goneBy[how] : 'agent_left') satisfies StopReason);
    });
  }

  #listen(leg: Leg, { held }: { held: boolean } = { held: false }): Promise<void> {
    const { interaction, logger } = this.#turn;
    leg.endpoint.on('hold', holds => {
      if (leg === this.#leg) this.#return.write(() => writePhoneHold(this.#parts.sql, interaction, holds));
    });
    const tell = (event: 'fell_silent' | 'heard') => {
      if (leg === this.#leg) this.#on(event);
    };
    return followSound({ ...this.#parts, logger }, leg, tell, held);
  }

  #on(event: LineEvent, why?: string): void {
    const next = this.#return.on(event, why);
    // He was there anew before his old line was noticed to be silent.
    if (next === 'silent' && performance.now() - this.#reachableAt < movedMs) this.#on('reachable');
  }

  /** From now on the talk waits for him. */
  #leave(why: string): void {
    const { sql } = this.#parts;
    const { interaction, stop, logger } = this.#turn;
    logger.info({ userId: interaction.agentId, why }, 'agent away');
    const heard = this.#parties?.away();
    this.#return.write(async () => {
      await heard;
      await untilTaken(() => agentAway(sql, interaction, why));
      const leftMs = await untilTaken(() => awayFor(sql, interaction));
      if (this.#return.state === 'there' || stop.signal.aborted) return;
      const timeUp = () => stop.abort('agent_lost' satisfies StopReason);
      // He has signed out, or is not in it any more.
      if (leftMs === undefined) timeUp();
      else this.#timeUp = setTimeout(timeUp, leftMs);
    });
  }

  #back(): void {
    const { sql } = this.#parts;
    const { interaction, logger } = this.#turn;
    clearTimeout(this.#timeUp);
    logger.info({ userId: interaction.agentId }, 'agent back');
    const leg = this.#leg;
    this.#return.write(async () => {
      // Not before his absence is in the store: what his telephone held is on hold without it from then on.
      if (leg && leg === this.#leg) await this.#parties?.back(leg);
      await untilTaken(() => agentBack(sql, interaction));
    });
  }

  #letGo(): Promise<void> | undefined {
    const lost = this.#leg;
    this.#leg = undefined;
    this.#unwatch();
    return lost?.lose();
  }

  /** Rings the agent in the talk that he was in. His softphone takes it by itself. */
  async #ringAgain(signal: AbortSignal): Promise<Leg> {
    const { telephony } = this.#parts;
    const { interaction, music: holdMusic, owner } = this.#turn;
    const { id: interactionId, tenantId, agentId: userId, phone, name } = interaction;
    const kind = userId && (await telephony.softphoneOf(tenantId, userId));
    if (!userId || !kind) throw new CallFailure('unreachable', 'The agent has no softphone');
    return await ringAgent(this.#parts, {
      ...{ tenantId, interactionId, userId, kind, holdMusic, owner, signal },
      ...{ callerName: name ?? undefined, callerNumber: phone },
    });
  }
}
