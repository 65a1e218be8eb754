import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Sql } from '../../store/index.js';
import type { Dialplan, Trunk } from '../dialplan/index.js';
import { type RegisteredTrunk, registeredTrunks } from './trunk-sql.js';

/** Nobody guesses it, and no telephone number looks like it. */
export const newContactUser = (): string => randomBytes(16).toString('hex');
const contactUser = /^[0-9a-f]{32}$/;

/** Strangers who call make us ask the database no more often than this. */
const freshMs = 1_000;

/**
 * Which trunk calls. One that we register with is known by the contact that it was given, from wherever it calls, and by
 * the address that granted the registration as long as that lasts; where its entry names its sources, from these alone.
 */
export class TrunkCallers {
  readonly #sql: Sql;
  readonly #dialplan: Dialplan;
  readonly #logger: Logger;
  #known: readonly RegisteredTrunk[] = [];
  #reading: Promise<readonly RegisteredTrunk[]> = Promise.resolve([]);
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(sql: Sql, dialplan: Dialplan, logger: Logger) {
    this.#sql = sql;
    this.#dialplan = dialplan;
    this.#logger = logger;
  }

  /** A registration has changed: the next call is judged by what is so then. */
  forget(): void {
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  /**
   * @param user of the Request-URI
   * @param address where the INVITE came from
   */
  async trunkOf(user: string, address: string): Promise<Trunk | undefined> {
    const { trunks } = this.#dialplan;
    const byAddress = this.#dialplan.trunkAt(address);
    const registering = trunks.filter(({ registerSeconds }) => registerSeconds !== undefined);
    // Two accounts at one carrier call from the same address: what each was given tells them apart.
    if (registering.length === 0 || (byAddress && !contactUser.test(user))) return byAddress;
    const known = await this.#registered();
    const find = (wanted: (registered: RegisteredTrunk) => boolean) => {
      const names = new Set(known.filter(wanted).map(({ name }) => name));
      return registering.find(({ name, sources }) => names.has(name) && (sources?.includes(address) ?? true));
    };
    return (
      find(registered => registered.contactUser === user) ??
      byAddress ??
      find(({ registrarAddress, bound }) => bound && registrarAddress === address)
    );
  }

  #registered(): Promise<readonly RegisteredTrunk[]> {
    const now = performance.now();
    if (now - this.#readAt >= freshMs) {
      this.#readAt = now;
      this.#reading = this.#read();
    }
    return this.#reading;
  }

  /** What cannot be read is as it was at last. */
  async #read(): Promise<readonly RegisteredTrunk[]> {
    try {
      this.#known = await registeredTrunks(this.#sql);
    } catch (error) {
      this.#logger.warn({ err: error }, 'registrations with trunks not read; judged by those before');
    }
    return this.#known;
  }
}
