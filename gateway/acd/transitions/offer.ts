/** Steps of an offer and of the agent who has it, until he talks. */
import type { Sql } from '../../store/index.js';
import type { Outcome } from '../states.js';
import { backToQueue, isInternalCall, isOwnCall, mayWait, offTheLine, onTheLine } from './fragments.js';
import { type InteractionRef, move, type ServedInteraction } from './move.js';
import { type DropOut, dropOut, takeOffer } from './several.js';

/** Where it is offered to this agent among others, he drops out; where he is the only one, the step is taken. */
async function hisAlone(
  sql: Sql,
  ref: InteractionRef,
  his: DropOut,
  step: () => Promise<ServedInteraction | undefined>,
): Promise<ServedInteraction | undefined> {
  const { agentId } = ref;
  return (agentId && (await dropOut(sql, ref, agentId, his))) || (await step());
}

/** The agent took the offer; from now on the offer cannot expire. Of several to whom it is offered the first has it. */
export async function accept(sql: Sql, ref: InteractionRef, by?: string) {
  const taken = await move(sql, ref, {
    event: 'accepted',
    to: 'accepted',
    agent: 'keep',
    by,
    set: sql`, accepted_at = clock_timestamp()`,
  });
  return taken ?? (by === undefined ? undefined : await takeOffer(sql, ref, by));
}

/** The agent does not want it: it waits again in its old place, and he goes on being ready for others. */
export function decline(sql: Sql, ref: InteractionRef, by: string) {
  const set = backToQueue(sql);
  const his = { reason: 'declined', agent: 'release', passedOver: true } as const;
  return hisAlone(sql, { ...ref, agentId: by }, his, () =>
    move(sql, ref, {
      ...{ event: 'declined', to: 'waiting', agent: 'release', by, set, passedOver: true },
      only: mayWait(sql),
    }),
  );
}

/** Nobody answered in time: it waits again in its old place, and the agent is paused where he can see why. */
export function expireOffer(sql: Sql, ref: InteractionRef) {
  return hisAlone(sql, ref, { reason: 'no_answer', agent: 'pause' }, () =>
    move(sql, ref, { event: 'offer_expired', to: 'waiting', agent: 'pause', set: backToQueue(sql) }),
  );
}

/**
 * An agent lost to the end of his gateway or of an engine has let nothing go by: he may be asked again at once. One without
 * a softphone is asked when he has one.
 */
const blameless: ReadonlySet<string> = new Set([
  'gateway_lost',
  'restart',
  'shutdown',
  'dropped',
  'agent_dropped',
  'softphone_gone',
  'elsewhere',
]);

/**
 * The agent's leg failed before the customer was reached: the customer keeps his place for the next agent. Who was called
 * by the agent himself has none, and the call is over.
 */
export async function loseAgent(sql: Sql, ref: InteractionRef, reason: string) {
  const passedOver = !blameless.has(reason);
  const waits = await hisAlone(sql, ref, { reason, agent: 'release', passedOver }, () =>
    move(sql, ref, {
      event: 'agent_lost',
      to: 'waiting',
      agent: 'release',
      only: sql`and not ${isOwnCall(sql)}`,
      set: offTheLine(sql),
      passedOver,
      data: { reason },
    }),
  );
  return waits ?? (await callOver(sql, ref, 'agent_lost', { reason }));
}

/**
 * A call that its agent began himself is over: he was lost before anybody had answered, or it was with a colleague. With a
 * customer on the line it ends as any other (`end`).
 */
export function callOver(
  sql: Sql,
  ref: InteractionRef,
  outcome: Outcome,
  data: Record<string, string> = {},
): Promise<ServedInteraction | undefined> {
  return move(sql, ref, {
    event: 'call_over',
    to: 'done',
    agent: 'free',
    only: sql`and ${isOwnCall(sql)} and (state <> 'bridged' or ${isInternalCall(sql)})`,
    set: sql`, outcome = ${outcome}, agent_away_until = null, ended_at = clock_timestamp(), done_at = clock_timestamp(),
      customer_live_since = null`,
    data: { outcome, ...data },
  });
}

/**
 * The agent's desktop did not answer for the offer: the next agent is asked, and this one gets nothing until he says that
 * he is back.
 * @returns undefined when it has answered after all, or the offer is no more
 */
export function failProbe(sql: Sql, ref: InteractionRef) {
  const reason = 'probe_unanswered';
  return hisAlone(sql, ref, { reason, agent: 'unreachable', unproven: true }, () =>
    move(sql, ref, {
      event: 'agent_lost',
      to: 'waiting',
      agent: 'unreachable',
      only: sql`and state = 'offered' and proven_at is null and coalesce(offered_present, '{}') = '{}'`,
      set: backToQueue(sql),
      data: { reason },
    }),
  );
}

/** The offers for which nobody knows yet whether this agent is there. */
export async function unprovenOffers(
  sql: Sql,
  { tenantId, userId }: { tenantId: string; userId: string },
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select i.id from agents a join interactions i on i.tenant_id = a.tenant_id and i.id = a.interaction_id
    where a.tenant_id = ${tenantId} and a.user_id = ${userId} and i.state = 'offered'
      and (i.agent_id = a.user_id and i.proven_at is null
        or a.user_id = any(i.offered_to) and not a.user_id = any(i.offered_present))`;
  return rows.map(({ id }) => id);
}

/** The agent's desktop answered for the offer: he may be rung. */
export async function proveAgent(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  { by, visible }: { by: string; visible: boolean },
): Promise<boolean> {
  const rows = await sql`
    with proven as (
      update interactions set proven_at = case when agent_id is not null then clock_timestamp() end,
        offered_present = case when offered_to is not null then offered_present || ${by}::uuid end
      where tenant_id = ${tenantId} and id = ${id} and state = 'offered'
        and (agent_id = ${by} and proven_at is null or ${by} = any(offered_to) and not ${by} = any(offered_present))
      returning id, tenant_id, queue_id
    )
    insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
    select tenant_id, 'agent_present', id, queue_id, ${by}, ${sql.json({ visible })} from proven returning id`;
  return rows.length > 0;
}

/**
 * The agent is gone while the customer is on the line: he waits for the next one, before all who are not on the line.
 * @param why what the agent's leg came to; who did not answer (`no_answer`) is paused, as by an offer that expires
 */
export function agentGone(sql: Sql, ref: InteractionRef, why: string) {
  const effect = {
    agent: why === 'no_answer' ? 'pause' : 'release',
    passedOver: !blameless.has(why),
  } as const;
  return hisAlone(sql, ref, { ...effect, reason: why }, () =>
    move(sql, ref, {
      ...effect,
      event: 'agent_gone',
      to: 'waiting',
      only: sql`${onTheLine(sql)} ${mayWait(sql)}`,
      set: sql`${backToQueue(sql)}, bridged_at = null`,
      data: { reason: why },
    }),
  );
}
