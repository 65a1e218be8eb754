import { hasRoom, type QueuedCaller } from '../../acd/index.js';
import type { InheritedCaller } from '../../callback/index.js';
import { hoursByKey } from '../../hours/index.js';
import { defaults } from '../flow/defaults.js';
import type { StepOf } from '../flow/schema.js';
import { type QueueOpening, queueWorks } from '../flow/world.js';
import type { Came, Stage } from '../stage.js';
import { waitInQueue, waitOn } from './waiting.js';

interface QueueRow extends QueueOpening {
  id: string;
  /** What becomes of a caller when as many wait as may. */
  fullThen: string;
  /** The key of the queue where those go who wait too long. */
  overflow: string | null;
}

/**
 * Enters a queue, and is served there as everybody else: by whom the ACD matches him with.
 * @param queued he stands in it already
 */
export async function queue(
  stage: Stage,
  step: StepOf<'queue'>,
  queued: InheritedCaller | undefined,
): Promise<Came> {
  const terms = {
    waitSeconds: step.maxWaitSeconds ?? defaults.queueSeconds,
    keepsPlace: step.keepPlace ?? true,
  };
  if (queued) return await waitOn(stage, terms, queued);
  const found = await queueToEnter(stage, step.queue);
  if (typeof found === 'string') return { result: found };
  const place = { queueId: found.id, priority: step.priority ?? 0 };
  return await waitInQueue(stage, { ...terms, place, callsBack: terms.keepsPlace });
}

/**
 * Waits for one agent.
 * @param queued he waits for him already
 */
export async function agent(
  stage: Stage,
  step: StepOf<'agent'>,
  queued: InheritedCaller | undefined,
): Promise<Came> {
  const { parts, entry } = stage;
  const terms = { waitSeconds: step.maxWaitSeconds ?? defaults.agentSeconds, keepsPlace: false };
  if (queued) return await waitOn(stage, terms, queued);
  const { id: queueId } = await queueOf(stage, step.queue);
  const [row] = await parts.sql<{ id: string }[]>`
    select id from users where tenant_id = ${entry.tenantId} and email = ${step.agent} and disabled_at is null`;
  if (!row) throw new Error(`there is no agent ${step.agent}`);
  // Nobody else is asked, not even in the moment in which the flow leads him out.
  const place: QueuedCaller['place'] = {
    queueId,
    priority: 0,
    only: { agentId: row.id, seconds: terms.waitSeconds + 60 },
  };
  return await waitInQueue(stage, { ...terms, place, callsBack: true });
}

/** The queue itself, or the one that its callers go to when it is full. */
async function queueToEnter(stage: Stage, key: string): Promise<QueueRow | 'closed' | 'full'> {
  const { sql } = stage.parts;
  const own = await queueOf(stage, key);
  if (!(await works(stage, own))) return 'closed';
  if (await hasRoom(sql, own.id)) return own;
  if (own.fullThen !== 'overflow' || own.overflow === null) return 'full';
  const other = await queueOf(stage, own.overflow);
  return (await works(stage, other)) && (await hasRoom(sql, other.id)) ? other : 'full';
}

async function queueOf({ parts: { sql }, entry: { tenantId } }: Stage, key: string): Promise<QueueRow> {
  const [row] = await sql<QueueRow[]>`
    select q.id, q.open and q.disabled_at is null as open, h.key as hours, q.full_then as "fullThen", o.key as overflow
    from queues q
    left join opening_hours h on h.tenant_id = q.tenant_id and h.id = q.opening_hours_id
    left join queues o on o.tenant_id = q.tenant_id and o.id = q.overflow_queue_id
    where q.tenant_id = ${tenantId} and q.key = ${key}`;
  if (!row) throw new Error(`there is no queue ${key}`);
  return row;
}

async function works(
  { parts: { sql }, entry: { tenantId } }: Stage,
  opening: QueueOpening,
): Promise<boolean> {
  const hours = opening.hours === null ? new Map() : await hoursByKey(sql, tenantId);
  return queueWorks(opening, hours, new Date());
}
