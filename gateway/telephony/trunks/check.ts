import type { Logger } from 'pino';
import type { Sql } from '../../store/index.js';
import type { Trunk } from '../dialplan/index.js';
import type { FinalResponse } from '../outcomes.js';
import { retryAfterOf } from '../retry-after.js';
import type { SipServer } from '../sip-server.js';
import { trunkUri } from './address.js';
import { takeCheck } from './trunk-sql.js';

interface Judge {
  judge(trunk: Trunk, response: FinalResponse | 'works'): Promise<void>;
}

/**
 * Asks a trunk by OPTIONS whether it is there (RFC 3261 11). Any answer that is not ours says yes, but for a 503: a
 * trunk may refuse OPTIONS and take calls. Of several gateways one asks each time.
 */
export class TrunkCheck {
  readonly #trunk: Trunk;
  readonly #everySeconds: number;
  readonly #trunks: Judge;
  readonly #parts: { server: SipServer; sql: Sql; logger: Logger };
  #timer: NodeJS.Timeout | undefined;

  constructor(
    trunk: Trunk,
    everySeconds: number,
    trunks: Judge,
    parts: { server: SipServer; sql: Sql; logger: Logger },
  ) {
    this.#trunk = trunk;
    this.#everySeconds = everySeconds;
    this.#trunks = trunks;
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#check(), this.#everySeconds * 1000).unref();
    void this.#check();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    const { server, sql, logger } = this.#parts;
    try {
      if (!server.connected() || !(await takeCheck(sql, this.#trunk.name, this.#everySeconds))) return;
      const response = await server.request(trunkUri(this.#trunk), { method: 'OPTIONS' });
      const local = !response.source_address;
      const retryAfter = retryAfterOf(response) ?? this.#everySeconds;
      await this.#trunks.judge(
        this.#trunk,
        local || response.status === 503 ? { status: response.status, local, retryAfter } : 'works',
      );
    } catch (error) {
      // It says nothing of the trunk: the SIP server or the database is away.
      logger.warn({ err: error, trunk: this.#trunk.name }, 'trunk not checked');
    }
  }
}
