import type { Logger } from 'pino';
import type { Sql } from '../../store/index.js';
import type { Trunk } from '../dialplan/index.js';
import { TrunkCheck, type TrunkJudge } from './check.js';
import type { TrunkLink } from './link.js';
import { TrunkRegistration } from './registration.js';

export interface LineParts {
  link: TrunkLink;
  sql: Sql;
  logger: Logger;
  judge: TrunkJudge;
  /** Told before and after the trunk may have learned where to send its calls. */
  onRegistration: () => void;
}

/** What is done for one trunk all the time: it is checked, and registered with, where its entry says so. */
export class LineWork {
  readonly #check: TrunkCheck | undefined;
  readonly #registration: TrunkRegistration | undefined;

  constructor(trunk: Trunk, { judge, onRegistration, ...parts }: LineParts) {
    const { checkSeconds, registerSeconds } = trunk;
    this.#check = checkSeconds === undefined ? undefined : new TrunkCheck(trunk, checkSeconds, judge, parts);
    this.#registration =
      registerSeconds === undefined
        ? undefined
        : new TrunkRegistration(trunk, registerSeconds, { ...parts, onChange: onRegistration });
  }

  start(): void {
    this.#check?.start();
    this.#registration?.start();
  }

  /** This gateway goes, or goes on with another entry of the same line: a registration stays. */
  stop(): void {
    this.#check?.stop();
    this.#registration?.stop();
  }

  /** The line is no more. */
  async retire(): Promise<void> {
    this.#check?.stop();
    await this.#registration?.retire();
  }
}
