import type { Logger } from 'pino';
import type { Sql } from '../../store/index.js';
import type { Trunk } from '../dialplan/index.js';
import type { FinalResponse } from '../outcomes.js';
import { retryAfterOf } from '../retry-after.js';
import type { TrunkLink } from './link.js';
import { takeCheck } from './trunk-sql.js';

export interface TrunkJudge {
  judge(trunk: Trunk, response: FinalResponse | 'works'): Promise<void>;
}

/**
 * Asks a trunk by OPTIONS whether it is there (RFC 3261 11). Any answer that is not ours says yes, but for a 503: a
 * trunk may refuse OPTIONS and take calls. Of several gateways one asks each time.
 */
export class TrunkCheck {
  readonly #trunk: Trunk;
  readonly #everySeconds: number;
  readonly #trunks: TrunkJudge;
  readonly #parts: { link: TrunkLink; sql: Sql; logger: Logger };
  #timer: NodeJS.Timeout | undefined;

  constructor(
    trunk: Trunk,
    everySeconds: number,
    trunks: TrunkJudge,
    parts: { link: TrunkLink; sql: Sql; logger: Logger },
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
    const { link, sql, logger } = this.#parts;
    try {
      if (!link.connected() || !(await takeCheck(sql, this.#trunk.key, this.#everySeconds))) return;
      const response = await link.request(this.#trunk, { method: 'OPTIONS' });
      const local = !response.source_address;
      const retryAfter = retryAfterOf(response) ?? this.#everySeconds;
      await this.#trunks.judge(
        this.#trunk,
        local || response.status === 503 ? { status: response.status, local, retryAfter } : 'works',
      );
    } catch (error) {
      // It says nothing of the trunk: the SIP server or the database is away, or it leads to where it may not.
      logger.warn({ err: error, trunk: this.#trunk.name }, 'trunk not checked');
    }
  }
}
