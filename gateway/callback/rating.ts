import type { InteractionRef } from '../acd/index.js';
import type { Sql } from '../store/index.js';

export interface Rating {
  /** 1 to 5. */
  stars: number;
  comment: string | null;
}

/** How long after the talk it can be rated. */
const rateableHours = 24;

/**
 * Stores what the customer thought of a talk that has taken place; said again, it replaces what he said before.
 * @returns false when there was no talk, or it is too long ago
 */
export async function rate(sql: Sql, { id, tenantId }: InteractionRef, rating: Rating): Promise<boolean> {
  const rows = await sql`
    with rated as (
      insert into ratings (tenant_id, interaction_id, stars, comment)
      select tenant_id, id, ${rating.stars}::smallint, ${rating.comment} from interactions
      where tenant_id = ${tenantId} and id = ${id} and outcome = 'completed'
        and ended_at > now() - make_interval(hours => ${rateableHours})
      on conflict (interaction_id) do update
        set stars = excluded.stars, comment = coalesce(excluded.comment, ratings.comment), rated_at = now()
      returning interaction_id
    )
    insert into events (tenant_id, type, interaction_id, queue_id, data)
    select i.tenant_id, 'rated', i.id, i.queue_id, jsonb_build_object('stars', ${rating.stars}::int)
    from rated join interactions i on i.id = rated.interaction_id
    returning id`;
  return rows.length > 0;
}
