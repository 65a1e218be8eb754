import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  bridge,
  decline,
  end,
  eventsSinceOffer,
  expireOffer,
  loseAgent,
  type Outcome,
  type ServedInteraction,
  type ServiceTerms,
  serviceTerms,
  startDialing,
  type WrapUpClock,
} from '../acd/index.js';
import { type CallParts, dialPhone, type Leg, ringAgent } from '../calls/index.js';
import { type Announcements, type Sql, untilTaken } from '../store/index.js';
import { CallFailure } from '../telephony/index.js';
import { EarlyMedia } from './early-media.js';
import { settleFailure } from './settle.js';

/** Why a try ends before its time. */
type StopReason =
  /** Somebody else has moved the interaction on: cancelled, declined, expired. */
  | 'withdrawn'
  /** The agent pressed hang up. */
  | 'hangup'
  /** The agent's softphone hung up by itself, or its media vanished. */
  | 'agent_left'
  | 'agent_lost'
  /** The customer hung up, or his media vanished. */
  | 'customer_left'
  | 'customer_lost'
  | 'shutdown';

/** Events after which the interaction is no longer this try's. */
const movedOn: ReadonlySet<string> = new Set([
  'declined',
  'offer_expired',
  'agent_lost',
  'cancelled',
  'finished',
  'retry_scheduled',
  'held',
]);

/** What a talk that is stopped for a reason has come to; `withdrawn` was written by whoever withdrew it. */
const talkEndings: Record<
  StopReason,
  { outcome: Outcome; endedBy: 'agent' | 'customer' | 'system' } | undefined
> = {
  withdrawn: undefined,
  hangup: { outcome: 'completed', endedBy: 'agent' },
  agent_left: { outcome: 'completed', endedBy: 'agent' },
  agent_lost: { outcome: 'agent_lost', endedBy: 'system' },
  customer_left: { outcome: 'completed', endedBy: 'customer' },
  customer_lost: { outcome: 'failed', endedBy: 'system' },
  shutdown: { outcome: 'failed', endedBy: 'system' },
};

/** How long a softphone may take to answer once its agent has pressed accept, milliseconds. */
const softphoneGraceMs = 10_000;

/** A softphone that is not reachable and sends no audio for so long is gone, milliseconds. */
const silenceMs = 2_000;

/** How long a shutdown waits for the answers to its BYEs, milliseconds. */
const hangUpMs = 2_000;

/** One try at bringing a customer and an agent together. */
interface Attempt {
  interaction: ServedInteraction;
  terms: ServiceTerms;
  /** Aborted with a StopReason: everything that rings or talks is freed. */
  stop: AbortController;
  /** Aborted when the agent has taken the offer. */
  accepted: AbortController;
  logger: Logger;
}

export interface ConductorOptions extends CallParts {
  sql: Sql;
  announcements: Announcements;
  wrapUps: WrapUpClock;
}

/**
 * Carries a callback from the offer to the wrap-up, agent first: rings the agent, dials the customer, bridges, ends.
 * In memory are only the legs; each step is a statement of the ACD, which may find that somebody was faster (the
 * customer cancelled, the offer expired). Then the try is over, and whatever rings is freed at once.
 */
export class Conductor {
  readonly #parts: ConductorOptions;
  readonly #running = new Map<AbortController, Promise<void>>();

  constructor(parts: ConductorOptions) {
    this.#parts = parts;
  }

  /** How many tries are under way. */
  get size(): number {
    return this.#running.size;
  }

