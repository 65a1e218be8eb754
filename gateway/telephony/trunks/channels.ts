import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Sql } from '../../store/index.js';
import type { Trunk } from '../dialplan/index.js';
import { inheritChannels, releaseChannel, renewChannels, takeChannel, type Verdict } from './trunk-sql.js';

/** A channel of a trunk, taken for one call. */
export interface Channel {
  /** Gives it back. Safe to call more than once. */
  release(): void;
}

export interface CallOfTenant {
  tenantId: string;
  interactionId: string;
}

/** How long a call waits for its turn on a trunk that limits calls per second, before the next trunk is tried. */
const maxWaitMs = 3_000;

/** A gateway that dies leaves its channels taken for so long. */
const leaseSeconds = 30;
const renewMs = 10_000;

/**
 * The channels this gateway has taken. They are leases in the store: all gateways together keep to a trunk's limits, and
 * what a dead one held is free again after half a minute.
 */
export class Channels {
  readonly #sql: Sql;
  readonly #logger: Logger;
  readonly #held = new Set<string>();
  #renewal: NodeJS.Timeout | undefined;

  constructor(sql: Sql, logger: Logger) {
    this.#sql = sql;
    this.#logger = logger;
  }

  start(): void {
    this.#renewal = setInterval(() => void this.#renew(), renewMs).unref();
  }

  stop(): void {
    clearInterval(this.#renewal);
  }

  /**
   * Takes a channel and waits for the call's turn on it.
   * @returns why there is none, instead of the channel
   * @throws AbortError when the call is given up while it waits
   */
  async take(
    trunk: Trunk,
    { tenantId, interactionId }: CallOfTenant,
    { evenIfDown, signal }: { evenIfDown: boolean; signal: AbortSignal },
  ): Promise<Channel | Exclude<Verdict, 'granted'>> {
    const { key, maxChannels, callsPerSecond } = trunk;
    const request = { trunk: key, tenantId, interactionId, maxChannels, callsPerSecond };
    const limits = { maxWaitMs, leaseSeconds, evenIfDown };
    const { verdict, channelId, waitMs } = await takeChannel(this.#sql, { ...request, ...limits });
    if (verdict !== 'granted' || channelId === null) return verdict as Exclude<Verdict, 'granted'>;
    this.#held.add(channelId);
    const channel: Channel = { release: () => this.#release(channelId) };
    try {
      if (waitMs > 0) await delay(waitMs, undefined, { signal });
    } catch (error) {
      channel.release();
      throw error;
    }
    return channel;
  }

  /** The channel of a call that another gateway began. */
  async inherit(interactionId: string): Promise<Channel> {
    const ids = await inheritChannels(this.#sql, interactionId, leaseSeconds);
    for (const id of ids) this.#held.add(id);
    return {
      release: () => {
        for (const id of ids) this.#release(id);
      },
    };
  }

  #release(id: string): void {
    if (!this.#held.delete(id)) return;
    // One that cannot be given back now is free when its lease is over.
    releaseChannel(this.#sql, id).catch(error =>
      this.#logger.warn({ err: error, channel: id }, 'channel not given back'),
    );
  }

  async #renew(): Promise<void> {
    if (this.#held.size === 0) return;
    try {
      await renewChannels(this.#sql, [...this.#held], leaseSeconds);
    } catch (error) {
      this.#logger.warn({ err: error }, 'channels not renewed; tried again soon');
    }
  }
}
