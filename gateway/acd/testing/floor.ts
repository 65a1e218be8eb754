/** A company on a database of its own, with as many agents as a test wants: what the tests of the ACD work on. */
import { testDatabase } from '../../../test/support/database.js';
import { connect, migrate, type Sql } from '../../store/index.js';
import { seedDemo } from '../../tenants/index.js';
import { setIntent } from '../agents.js';
import { enqueueCallback } from '../enqueue.js';
import { offerWaiting } from '../matching.js';
import type { SlotTerms } from '../seats.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

let phones = 0;

export class Floor {
  readonly nodeId = crypto.randomUUID();

  private constructor(
    readonly url: string,
    readonly sql: Sql,
    readonly tenantId: string,
    readonly siteId: string,
    /** Of the queue `sales`. */
    readonly queueId: string,
    /** The two of the demo. */
    readonly agents: readonly { id: string }[],
  ) {}

  static async open(t: Teardown): Promise<Floor> {
    const { url } = await testDatabase(t);
    const sql = connect({ url, max: 8 });
    t.teardown(() => sql.end());
    await migrate(sql);
    await seedDemo(sql, { origins: ['http://localhost'], password: 'irrelevant here' });
    const [site] = await sql<{ id: string; tenantId: string }[]>`
      select id, tenant_id as "tenantId" from sites`;
    const [queue] = await sql<{ id: string }[]>`select id from queues where key = 'sales'`;
    const agents = await sql<{ id: string }[]>`select user_id as id from agents order by user_id`;
    if (!site || !queue) throw new Error('no demo data');
    const floor = new Floor(url, sql, site.tenantId, site.id, queue.id, [...agents]);
    await sql`insert into nodes (id, name) values (${floor.nodeId}, 'test')`;
    return floor;
  }

  /** One more agent of the queue. */
  async hire(skills: Record<string, number> = {}): Promise<string> {
    const { sql, tenantId, queueId } = this;
    const [row] = await sql<{ id: string }[]>`
      with person as (
        insert into users (tenant_id, email, name, role, password_hash)
        values (${tenantId}, ${`${crypto.randomUUID()}@demo.example`}, 'Hired', 'agent', '!') returning id
      ), agent as (
        insert into agents (tenant_id, user_id, skills) select ${tenantId}, id, ${sql.json(skills)} from person
      ), serves as (
        insert into agent_queues (tenant_id, user_id, queue_id) select ${tenantId}, id, ${queueId} from person
      )
      select id from person`;
    return row!.id;
  }

  /** A softphone that is there, so that the agent counts as free. */
  async register(userId: string): Promise<void> {
    const { sql, tenantId } = this;
    const [session] = await sql<{ id: string }[]>`
      insert into sessions (tenant_id, user_id, token_hash, expires_at)
      values (${tenantId}, ${userId}, ${crypto.randomUUID()}::text::bytea, now() + interval '1 hour') returning id`;
    await sql`insert into softphone_credentials (username, tenant_id, user_id, session_id, ha1, expires_at)
      values (${userId}, ${tenantId}, ${userId}, ${session!.id}, 'x', now() + interval '1 hour')`;
    await sql`insert into registrations (tenant_id, user_id, username, contact, transport, call_id, cseq, expires_at)
      values (${tenantId}, ${userId}, ${userId}, 'sip:x@y.invalid', 'ws', 'c', 1, now() + interval '1 hour')`;
  }

  ready(userId: string): Promise<boolean> {
    return setIntent(this.sql, { tenantId: this.tenantId, userId }, 'ready', null);
  }

  /** An agent of the queue who is ready, with a softphone. */
  async staff(skills: Record<string, number> = {}): Promise<string> {
    const id = await this.hire(skills);
    await this.register(id);
    await this.ready(id);
    return id;
  }

  async request({ phone, locale = 'ko', queueId = this.queueId, slot }: RequestOptions = {}) {
    phones += 1;
    const enqueued = await enqueueCallback(this.sql, {
      tenantId: this.tenantId,
      siteId: this.siteId,
      queueId,
      phone: phone ?? `+8210${String(55500000 + phones)}`,
      locale,
      requester: Buffer.alloc(16),
      slot,
    });
    if (typeof enqueued === 'string') throw new Error(enqueued);
    return enqueued;
  }

  /** One match, if there is one. */
  async offer() {
    return (await offerWaiting(this.sql, this.nodeId, 1)).offers[0];
  }

  /** Has what is offered to one agent offered to a second one, too. False: it is not offered. */
  async offerToBoth({ id }: { id: string }, first: string, second: string): Promise<boolean> {
    const rows = await this.sql`
      with doubled as (
        update interactions set agent_id = null, proven_at = null, offered_to = array[${first}, ${second}]::uuid[],
          offered_present = case when proven_at is null then '{}' else array[${first}]::uuid[] end
        where id = ${id} and state = 'offered' and agent_id = ${first} returning id
      )
      update agents a set interaction_id = doubled.id from doubled where a.user_id = ${second} returning a.user_id`;
    return rows.length > 0;
  }

  /** Lets time pass for whatever waits: their moments go back by so much. */
  async pass(seconds: number): Promise<void> {
    await this.sql`update interactions set place_at = place_at - make_interval(secs => ${seconds}),
      held_until = held_until - make_interval(secs => ${seconds}) where state = 'waiting'`;
    await this.sql`update declined_offers set declined_at = declined_at - make_interval(secs => ${seconds})`;
    await this.sql`update interactions set wake_at = clock_timestamp() where state = 'waiting'`;
  }
}

interface RequestOptions {
  phone?: string;
  locale?: string;
  queueId?: string;
  slot?: SlotTerms | undefined;
}
