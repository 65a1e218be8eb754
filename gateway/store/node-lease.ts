import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { isDatabaseAway } from './away.js';
import type { Sql } from './connection.js';

/** Another living gateway has this name. */
export class NodeNameTaken extends Error {
  override readonly name = 'NodeNameTaken';
  constructor(name: string) {
    super(
      `Another gateway with the name "${name}" is running on this database. Give each its own by RINGBRIDGE_NODE_NAME.`,
    );
  }
}

/** What the application_name of every gateway's connections begins with. */
const gatewayApplication = 'ringbridge-gateway';

/** How often the lease is renewed, milliseconds. */
const beatMs = 2_000;

/** A node that has not renewed its lease for so long is dead, seconds. */
const silentSeconds = 6;

/** How long a start waits for the lock of an earlier process of the same name to be let go, milliseconds. */
const predecessorMs = 3_000;
const predecessorRetryMs = 100;

/** Any number that other applications in the same database do not use; the name's hash is the lock's other half. */
const lockClass = 740_526;

export interface NodeLeaseOptions {
  /** A connection of its own (`max: 1`): the session holds the lock on the name. */
  sql: Sql;
  name: string;
  logger: Logger;
}

/**
 * This process among the gateways of one database. It renews its lease every two seconds; whoever is silent for six
 * is taken out, and `onLost` says so: exactly one node takes a given one out. A process that is killed and started
 * again under its name needs no six seconds: the lock on the name went with its connection.
 */
export class NodeLease {
  readonly id = randomUUID();
  readonly #options: NodeLeaseOptions;
  readonly #listeners = new Set<() => void>();
  #beat: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;

  constructor(options: NodeLeaseOptions) {
    this.#options = options;
  }

  /** Of this node's connections: notices of events bear it. */
  get applicationName(): string {
    return `${gatewayApplication} ${this.id}`;
  }

  /** Whether a notice was written by another gateway. */
  isOther(applicationName: string): boolean {
    return applicationName.startsWith(gatewayApplication) && applicationName !== this.applicationName;
  }

  /**
   * Takes the name, and the place of the process that had it before.
   * @throws NodeNameTaken
   */
  async start(): Promise<void> {
    const { sql, name } = this.#options;
    const giveUp = Date.now() + predecessorMs;
    while (!(await this.#lock())) {
      if (Date.now() > giveUp) throw new NodeNameTaken(name);
      await new Promise(resolve => setTimeout(resolve, predecessorRetryMs));
    }
    await sql`delete from nodes where name = ${name}`;
    await this.#renew();
    this.#beat = setInterval(() => {
      this.#beating ??= this.#tick().finally(() => {
        this.#beating = undefined;
      });
    }, beatMs).unref();
  }

  /** Gives the lease back: what it has not ended is put in order by the others at once. */
  async stop(): Promise<void> {
    clearInterval(this.#beat);
    await this.#beating;
    await this.#options.sql`delete from nodes where id = ${this.id}`;
  }

  /** Called after a node was found dead and taken out. */
  onLost(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #tick(): Promise<void> {
    const { logger } = this.#options;
    try {
      if (!(await this.#lock())) logger.error('another gateway has taken the name of this one');
      const dead = await this.#renew();
      if (dead.length === 0) return;
      logger.warn({ nodes: dead }, 'gateways were silent and are taken out');
      for (const listener of this.#listeners) listener();
    } catch (error) {
      if (isDatabaseAway(error)) logger.warn({ err: error }, 'lease not renewed');
      else logger.error({ err: error }, 'lease not renewed');
    }
  }

  /** Holds the lock on the name in this session; a session that was made anew takes it again. */
  async #lock(): Promise<boolean> {
    const { sql, name } = this.#options;
    const [row] = await sql<{ held: boolean }[]>`
      select exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and classid = ${lockClass})
        or pg_try_advisory_lock(${lockClass}, hashtext(${name})) as held`;
    return row?.held ?? false;
  }

  /**
   * Renews the lease, or takes it anew where the others have taken this node out, and takes out who is silent. A node
   * that was away itself (or the whole database was) gives the others the time to come back before it judges.
   */
  async #renew(): Promise<string[]> {
    const { sql, name } = this.#options;
    const rows = await sql<{ name: string }[]>`
      with me as (
        insert into nodes (id, name) values (${this.id}, ${name})
        on conflict (id) do update set heartbeat_at = now(),
          steady_since = case when nodes.heartbeat_at < now() - make_interval(secs => ${silentSeconds})
            then now() else nodes.steady_since end
        returning steady_since
      )
      delete from nodes n using me
      where n.id <> ${this.id} and n.heartbeat_at < now() - make_interval(secs => ${silentSeconds})
        and me.steady_since < now() - make_interval(secs => ${silentSeconds})
      returning n.name`;
    return rows.map(row => row.name);
  }
}
