import { type Sql, transaction } from '../store/index.js';
import { type InteractionRef, move } from './transitions/index.js';

/** A caller who enters a queue. */
export interface QueuedCaller {
  id: string;
  tenantId: string;
  inboundCallId: string;
  /** E.164; null: withheld. */
  phone: string | null;
  locale: string;
  /** Whether he is called back when his line is lost by no wish of his. */
  callBack: boolean;
  /** The node that holds his line: it alone can bring an agent to him. */
  nodeId: string;
  place: {
    queueId: string;
    priority: number;
    /** The one agent he waits for, and for how long nobody else is asked. */
    only?: { agentId: string; seconds: number };
  };
}

/** He takes his place: from now on he is matched like all others, before those who are not on the line. */
export async function enqueueCaller(sql: Sql, caller: QueuedCaller): Promise<void> {
  const { id, tenantId, inboundCallId, phone, locale, nodeId, place, callBack } = caller;
  const { queueId, priority, only } = place;
  await transaction(sql, async tx => {
    // What a lost connection has left open may have been stored all the same.
    const rows = await tx`
      insert into interactions (id, tenant_id, channel, state, queue_id, phone, locale, inbound_call_id, priority,
        customer_live_since, node_id, call_back)
      values (${id}, ${tenantId}, 'call', 'waiting', ${queueId}, ${phone}, ${locale}, ${inboundCallId}, ${priority},
        clock_timestamp(), ${nodeId}, ${callBack})
      on conflict (id) do nothing returning id`;
    if (rows.length === 0) return;
    if (only)
      await tx`
        update interactions set last_agent_id = ${only.agentId},
          held_until = clock_timestamp() + make_interval(secs => ${only.seconds})
        where tenant_id = ${tenantId} and id = ${id}`;
    await tx`
      insert into events (tenant_id, type, interaction_id, queue_id)
      values (${tenantId}, 'requested', ${id}, ${queueId})`;
  });
}

/** How long a caller who keeps his place is not rung at most, because he still hears that he will be, seconds. */
const farewellSeconds = 15;

/**
 * The caller hangs up and keeps his place: he is called when it is his turn. The database makes him a callback, or joins
 * him with the one he has asked for already (migration 0091).
 * @param phone where he wants to be called
 */
export function keepPlace(sql: Sql, ref: InteractionRef, phone: string) {
  return move(sql, ref, {
    event: 'place_kept',
    to: 'scheduled',
    agent: 'keep',
    only: sql`and customer_live_since is not null`,
    set: sql`, customer_live_since = null, node_id = null, phone = ${phone}, call_back = true,
      due_at = clock_timestamp() + make_interval(secs => ${farewellSeconds})`,
  });
}

/** He has hung up: from now on he is called when it is his turn. */
export function placeIsDue(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, { event: 'due', to: 'waiting', agent: 'keep', set: sql`, due_at = null` });
}

/** His flow leads the caller out of the queue: he has waited as long as it lets him. */
export function flowOut(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'flowed_out',
    to: 'done',
    agent: 'keep',
    only: sql`and customer_live_since is not null`,
    set: sql`, outcome = 'flowed_out', ended_at = clock_timestamp(), done_at = clock_timestamp()`,
    data: { outcome: 'flowed_out' },
  });
}

/** What the queue offers somebody on the line who has waited for its longest time; undefined: nothing. */
export async function waitLimitOffer(
  sql: Sql,
  { id, tenantId }: InteractionRef,
): Promise<string | undefined> {
  const [row] = await sql<{ offers: string }[]>`
    select q.max_wait_then as offers from interactions i join queues q on q.tenant_id = i.tenant_id and q.id = i.queue_id
    where i.tenant_id = ${tenantId} and i.id = ${id}`;
  return row?.offers;
}
