import type { Sql } from '../store/index.js';

/** The site of a company. */
export interface SiteOwner {
  tenantId: string;
  siteId: string;
}

/** How a greeting has fared. */
export interface GreetingRecord {
  key: string;
  shown: number;
  /** Who opened the panel by it. */
  accepted: number;
  /** Who asked for a call then. */
  converted: number;
}

/** Counts that a greeting was shown, or taken, today in the company's time zone. */
export async function countGreeting(
  sql: Sql,
  { tenantId, siteId }: SiteOwner,
  greeting: string,
  what: 'shown' | 'accepted',
): Promise<void> {
  await sql`
    insert into greeting_counts as c (tenant_id, site_id, greeting, day, shown, accepted)
    select t.id, ${siteId}, ${greeting}, (now() at time zone t.time_zone)::date,
      ${what === 'shown' ? 1 : 0}::int, ${what === 'accepted' ? 1 : 0}::int
    from tenants t where t.id = ${tenantId}
    on conflict (site_id, greeting, day) do update
      set shown = c.shown + excluded.shown, accepted = c.accepted + excluded.accepted`;
}

/** How the greetings of a site have fared in the last `days` days; those that are no longer shown, too. */
export function greetingRecords(sql: Sql, { tenantId, siteId }: SiteOwner, days: number) {
  return sql<GreetingRecord[]>`
    with asked as (
      select greeting, count(*)::int as converted from interactions
      where tenant_id = ${tenantId} and site_id = ${siteId} and greeting is not null
        and requested_at > now() - make_interval(days => ${days})
      group by greeting
    ), seen as (
      select greeting, sum(shown)::int as shown, sum(accepted)::int as accepted from greeting_counts
      where tenant_id = ${tenantId} and site_id = ${siteId} and day > current_date - ${days}::int
      group by greeting
    )
    select greeting as key, coalesce(shown, 0) as shown, coalesce(accepted, 0) as accepted, coalesce(converted, 0) as converted
    from seen full join asked using (greeting) order by 2 desc, 1`;
}
