import type { Logger } from 'pino';
import type { Sql } from '../../store/index.js';
import { parseAddress, splitList } from '../contact-header.js';
import { fromTag, newCallId } from '../dialog-id.js';
import type { Trunk } from '../dialplan/index.js';
import type { SipResponse } from '../srf.js';
import { newContactUser } from './callers.js';
import type { TrunkLink } from './link.js';
import { endRegistration, noteRegistration, registrationDueMs, takeRegistration } from './trunk-sql.js';

/** Refreshed when this part of its life is over, so that two tries are left before it ends. */
const refreshAfter = 0.7;
const firstRetrySeconds = 30;
const longestRetrySeconds = 600;

export interface RegistrationParts {
  link: TrunkLink;
  sql: Sql;
  logger: Logger;
  /** Told before and after the trunk may have learned where to send its calls. */
  onChange: () => void;
}

/**
 * Registers with a trunk and keeps it registered (RFC 3261 10.2), so that it knows where to send its calls. When it is
 * due is in the store, and so is our contact: of several gateways one sends the REGISTER, whichever comes first.
 */
export class TrunkRegistration {
  readonly #trunk: Trunk;
  readonly #parts: RegistrationParts;
  #expires: number;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(trunk: Trunk, registerSeconds: number, parts: RegistrationParts) {
    this.#trunk = trunk;
    this.#expires = registerSeconds;
    this.#parts = { ...parts, logger: parts.logger.child({ trunk: trunk.name }) };
  }

  start(): void {
    this.#running = this.#run();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** The trunk is no more: its registration is taken back, by whichever gateway comes first. */
  async retire(): Promise<void> {
    this.stop();
    await this.#running;
    const { link, sql, logger } = this.#parts;
    const user = await endRegistration(sql, this.#trunk.key);
    if (user === undefined || !link.connected()) return;
    const { status } = await this.#send(user, 0);
    logger.info({ status }, 'registration with the trunk taken back');
  }

  async #run(): Promise<void> {
    const { link, sql, logger } = this.#parts;
    let nextMs = firstRetrySeconds * 1000;
    try {
      const user = link.connected() && (await takeRegistration(sql, this.#trunk.key, newContactUser()));
      if (user) await this.#register(user);
      // Never at once: a clock that differs from the database's would make it a loop.
      nextMs = Math.max(1000, await registrationDueMs(sql, this.#trunk.key));
    } catch (error) {
      logger.warn({ err: error }, 'registration not tried');
    }
    if (!this.#stopped) this.#timer = setTimeout(() => this.start(), nextMs).unref();
  }

  async #register(user: string): Promise<void> {
    const { sql, logger, onChange } = this.#parts;
    // A call may come as soon as the trunk has answered.
    onChange();
    let response = await this.#send(user, this.#expires);
    const least = Number.parseInt(response.get('Min-Expires') ?? '', 10);
    if (response.status === 423 && least > this.#expires) {
      // RFC 3261 10.2.8: the registrar names the shortest it takes.
      this.#expires = least;
      response = await this.#send(user, this.#expires);
    }
    if (response.status >= 200 && response.status < 300) {
      const boundSeconds = grantedSeconds(response, user, this.#expires);
      const registrarAddress = response.source_address;
      this.#failures = 0;
      await noteRegistration(
        sql,
        this.#trunk.key,
        { boundSeconds, registrarAddress },
        boundSeconds * refreshAfter,
      );
      onChange();
      logger.info({ boundSeconds }, 'registered with the trunk');
      return;
    }
    this.#failures += 1;
    const retrySeconds = Math.min(firstRetrySeconds * 2 ** (this.#failures - 1), longestRetrySeconds);
    const fault = response.source_address ? `${response.status} ${response.reason}` : 'no_answer';
    await noteRegistration(sql, this.#trunk.key, { fault }, retrySeconds);
    logger.warn({ fault, retrySeconds }, 'not registered with the trunk');
  }

  /** @param expires seconds; 0 takes the contact back (RFC 3261 10.2.2) */
  #send(user: string, expires: number): Promise<SipResponse> {
    const { auth, fromDomain, hostPort, transport } = this.#trunk;
    if (!auth) throw new Error(`trunk ${this.#trunk.name} has no credential to register with`);
    const callId = newCallId();
    const identity = `<sip:${auth.username}@${fromDomain ?? hostPort}>`;
    return this.#parts.link.request(this.#trunk, {
      method: 'REGISTER',
      headers: {
        From: `${identity};tag=${fromTag(callId)}`,
        To: identity,
        'call-id': callId,
        // The SIP server writes its own address in place of `localhost`.
        Contact: `<sip:${user}@localhost${transport === 'udp' ? '' : `;transport=${transport}`}>`,
        Expires: String(expires),
      },
      auth,
    });
  }
}

/**
 * How long the trunk has bound us: it says so with our contact, among those of others that it has for the account
 * (RFC 3261 10.3 step 8), or with all, or it took what we asked for.
 */
export function grantedSeconds(response: Pick<SipResponse, 'get'>, user: string, asked: number): number {
  const contacts = splitList(response.get('Contact') ?? '');
  const own = contacts.find(contact => parseAddress(contact)?.user === user);
  const contact = /;\s*expires\s*=\s*"?(\d+)/i.exec(own ?? '')?.[1];
  const granted = Number.parseInt(contact ?? response.get('Expires') ?? '', 10);
  return granted > 0 ? Math.min(granted, asked) : asked;
}
