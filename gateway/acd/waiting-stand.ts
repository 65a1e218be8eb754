import type { Sql } from '../store/index.js';
import { estimateWait, type QueueLoad, queueLoad } from './estimates.js';
import type { InteractionRef } from './transitions/index.js';

/** How a customer stands who waits on the line, and what his queue lets him hear meanwhile. */
export interface WaitingStand {
  locale: string;
  music: string;
  /** How often he is told; 0: never. */
  announceSeconds: number;
  /** 1 is next; null while an agent is rung for him, or where the queue does not say. */
  place: number | null;
  /** Null where nobody can know, or where the queue does not say. */
  waitSeconds: number | null;
}

export async function waitingStand(
  sql: Sql,
  { id, tenantId }: InteractionRef,
): Promise<WaitingStand | undefined> {
  const [row] = await sql<(WaitingStand & QueueLoad & { announcePlace: boolean; announceWait: boolean })[]>`
    select i.locale, q.music,
      -- Who only waits until his agent is back with him is told nothing.
      case when i.state = 'bridged' then 0 else q.announce_seconds end as "announceSeconds", q.announce_place as "announcePlace",
      q.announce_wait as "announceWait",
      case when i.state = 'waiting' then (
        select count(*)::int from interactions w
        where w.queue_id = i.queue_id and w.state = 'waiting' and (w.rank_at, w.id) <= (i.rank_at, i.id)) end as place,
      load.*
    from interactions i
    join queues q on q.tenant_id = i.tenant_id and q.id = i.queue_id
    cross join ${queueLoad(sql)}
    where i.tenant_id = ${tenantId} and i.id = ${id}`;
  if (!row) return undefined;
  const { locale, music, announceSeconds, announcePlace, announceWait, place, ...load } = row;
  return {
    ...{ locale, music, announceSeconds },
    place: announcePlace ? place : null,
    waitSeconds: announceWait && place !== null ? estimateWait(place, load) : null,
  };
}

/** Writes down what a waiting customer was told. */
export async function logAnnouncement(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  { heard, place, waitSeconds }: { heard: string; place: number | null; waitSeconds: number | null },
): Promise<void> {
  await sql`
    insert into events (tenant_id, type, interaction_id, queue_id, data)
    select tenant_id, 'announced', id, queue_id, ${sql.json({ heard, place, waitSeconds })}
    from interactions where tenant_id = ${tenantId} and id = ${id}`;
}
