import type { Logger } from 'pino';
import { ApiError } from '../../errors.js';
import { SharedReading } from '../../shared-reading.js';
import { type Announcements, type Sql, StoreClock } from '../../store/index.js';
import type { Dialplan, Trunk } from '../dialplan/index.js';
import type { FinalResponse } from '../outcomes.js';
import type { TrunkState } from '../port.js';
import type { SipServer } from '../sip-server.js';
import type { AddressGuard } from './address-guard.js';
import { TrunkCallers } from './callers.js';
import { Channels } from './channels.js';
import { faultOf } from './faults.js';
import { LineWork } from './line-work.js';
import { Lines } from './lines.js';
import { TrunkLink } from './link.js';
import type { PasswordBox } from './password-box.js';
import { readTenantTrunk, type TenantTrunk } from './tenant-trunk.js';
import { forgetLines, type TrunkRow, trunksInUse, trunksOf, withoutOperator } from './tenant-trunk-sql.js';
import { markFault, markUp, trunkStates } from './trunk-sql.js';

export type { TrunkCallers } from './callers.js';
export type { Channel } from './channels.js';
export { mayPresent } from './trunk-sql.js';

export interface TrunksOptions {
  server: SipServer;
  sql: Sql;
  announcements: Announcements;
  dialplan: Dialplan;
  passwords: PasswordBox;
  guard: AddressGuard;
  logger: Logger;
}

/** A change that nobody has told of is seen within so long, milliseconds. */
const longestMs = 60_000;

/** The lines to the telephone network: their channels, their health, our registrations with them, and who they are. */
export class Trunks {
  readonly channels: Channels;
  readonly callers: TrunkCallers;
  readonly lines: Lines;
  readonly link: TrunkLink;
  readonly #options: TrunksOptions;
  readonly #operators: LineWork[] = [];
  readonly #own = new Map<string, { version: number; work: LineWork }>();
  readonly #reading = new SharedReading(() => this.#read());
  readonly #clock: StoreClock;
  #stopped = false;

