import type { Sql } from '../store/index.js';
import type { SiteOwner } from './greetings.js';

/** What the customers of a site have thought of their calls. */
export interface RatingRecord {
  count: number;
  /** 1 to 5; null when nobody has said anything. */
  average: number | null;
  /** How many gave one star, two, … five. */
  stars: number[];
  comments: {
    interactionId: string;
    stars: number;
    comment: string;
    ratedAt: Date;
    queue: string;
    /** Who has talked with the customer. */
    agent: string | null;
  }[];
}

/** So many comments are read at once: the newest. */
const mostComments = 50;

/** How the calls that a site has led to were rated in the last `days` days. */
export async function ratingRecord(
  sql: Sql,
  { tenantId, siteId }: SiteOwner,
  days: number,
): Promise<RatingRecord> {
  const [record] = await sql<RatingRecord[]>`
    with rated as (
      select r.stars
      from ratings r join interactions i on i.tenant_id = r.tenant_id and i.id = r.interaction_id
      where r.tenant_id = ${tenantId} and i.site_id = ${siteId} and r.rated_at > now() - make_interval(days => ${days})
    )
    select count(*)::int as count, round(avg(stars), 2)::float8 as average,
      (select array_agg((select count(*)::int from rated where stars = star) order by star)
        from generate_series(1, 5) star) as stars
    from rated`;
  const comments = await sql<RatingRecord['comments']>`
    select i.id as "interactionId", r.stars, r.comment, r.rated_at as "ratedAt", q.key as queue, u.name as agent
    from ratings r
    join interactions i on i.tenant_id = r.tenant_id and i.id = r.interaction_id
    join queues q on q.tenant_id = i.tenant_id and q.id = i.queue_id
    left join users u on u.tenant_id = i.tenant_id and u.id = i.agent_id
    where r.tenant_id = ${tenantId} and i.site_id = ${siteId} and r.comment is not null
      and r.rated_at > now() - make_interval(days => ${days})
    order by r.rated_at desc, i.id limit ${mostComments}`;
  return { ...record!, comments };
}
