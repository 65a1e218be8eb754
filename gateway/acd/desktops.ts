import type { Fragment, Sql } from '../store/index.js';

export interface Person {
  tenantId: string;
  userId: string;
}

export interface Desktop extends Person {
  id: string;
}

/** A desktop was opened: its agent is there. One who is ready may be offered something from now on. */
export async function openDesktop(
  sql: Sql,
  { id, tenantId, userId }: Desktop,
  nodeId: string,
): Promise<void> {
  await sql`
    with opened as (
      insert into desktops (id, tenant_id, user_id, node_id) values (${id}, ${tenantId}, ${userId}, ${nodeId})
      returning tenant_id, user_id
    )
    insert into events (tenant_id, type, user_id)
    select o.tenant_id, 'desktop_opened', o.user_id from opened o
    join agents a on a.tenant_id = o.tenant_id and a.user_id = o.user_id and a.intent = 'ready'`;
}

/** Its page answered, and said whether it is seen. */
export async function desktopAnswered(sql: Sql, { id }: Desktop, visible: boolean): Promise<void> {
  await sql`update desktops set visible = ${visible}, answering = true
    where id = ${id} and (visible, answering) is distinct from (${visible}, true)`;
}

/** Its socket is gone. The agent may be reloading the page: he is given the grace time. */
export async function loseDesktop(sql: Sql, { id }: Desktop): Promise<void> {
  await sql`update desktops set lost_at = clock_timestamp() where id = ${id} and lost_at is null`;
}

/** Desktops whose node is no more are lost with it. */
export async function loseOrphanDesktops(sql: Sql): Promise<void> {
  await sql`update desktops d set lost_at = clock_timestamp()
    where d.lost_at is null and not exists (select from nodes n where n.id = d.node_id)`;
}

/** Those that were lost with their node had nowhere to come back to until now: their grace time begins. */
export async function renewOrphanGrace(sql: Sql): Promise<void> {
  await sql`update desktops d set lost_at = clock_timestamp()
    where d.lost_at is not null and not exists (select from nodes n where n.id = d.node_id)`;
}

/** How an agent's own state changes with what is known of his desktops; engaged ones keep the moment of their state. */
function since(sql: Sql): Fragment {
  return sql`state_since = case when a.interaction_id is null then clock_timestamp() else a.state_since end`;
}

/**
 * Its page does not answer although its socket lives: a frozen tab, a machine that slept. An agent who has no other
 * desktop that answers is unreachable from now on; what he is engaged with goes on.
 */
export async function desktopSilent(sql: Sql, { id, tenantId, userId }: Desktop): Promise<void> {
  await sql`
    with silent as (
      update desktops set answering = false where id = ${id} and answering returning id
    ), unreachable as (
      update agents a set unreachable_since = clock_timestamp(), reason = 'desktop_frozen', ${since(sql)}
      from silent
      where a.tenant_id = ${tenantId} and a.user_id = ${userId} and a.intent = 'ready' and a.unreachable_since is null
        and not exists (select from desktops d
          where d.user_id = ${userId} and d.id <> ${id} and d.answering and d.lost_at is null)
      returning a.tenant_id, a.user_id
    )
    insert into events (tenant_id, type, user_id, data)
    select tenant_id, 'agent_unreachable', user_id, '{"reason": "desktop_frozen"}' from unreachable`;
}

/**
 * Takes away desktops that have been lost for the grace time. An agent who has no other is not there, whatever he said
 * before: he is offline and gets no offer. Who is in a talk is spared: it waits for him, and has a time of its own.
 */
export async function dismissLost(sql: Sql, graceSeconds: number): Promise<void> {
  await sql`
    with gone as (
      delete from desktops d where lost_at <= clock_timestamp() - make_interval(secs => ${graceSeconds})
        and not exists (select from agents a join interactions i on i.tenant_id = a.tenant_id and i.id = a.interaction_id
          where a.user_id = d.user_id and i.state = 'bridged')
      returning id, tenant_id, user_id
    ), away as (
      update agents a set intent = 'offline', reason = 'desktop_closed', unreachable_since = null, ${since(sql)}
      from (select distinct tenant_id, user_id from gone) g
      where a.tenant_id = g.tenant_id and a.user_id = g.user_id and a.intent <> 'offline'
        and not exists (select from desktops d where d.user_id = a.user_id and d.id not in (select id from gone))
      returning a.tenant_id, a.user_id
    )
    insert into events (tenant_id, type, user_id, data)
    select tenant_id, 'agent_intent', user_id, '{"intent": "offline", "reason": "desktop_closed"}' from away`;
}