  constructor(options: TrunksOptions) {
    const { server, sql, logger, dialplan, guard } = options;
    this.#options = options;
    this.lines = new Lines(dialplan);
    this.link = new TrunkLink(server, guard);
    this.channels = new Channels(sql, logger);
    this.callers = new TrunkCallers(sql, this.lines, logger);
    this.#clock = new StoreClock(
      {
        planning: new Set(['administered']),
        complaint: 'trunks of companies not read; those before stay in use',
        longestMs,
        look: async () => {
          await this.read();
          return undefined;
        },
      },
      logger,
    );
  }

  async start(): Promise<void> {
    this.channels.start();
    this.#operators.push(...this.lines.operators.map(trunk => this.#workFor(trunk)));
    for (const work of this.#operators) work.start();
    await this.read();
    this.#clock.start(this.#options.announcements);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#clock.stop();
    this.channels.stop();
    for (const work of [...this.#operators, ...[...this.#own.values()].map(({ work }) => work)]) work.stop();
  }

  /** Reads the trunks of companies anew, and does for each what is to be done by now. */
  read(): Promise<void> {
    return this.#reading.get();
  }

  /** How the operator's trunks stand, and those of companies that are in use; or all of one company's own. */
  async states(tenantId?: string): Promise<TrunkState[]> {
    const { sql } = this.#options;
    const rows = tenantId === undefined ? await trunksInUse(sql) : await trunksOf(sql, tenantId);
    const operators = this.lines.operators.map(({ key, name }) => ({ key, name, tenantId: null, id: null }));
    const all = [...operators, ...rows];
    const states = await trunkStates(
      sql,
      all.map(({ key }) => key),
      tenantId,
    );
    return states.map((state, index) => {
      const { name, tenantId, id } = all[index]!;
      return { name, tenantId, id, ...state };
    });
  }

  /** A company's trunk as the store has it, in use or not. */
  async stored(tenantId: string, id: string): Promise<TenantTrunk | undefined> {
    const rows = await trunksOf(this.#options.sql, tenantId);
    const row = rows.find(one => one.id === id);
    return row && this.#opened(row);
  }

  /** @throws ApiError where it leads to is not for companies */
  async admit(trunk: TenantTrunk): Promise<void> {
    const bar = await this.#options.guard.bar(trunk);
    if (!bar) return;
    if (bar.why === 'unknown') throw new ApiError('trunk_host_unknown', { field: 'address' });
    throw new ApiError('trunk_address_private', { field: 'address', params: { address: bar.address } });
  }

  /** A trunk has answered: what it says is of the callee, or it says itself what is wrong with it. */
  async judge(trunk: Trunk, response: FinalResponse | 'works'): Promise<void> {
    const { sql, logger } = this.#options;
    const rule = response === 'works' ? undefined : faultOf(response);
    const log = logger.child({ trunk: trunk.name });
    try {
      if (response === 'works' || rule === undefined) {
        if (await markUp(sql, trunk.key)) log.info('the trunk works again');
        return;
      }
      const reason = response.local ? 'no_answer' : String(response.status);
      const seconds = await markFault(sql, trunk.key, reason, rule);
      if (seconds !== undefined) log.warn({ reason, seconds }, 'the trunk is passed over');
    } catch (error) {
      log.warn({ err: error }, 'state of the trunk not written');
    }
  }

  async #read(): Promise<void> {
    const { sql } = this.#options;
    const [rows, without] = await Promise.all([trunksInUse(sql), withoutOperator(sql)]);
    if (this.#stopped) return;
    const read = rows.flatMap(row => {
      const trunk = this.#readable(row);
      return trunk ? [{ trunk, version: row.version }] : [];
    });
    const own = read.map(({ trunk }) => trunk);
    this.lines.take(own, without);
    const inUse = new Set(own.map(({ key }) => key));
    const gone = [...this.#own].filter(([key]) => !inUse.has(key));
    for (const [key] of gone) this.#own.delete(key);
    for (const { trunk, version } of read) this.#attend(trunk, version);
    // A registrar may take its time, and nobody has to wait for it.
    if (gone.length > 0) void this.#retire(gone.map(([, { work }]) => work));
  }

  #attend(trunk: Trunk, version: number): void {
    const known = this.#own.get(trunk.key);
    if (known?.version === version) return;
    known?.work.stop();
    const work = this.#workFor(trunk);
    this.#own.set(trunk.key, { version, work });
    work.start();
  }

  #workFor(trunk: Trunk): LineWork {
    const { sql, logger } = this.#options;
    const onRegistration = () => this.callers.forget();
    return new LineWork(trunk, { link: this.link, sql, logger, judge: this, onRegistration });
  }

  async #retire(works: readonly LineWork[]): Promise<void> {
    const { sql, logger } = this.#options;
    try {
      await Promise.all(works.map(work => work.retire()));
      await forgetLines(sql);
    } catch (error) {
      // What was registered ends by itself, and what is left in the store is cleared away the next time.
      logger.warn({ err: error }, 'trunk not given up in order');
    }
  }

  /** Undefined for what cannot be used; the log says why. */
  #readable(row: TrunkRow): TenantTrunk | undefined {
    try {
      return this.#opened(row);
    } catch (error) {
      const { tenantId, name } = row;
      this.#options.logger.error(
        { err: error, tenantId, trunk: name },
        'the trunk of a company is not usable',
      );
      return undefined;
    }
  }

  /** @throws ApiError what is wrong with it */
  #opened({ tenantId, id, name, settings, password, key }: TrunkRow): TenantTrunk {
    const { username } = settings;
    const known = password && this.#options.passwords.open(Buffer.from(password), ownerOf(tenantId, id));
    if (username !== undefined && !known) throw new ApiError('trunk_password_missing', { field: 'password' });
    const auth = username !== undefined && known ? { username, password: known } : undefined;
    return readTenantTrunk({ name, ...settings }, { tenantId, key, auth });
  }
}

/** Whose a sealed password is. */
export const ownerOf = (tenantId: string, id: string): string => `${tenantId}/${id}`;
