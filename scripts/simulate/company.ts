/** The company of a simulated day: on a database of its own, whose clock stands until it is moved on. */
import { connect, migrate, type Sql } from '../../gateway/store/index.js';
import { seedDemo } from '../../gateway/tenants/index.js';
import { atWork } from '../at-work.js';
import { type AgentGroup, type Day, momentOf } from './day.js';

export interface Agent {
  id: string;
  group: AgentGroup;
}

/**
 * The database's clock is what the setting `ringbridge.now` of the session says, in seconds of Unix time, which are read fastest:
 * its functions of time stand before those of PostgreSQL in the search path, so that the product's statements, defaults and
 * triggers go by it unchanged.
 */
async function standStill(url: string): Promise<void> {
  const sql = connect({ url, max: 1 });
  try {
    await sql.unsafe(`
      create function public.now() returns timestamptz language sql stable
        as $$ select to_timestamp(current_setting('ringbridge.now')::float8) $$;
      create function public.clock_timestamp() returns timestamptz language sql stable
        as $$ select to_timestamp(current_setting('ringbridge.now')::float8) $$;
      do $$ begin
        execute format('alter database %I set search_path = public, pg_catalog', current_database());
        execute format('alter database %I set synchronous_commit = off', current_database());
      end $$`);
  } finally {
    await sql.end();
  }
}

export class Company {
  readonly nodeId = crypto.randomUUID();
  #now = 0;
  #told = 0;
  #failure: unknown;

  private constructor(
    private readonly connection: Sql,
    readonly tenantId: string,
    readonly siteId: string,
    /** By key. */
    readonly queues: ReadonlyMap<string, string>,
    readonly agents: readonly Agent[],
  ) {}

  /** @param url an empty database */
  static async found(url: string, day: Day): Promise<Company> {
    await standStill(url);
    const sql = connect({ url, max: 1, applicationName: 'ringbridge-simulation' });
    try {
      await moveTo(sql, momentOf(day, '00:00'));
      await migrate(sql);
      // Nobody listens.
      await sql`drop trigger announce on events`;
      await seedDemo(sql, { origins: [], password: crypto.randomUUID() });
      const [site] = await sql<{ id: string; tenantId: string }[]>`
        select id, tenant_id as "tenantId" from sites`;
      if (!site) throw new Error('the company has no site');
      const queues = await openQueues(sql, site.tenantId, day);
      const agents = await hire(sql, site.tenantId, day, queues);
      await sql`vacuum analyze`;
      return new Company(sql, site.tenantId, site.id, queues, agents);
    } catch (error) {
      await sql.end();
      throw error;
    }
  }

  /** It is then now, milliseconds of Unix time. */
  moveTo(at: number): void {
    this.#now = at;
  }

  /**
   * The database, whose clock is told the time first, by a statement that goes out just before the next one. The connection is
   * one, so they are carried out in that order.
   */
  get sql(): Sql {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#told !== this.#now) {
      this.#told = this.#now;
      this.take(moveTo(this.connection, this.#now));
    }
    return this.connection;
  }

  /**
   * A step whose answer nobody needs is not waited for: it goes out before those of the next event, because between two events
   * the caller awaits something. One that fails, or is not taken, ends the run all the same.
   */
  take(step: Promise<unknown>): void {
    const failed = (error: unknown) => {
      this.#failure ??= error;
    };
    step.then(taken => {
      if (taken === undefined || taken === false) failed(new Error('a step was not taken'));
    }, failed);
  }

  /** Resolves when all steps are taken. */
  async settled(): Promise<void> {
    await this.sql`select`;
    if (this.#failure !== undefined) throw this.#failure;
  }

  close(): Promise<void> {
    return this.connection.end();
  }
}

function moveTo(sql: Sql, at: number) {
  return sql`select set_config('ringbridge.now', ${String(at / 1000)}, false)`;
}

async function openQueues(sql: Sql, tenantId: string, day: Day): Promise<Map<string, string>> {
  await sql`delete from queues where tenant_id = ${tenantId}`;
  const queues = new Map<string, string>();
  for (const {
    key,
    offerSeconds = 30,
    strategy = 'longest_idle',
    ringAtOnce = 10,
    priority = 0,
    skillSteps = [],
  } of day.queues) {
    const [row] = await sql<{ id: string }[]>`
      insert into queues (tenant_id, key, name, offer_seconds, strategy, ring_at_once, priority, skill_steps)
      values (${tenantId}, ${key}, ${sql.json({ en: key, ko: key })}, ${offerSeconds}, ${strategy}, ${ringAtOnce},
        ${priority}, ${sql.json(skillSteps)})
      returning id`;
    queues.set(key, row!.id);
  }
  return queues;
}

/** Each with a telephone that stays registered beyond the day. */
async function hire(
  sql: Sql,
  tenantId: string,
  day: Day,
  queues: ReadonlyMap<string, string>,
): Promise<Agent[]> {
  const agents: Agent[] = [];
  for (const [number, group] of day.agents.entries()) {
    const served = group.queues.map(key => queues.get(key)!);
    const rows = await sql<{ id: string }[]>`
      with person as (
        insert into users (tenant_id, email, name, role, password_hash)
        select ${tenantId}, 'agent' || n || '@group' || ${number}::int || '.example', 'Agent ' || n, 'agent', '!'
        from generate_series(1, ${group.count}::int) n
        returning tenant_id, id
      ), agent as (
        insert into agents (tenant_id, user_id, skills) select ${tenantId}, id, ${sql.json(group.skills ?? {})} from person
      ), serves as (
        insert into agent_queues (tenant_id, user_id, queue_id)
        select ${tenantId}, id, queue::uuid from person, unnest(${served}::text[]) queue
      ), ${atWork(sql, 72)}
      select id from person order by id`;
    agents.push(...rows.map(({ id }) => ({ id, group })));
  }
  return agents;
}
