/** What the ACD is measured with: agents who are ready and customers who wait, put into the store by the thousand. */
import type { Sql } from '../../../gateway/store/index.js';
import { atWork } from '../../at-work.js';

/** `count` agents of one queue, with softphones that are registered; they are offline until `beReady`. */
export async function hire(sql: Sql, count: number): Promise<void> {
  await sql`
    with person as (
      insert into users (tenant_id, email, name, role, password_hash)
      select q.tenant_id, 'robot' || n || '@demo.example', 'Robot ' || n, 'agent', '!'
      from queues q, generate_series(1, ${count}) n where q.key = 'sales'
      returning tenant_id, id
    ), agent as (
      insert into agents (tenant_id, user_id, skills) select tenant_id, id, '{"ko": 3, "sales": 2}' from person
    ), serves as (
      insert into agent_queues (tenant_id, user_id, queue_id)
      select p.tenant_id, p.id, q.id from person p join queues q on q.tenant_id = p.tenant_id and q.key = 'sales'
    ), ${atWork(sql, 12)}
    select from person`;
  // What a queue with skills costs: three steps, so that those who wait stand in several lanes.
  await sql`update queues set offer_seconds = 300, skill_steps =
    '[{"after": 0, "require": {"ko": 4}}, {"after": 30, "require": {"ko": 3}}, {"after": 60}]' where key = 'sales'`;
}

let asked = 0;

/**
 * Fills up each step of the skills to its third of `count`. By the whole count the first step would crowd out the others in
 * the end: nobody can serve it, so none of it is ever taken away.
 * @returns how many came
 */
export async function fill(sql: Sql, count: number): Promise<number> {
  const { count: came } = await sql`
    insert into interactions (tenant_id, channel, state, site_id, queue_id, phone, locale, place_at, skill_step)
    select q.tenant_id, 'callback', 'waiting', s.id, q.id, '+8210' || (10000000 + ${asked} + row_number() over ()), 'ko',
      clock_timestamp() - make_interval(secs => step * 40), step
    from queues q join sites s on s.tenant_id = q.tenant_id, generate_series(0, 2) step,
      lateral (select count(*) as n from interactions i where i.state = 'waiting' and i.skill_step = step) there,
      generate_series(there.n + 1, ${Math.ceil(count / 3)}) missing
    where q.key = 'sales'`;
  asked += came;
  return came;
}

/** All agents are ready, and a match is looked for. */
export async function beReady(sql: Sql): Promise<void> {
  await sql`update agents set intent = 'ready' where interaction_id is null and user_id in (select user_id from registrations)`;
  await sql`insert into events (tenant_id, type) select id, 'agent_intent' from tenants limit 1`;
}

/** Resolves when every agent who is ready has an offer: until then whoever becomes free stands behind those who were free before. */
export async function allEngaged(sql: Sql): Promise<void> {
  for (;;) {
    const free = await sql`
      select from agents where intent = 'ready' and interaction_id is null and unreachable_since is null limit 1`;
    if (free.length === 0) return;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
