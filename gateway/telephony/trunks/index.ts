import type { Logger } from 'pino';
import type { Sql } from '../../store/index.js';
import type { Dialplan, Trunk } from '../dialplan/index.js';
import type { FinalResponse } from '../outcomes.js';
import type { TrunkState } from '../port.js';
import type { SipServer } from '../sip-server.js';
import { TrunkCallers } from './callers.js';
import { Channels } from './channels.js';
import { TrunkCheck } from './check.js';
import { faultOf } from './faults.js';
import { TrunkRegistration } from './registration.js';
import { markFault, markUp, trunkStates } from './trunk-sql.js';

export type { TrunkCallers } from './callers.js';
export type { Channel } from './channels.js';
export { mayPresent } from './trunk-sql.js';

export interface TrunksOptions {
  server: SipServer;
  sql: Sql;
  dialplan: Dialplan;
  logger: Logger;
}

/** The lines to the telephone network: their channels, their health, our registrations with them, and who they are. */
export class Trunks {
  readonly channels: Channels;
  readonly callers: TrunkCallers;
  readonly #options: TrunksOptions;
  readonly #works: { start(): void; stop(): void }[];

  constructor(options: TrunksOptions) {
    const { sql, logger, dialplan } = options;
    this.#options = options;
    this.channels = new Channels(sql, logger);
    this.callers = new TrunkCallers(sql, dialplan, logger);
    const registering = { ...options, onChange: () => this.callers.forget() };
    const each = dialplan.trunks.flatMap(trunk => [
      ...(trunk.checkSeconds === undefined ? [] : [new TrunkCheck(trunk, trunk.checkSeconds, this, options)]),
      ...(trunk.registerSeconds === undefined
        ? []
        : [new TrunkRegistration(trunk, trunk.registerSeconds, registering)]),
    ]);
    this.#works = [this.channels, ...each];
  }

  start(): void {
    for (const work of this.#works) work.start();
  }

  stop(): void {
    for (const work of this.#works) work.stop();
  }

  states(tenantId?: string): Promise<TrunkState[]> {
    return trunkStates(
      this.#options.sql,
      this.#options.dialplan.trunks.map(({ name }) => name),
      tenantId,
    );
  }

  /** A trunk has answered: what it says is of the callee, or it says itself what is wrong with it. */
  async judge(trunk: Trunk, response: FinalResponse | 'works'): Promise<void> {
    const { sql, logger } = this.#options;
    const rule = response === 'works' ? undefined : faultOf(response);
    const log = logger.child({ trunk: trunk.name });
    try {
      if (response === 'works' || rule === undefined) {
        if (await markUp(sql, trunk.name)) log.info('the trunk works again');
        return;
      }
      const reason = response.local ? 'no_answer' : String(response.status);
      const seconds = await markFault(sql, trunk.name, reason, rule);
      if (seconds !== undefined) log.warn({ reason, seconds }, 'the trunk is passed over');
    } catch (error) {
      log.warn({ err: error }, 'state of the trunk not written');
    }
  }
}
