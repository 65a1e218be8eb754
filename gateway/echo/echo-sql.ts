import { partyOfSupervisor } from '../calls/index.js';
import type { Sql } from '../store/index.js';
import { type EchoEvent, type EchoOutcome, type EchoState, stepsOf } from './echo-states.js';

export interface Person {
  tenantId: string;
  userId: string;
}

export interface EchoTest extends Person {
  id: string;
}

/** An agent's newest test, as his desktop shows it. */
export interface EchoView {
  id: string;
  state: EchoState;
  outcome: EchoOutcome | null;
}

/**
 * Begins a test of somebody who has a softphone and no test under way; one whose node is no more is not under way.
 * @returns undefined when he cannot be called now
 */
export async function beginEcho(
  sql: Sql,
  { tenantId, userId }: Person,
  nodeId: string,
): Promise<EchoTest | undefined> {
  const [row] = await sql<EchoTest[]>`
    with begun as (
      insert into echo_tests as e (tenant_id, user_id, node_id)
      select ${tenantId}, ${userId}, ${nodeId}
      where exists (select from registrations r
        where r.tenant_id = ${tenantId} and r.user_id = ${userId} and r.expires_at > now())
      on conflict (tenant_id, user_id) do update
        set id = excluded.id, node_id = excluded.node_id, state = excluded.state, outcome = null
        where e.state = 'done' or not exists (select from nodes n where n.id = e.node_id)
      returning id, tenant_id, user_id, state
    ), logged as (
      insert into events (tenant_id, type, user_id, data)
      select tenant_id, 'echo_test', user_id, jsonb_build_object('test', id, 'state', state) from begun
    )
    select id, tenant_id as "tenantId", user_id as "userId" from begun`;
  return row;
}

/**
 * A step of a test, if it is under way and the step is one of its table.
 * @returns whether it was
 */
export async function stepEcho(
  sql: Sql,
  { id, tenantId, userId }: EchoTest,
  event: EchoEvent,
  outcome: EchoOutcome | null = null,
): Promise<boolean> {
  const { from, to } = stepsOf(event);
  const rows = await sql`
    with stepped as (
      update echo_tests set state = ${to}, outcome = ${outcome}
      where tenant_id = ${tenantId} and user_id = ${userId} and id = ${id} and state = any(${from})
      returning id, tenant_id, user_id, state, outcome
    )
    insert into events (tenant_id, type, user_id, data)
    select tenant_id, 'echo_test', user_id, jsonb_build_object('test', id, 'state', state, 'outcome', outcome) from stepped
    returning id`;
  return rows.length > 0;
}

/** The newest test of somebody; one whose node is no more has failed. */
export async function echoOf(sql: Sql, { tenantId, userId }: Person): Promise<EchoView | null> {
  const [row] = await sql<EchoView[]>`
    select id, case when lost then 'done' else state end as state, case when lost then 'failed' else outcome end as outcome
    from (
      select e.*, e.state <> 'done' and not exists (select from nodes n where n.id = e.node_id) as lost from echo_tests e
      where e.tenant_id = ${tenantId} and e.user_id = ${userId}
    ) newest`;
  return row ?? null;
}

/** Whether he talks, or something is offered to him, or he listens to a talk. */
export async function isEngaged(sql: Sql, { tenantId, userId }: Person): Promise<boolean> {
  const [agent] = await sql`
    select from agents where tenant_id = ${tenantId} and user_id = ${userId} and interaction_id is not null`;
  return agent !== undefined || (await partyOfSupervisor(sql, { tenantId, userId })) !== undefined;
}
