import { ApiError } from '../errors.js';
import type { Sql } from '../store/index.js';
import type { WidgetSettings } from './widget-settings.js';

/** A web site of a tenant, as the widget's key names it. */
export interface Site {
  id: string;
  tenantId: string;
  name: string;
  locales: string[];
  origins: string[];
  /** ISO 3166 codes of the countries that may be called; the first is the default. */
  countries: string[];
  widget: WidgetSettings;
}

async function findSite(sql: Sql, key: string): Promise<Site | undefined> {
  const [row] = await sql<Site[]>`
    select s.id, s.tenant_id as "tenantId", s.name, s.locales, s.origins, s.widget, t.countries
    from sites s join tenants t on t.id = s.tenant_id where s.key = ${key} and s.disabled_at is null`;
  return row;
}

/**
 * The site that a page names, if the page may name it.
 * @param origin the Origin header, where a browser sent one
 * @throws ApiError site_unknown, origin_not_allowed
 */
export async function siteFor(sql: Sql, key: string, origin: string | undefined): Promise<Site> {
  const site = await findSite(sql, key);
  if (!site) throw new ApiError('site_unknown', { field: 'siteKey' });
  if (origin !== undefined && !site.origins.includes(origin)) throw new ApiError('origin_not_allowed');
  return site;
}

/** Whether some site allows this origin: all that a preflight (which names no site) can be asked. */
export async function isKnownOrigin(sql: Sql, origin: string): Promise<boolean> {
  const rows = await sql`select from sites where ${origin} = any (origins) and disabled_at is null limit 1`;
  return rows.length > 0;
}
