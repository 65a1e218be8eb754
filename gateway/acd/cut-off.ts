import { type Fragment, type Sql, unlessTaken } from '../store/index.js';
import { heldByHim } from './hold.js';
import { statesBefore } from './states.js';
import { type InteractionRef, offTheLine, takenBefore } from './transitions/index.js';

/** What of ours has ended a talk that neither of the two has ended. */
export type CutOffCause = 'engine_lost' | 'gateway_lost' | 'shutdown' | 'internal_error';

/** So often a customer is called again after a cut. The next one is put before a person: his call itself may be the cause. */
const mostCuts = 2;

/** For so long only the agent is asked who has talked with him, if he goes on being ready. */
const sameAgentSeconds = 30;

/**
 * Talks that we have cut off go on by another call, in one statement. The customer waits again in his place and is called, in the
 * hours of his queue or not, first by the agent he has talked with; a caller becomes a callback by that (migration 0091). What was
 * said until then stays as a piece of its own (`part_of`) with its agent and its seconds. The agent is free at once and
 * without a wrap-up, to go on. Who has been cut off too often waits for a person.
 *
 * Not of these: whoever may not be called back, and calls that agents have begun.
 * @param which a condition on the interaction `i`
 * @returns how many
 */
export async function cutOffTalks(
  sql: Sql,
  which: Fragment,
  cause: CutOffCause,
  { skipLocked = false, key = null }: { skipLocked?: boolean; key?: string | null } = {},
): Promise<number> {
  const rows = await sql`
    with cut as (
      select i.*, (select count(*) from events e where e.interaction_id = i.id and e.type = 'cut_off') >= ${mostCuts} as too_often,
        coalesce(i.agent_id, i.transferred_by) as spoke_with, clock_timestamp() as cut_at
      from interactions i
      where i.state in ${sql(statesBefore('cut_off'))} and i.part_of is null
        and (i.channel = 'callback' or i.channel = 'call' and i.call_back and i.phone is not null) and ${which}
      for update of i ${skipLocked ? sql`skip locked` : sql``}
    ), part as (
      insert into interactions (tenant_id, part_of, channel, via, state, outcome, queue_id, agent_id, node_id, phone, name, note,
        locale, page_url, page_title, place_at, requested_at, offered_at, accepted_at, dialed_at, bridged_at, ended_at, done_at, held_ms)
      select tenant_id, id, channel, via, 'done', 'cut_off', queue_id, agent_id, node_id, phone, name, note, locale, page_url, page_title,
        place_at, requested_at, offered_at, accepted_at, dialed_at, bridged_at, cut_at, cut_at, ${heldByHim(sql)}
      from cut i where agent_id is not null
    ), served as (
      select a.tenant_id, a.user_id, a.interaction_id, a.intent = 'ready' as stays from cut join agents a
        on a.tenant_id = cut.tenant_id and a.user_id = cut.spoke_with for update of a
    ), moved as (
      update interactions i set state = case when cut.too_often then 'scheduled' else 'waiting' end, last_outcome = 'cut_off',
        bridged_at = null, queued_at = cut.cut_at, wait_limit_at = null, called_now = true,
        last_agent_id = coalesce(cut.spoke_with, i.last_agent_id),
        held_until = case when (select stays from served s where s.user_id = cut.spoke_with)
          then cut.cut_at + make_interval(secs => ${sameAgentSeconds}) end,
        due_at = null, slot_at = null, slot_until = null, slot_seat = null, transferred_by = null, transfer = null, forwarded_to = null
        ${offTheLine(sql)}
      from cut where i.id = cut.id
      returning i.id
    ), freed as (
      update agents a set interaction_id = null, state_since = clock_timestamp(), idle_since = clock_timestamp()
      from served, cut
      where a.tenant_id = served.tenant_id and a.user_id = served.user_id and served.interaction_id = cut.id
    ), logged as (
      insert into events (tenant_id, type, interaction_id, queue_id, user_id, step_key, data)
      select tenant_id, case when too_often then 'held' else 'cut_off' end, id, queue_id, agent_id, ${key}::uuid,
        jsonb_build_object('cause', ${cause}::text, 'talked', extract(epoch from cut_at - bridged_at)::int)
          || case when too_often then '{"outcome": "cut_off"}' else '{}' end::jsonb
      from cut
    )
    select id from moved`;
  return rows.length;
}

/**
 * The same for one talk, while it is this agent's.
 * @returns false when it does not go on: it is to be ended
 */
export async function cutOff(sql: Sql, ref: InteractionRef, cause: CutOffCause): Promise<boolean> {
  const { id, tenantId, agentId, step } = ref;
  const his = agentId ? sql`and i.agent_id = ${agentId}` : sql``;
  const which = sql`i.tenant_id = ${tenantId} and i.id = ${id} ${his}`;
  const goesOn = await unlessTaken<unknown>(
    step,
    key => takenBefore(sql, ref, key),
    async () => (await cutOffTalks(sql, which, cause, { key: step?.key ?? null })) || undefined,
  );
  return goesOn !== undefined;
}
