import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Sql } from '../../store/index.js';
import type { Trunk } from '../dialplan/index.js';
import type { Lines } from './lines.js';
import { companiesOf } from './tenant-trunk-sql.js';
import { type RegisteredTrunk, registeredTrunks } from './trunk-sql.js';

/** Nobody guesses it, and no telephone number looks like it. */
export const newContactUser = (): string => randomBytes(16).toString('hex');
const contactUser = /^[0-9a-f]{32}$/;

/** Strangers who call make us ask the database no more often than this. */
const freshMs = 1_000;

/** Somebody who calls us. */
export interface Caller {
  /** User of the Request-URI. */
  user: string;
  /** Where the INVITE came from. */
  address: string;
  /** The number that is called, E.164, as this trunk writes it. */
  numberBy(trunk: Trunk): string | undefined;
}

/**
 * Which trunk calls. One that we register with is known by the contact that it was given, from wherever it calls, and by
 * the address that granted the registration as long as that lasts; where its entry names its sources, from these alone.
 * The operator's come before those of companies: what a company says of its own takes nothing from anybody.
 */
export class TrunkCallers {
  readonly #sql: Sql;
  readonly #lines: Lines;
  readonly #logger: Logger;
  #known: readonly RegisteredTrunk[] = [];
  #reading: Promise<readonly RegisteredTrunk[]> = Promise.resolve([]);
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(sql: Sql, lines: Lines, logger: Logger) {
    this.#sql = sql;
    this.#lines = lines;
    this.#logger = logger;
  }

  /** A registration has changed: the next call is judged by what is so then. */
  forget(): void {
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  async trunkOf(caller: Caller): Promise<Trunk | undefined> {
    const { user, address } = caller;
    const operators = this.#lines.operatorAt(address);
    const registering = this.#lines.all.filter(({ registerSeconds }) => registerSeconds !== undefined);
    const byAddress = () => operators ?? this.#meant(this.#lines.ownAt(address), caller);
    // Two accounts at one carrier call from the same address: what each was given tells them apart.
    if (registering.length === 0 || (operators && !contactUser.test(user))) return await byAddress();
    const known = await this.#registered();
    const those = (wanted: (registered: RegisteredTrunk) => boolean) => {
      const keys = new Set(known.filter(wanted).map(({ key }) => key));
      return registering.filter(({ key, sources }) => keys.has(key) && (sources?.includes(address) ?? true));
    };
    const [called] = those(registered => registered.contactUser === user);
    if (called) return called;
    const registrars = () => those(({ registrarAddress, bound }) => bound && registrarAddress === address);
    return (await byAddress()) ?? (await this.#meant(registrars(), caller));
  }

  /** Of several trunks that call from one address, the operator's, or that of the company whose number is called. */
  async #meant(trunks: readonly Trunk[], { numberBy }: Caller): Promise<Trunk | undefined> {
    const [first] = trunks;
    if (trunks.length < 2 || first?.tenantId === undefined) return first;
    const wanted = trunks.flatMap(trunk => {
      const number = numberBy(trunk);
      return number !== undefined && trunk.tenantId !== undefined ? [{ trunk, number }] : [];
    });
    try {
      const pairs = wanted.map(({ trunk, number }) => ({ number, tenantId: trunk.tenantId as string }));
      const [company] = await companiesOf(this.#sql, pairs);
      return wanted.find(({ trunk }) => trunk.tenantId === company)?.trunk ?? first;
    } catch (error) {
      this.#logger.warn({ err: error }, 'company of a call not read');
      return first;
    }
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