  /** Serves an offer that was just made. Never throws: what fails gets a named outcome and a line in the log. */
  serve(interaction: ServedInteraction): void {
    const stop = new AbortController();
    this.#running.set(
      stop,
      this.#serve(interaction, stop).finally(() => this.#running.delete(stop)),
    );
  }

  /** Ends all calls; resolves when their legs are freed, or their peers have had time enough to answer. */
  async stop(): Promise<void> {
    for (const stop of this.#running.keys()) stop.abort('shutdown' satisfies StopReason);
    const late = new AbortController();
    await Promise.race([
      Promise.all(this.#running.values()),
      delay(hangUpMs, undefined, { signal: late.signal, ref: false }).catch(() => undefined),
    ]);
    late.abort();
  }

  async #serve(interaction: ServedInteraction, stop: AbortController): Promise<void> {
    const { announcements, sql } = this.#parts;
    const logger = this.#parts.logger.child({
      interactionId: interaction.id,
      tenantId: interaction.tenantId,
    });
    const accepted = new AbortController();
    const hear = (type: string) => {
      if (type === 'accepted') accepted.abort();
      else if (type === 'hangup_requested') stop.abort('hangup' satisfies StopReason);
      else if (movedOn.has(type)) stop.abort('withdrawn' satisfies StopReason);
    };
    const catchUp = async () => {
      for (const type of await untilTaken(() => eventsSinceOffer(sql, interaction))) hear(type);
    };
    const endings = [
      announcements.onInteraction(interaction.id, ({ type }) => hear(type)),
      announcements.onGap(() => {
        catchUp().catch(error => logger.error({ err: error }, 'missed events not read'));
      }),
    ];
    try {
      // A cancel between the statement that made the offer and the subscription above was not heard: look.
      const terms = await serviceTerms(sql, interaction);
      if (terms?.state === 'accepted') accepted.abort();
      else if (terms?.state !== 'offered') return;
      await this.#attempt({ interaction, terms, stop, accepted, logger });
    } catch (error) {
      logger.error({ err: error }, 'the try failed unexpectedly');
      await this.#giveUp(interaction, logger);
    } finally {
      for (const ending of endings) ending();
    }
  }

  async #attempt(attempt: Attempt): Promise<void> {
    const { interaction, stop, logger } = attempt;
    const { sql } = this.#parts;
    const agent = await this.#reachAgent(attempt);
    if (!agent) return;
    void agent.ended.then(how =>
      stop.abort((how === 'lost' ? 'agent_lost' : 'agent_left') satisfies StopReason),
    );
    const unwatch = this.#watchSoftphone(attempt, agent);
    let customer: Leg | undefined;
    // Whoever is left is told at once: nobody listens to silence while a statement takes its time.
    stop.signal.addEventListener('abort', () => {
      Promise.all([agent.end(), customer?.end()]).catch(error =>
        logger.warn({ err: error }, 'leg not freed'),
      );
    });
    try {
      if (!(await startDialing(sql, interaction))) return;
      customer = await this.#reachCustomer(attempt, agent);
      if (!customer) return;
      void customer.ended.then(how =>
        stop.abort((how === 'lost' ? 'customer_lost' : 'customer_left') satisfies StopReason),
      );
      await Promise.all([
        agent.endpoint.bridge(customer.endpoint),
        untilTaken(() => bridge(sql, interaction)),
      ]);
      await this.#talk(attempt);
    } finally {
      unwatch();
      await Promise.all([agent.end(), customer?.end()]);
    }
  }

  /** A softphone whose signalling is gone may still be talking; if it is silent, too, the agent has left. */
  #watchSoftphone({ interaction, logger }: Attempt, agent: Leg): () => void {
    return this.#parts.announcements.onEvent(({ type, userId }) => {
      if (type !== 'softphone_unregistered' || userId !== interaction.agentId) return;
      agent.loseIfSilent(silenceMs).catch(error => logger.error({ err: error }, 'silence not measured'));
    });
  }

  /** Rings the agent until he answers. Undefined: he was not reached, and the interaction has moved on. */
  async #reachAgent(attempt: Attempt): Promise<Leg | undefined> {
    const { interaction, stop, logger } = attempt;
    const { sql, telephony } = this.#parts;
    const { id: interactionId, tenantId, agentId, phone, name } = interaction;
    if (!agentId) throw new Error(`interaction ${interactionId} is offered to nobody`);
    const kind = await telephony.softphoneOf(tenantId, agentId);
    if (!kind) {
      await this.#loseAgent(interaction, 'softphone_gone');
      return undefined;
    }
    const clock = this.#offerClock(attempt);
    try {
      const callerName = name ?? undefined;
      const request = { tenantId, interactionId, userId: agentId, kind, callerName, callerNumber: phone };
      return await ringAgent(this.#parts, { ...request, signal: stop.signal });
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      logger.info(
        { outcome: error.outcome, sipStatus: error.sipStatus, reason: stop.signal.reason },
        'agent not reached',
      );
      if (stop.signal.reason === 'withdrawn') return undefined;
      const refused = error.outcome === 'rejected' || error.outcome === 'busy';
      if (refused && !stop.signal.aborted) await untilTaken(() => decline(sql, interaction, agentId));
      else await this.#loseAgent(interaction, String(stop.signal.reason ?? error.outcome));
      return undefined;
    } finally {
      clock.abort();
    }
  }

  /** The offer's time: until it expires, and after the accept until the softphone has to have answered. */
  #offerClock({ interaction, stop, accepted, logger }: Attempt): AbortController {
    const { sql } = this.#parts;
    const over = new AbortController();
    let timer: NodeJS.Timeout;
    const withdraw = async (step: () => Promise<unknown>) => {
      if (await untilTaken(step)) stop.abort('withdrawn' satisfies StopReason);
    };
    const limit = (ms: number, step: () => Promise<unknown>) => {
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          withdraw(step).catch(error =>
            logger.error({ err: error }, 'offer not ended; the recovery ends it'),
          );
        },
        Math.max(0, ms),
      );
    };
    const awaitSoftphone = () =>
      limit(softphoneGraceMs, () => loseAgent(sql, interaction, 'softphone_silent'));
    limit((interaction.offerExpiresAt?.getTime() ?? 0) - Date.now(), () => expireOffer(sql, interaction));
    if (accepted.signal.aborted) awaitSoftphone();
    accepted.signal.addEventListener('abort', awaitSoftphone, { signal: over.signal });
    for (const signal of [over.signal, stop.signal])
      signal.addEventListener('abort', () => clearTimeout(timer));
    return over;
  }

  /** Dials the customer while the agent hears it ring. Undefined: not reached, and the interaction has moved on. */
  async #reachCustomer({ interaction, terms, stop, logger }: Attempt, agent: Leg): Promise<Leg | undefined> {
    const rung = AbortSignal.timeout(terms.ringSeconds * 1000);
    const early = new EarlyMedia(agent.endpoint, terms.country);
    try {
      return await dialPhone(this.#parts, {
        tenantId: interaction.tenantId,
        interactionId: interaction.id,
        number: interaction.phone,
        callerId: terms.callerId,
        signal: AbortSignal.any([stop.signal, rung]),
        onProgress: (progress, endpoint) => {
          early
            .progress(progress, endpoint)
            .catch(error => logger.warn({ err: error }, 'early media not heard'));
        },
      });
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      const reason = stop.signal.reason as StopReason | undefined;
      logger.info({ outcome: error.outcome, sipStatus: error.sipStatus, reason }, 'customer not reached');
      if (reason === 'withdrawn') return undefined;
      if (reason === 'hangup' || rung.aborted) await this.#failCustomer(interaction, 'no_answer');
      else if (reason) await this.#loseAgent(interaction, reason);
      else await this.#failCustomer(interaction, error.outcome);
      return undefined;
    }
  }

  /** An agent lost to a restart has let nothing go by: he may be asked again at once. */
  async #loseAgent(interaction: ServedInteraction, reason: string): Promise<void> {
    const passedOver = reason !== ('shutdown' satisfies StopReason);
    await untilTaken(() => loseAgent(this.#parts.sql, interaction, reason, passedOver));
  }

  async #failCustomer(interaction: ServedInteraction, outcome: Outcome): Promise<void> {
    const failed = await untilTaken(() => settleFailure(this.#parts.sql, interaction, outcome));
    if (failed) this.#parts.wrapUps.schedule(failed);
  }

  /** Lasts until somebody ends it, and writes down who and how. */
  async #talk({ interaction, stop }: Attempt): Promise<void> {
    if (!stop.signal.aborted) await new Promise(resolve => stop.signal.addEventListener('abort', resolve));
    const ending = talkEndings[stop.signal.reason as StopReason];
    if (!ending) return;
    const { outcome, endedBy } = ending;
    const ended = await untilTaken(() => end(this.#parts.sql, interaction, outcome, endedBy));
    if (ended) this.#parts.wrapUps.schedule(ended);
  }

  /** Something nobody foresaw: a customer who was not reached waits again, a talk that was is over. */
  async #giveUp(interaction: ServedInteraction, logger: Logger): Promise<void> {
    const { sql, wrapUps } = this.#parts;
    try {
      if (await untilTaken(() => loseAgent(sql, interaction, 'internal_error'))) return;
      const ended = await untilTaken(() => end(sql, interaction, 'failed', 'system'));
      if (ended) wrapUps.schedule(ended);
    } catch (error) {
      logger.error({ err: error }, 'the interaction is left to the recovery at the next start');
    }
  }
}
