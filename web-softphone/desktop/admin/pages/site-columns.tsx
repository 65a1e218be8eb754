import type { Site } from '../api.js';
import type { AdminText } from '../i18n/texts.js';
import type { Column } from '../parts/ListPage.js';
import { Sub, Tag } from '../parts/small.js';

/** A site by its name, and the key that its pages have. */
export function siteColumn(label: string): Column<Site> {
  return {
    key: 'name',
    label,
    value: site => `${site.name} ${site.key}`,
    cell: site => (
      <>
        {site.name}
        <Sub>{site.key}</Sub>
      </>
    ),
  };
}

/** Whether a site is at work. */
export function siteStatusColumn(t: AdminText): Column<Site> {
  const word = (site: Site) => (site.disabledAt === null ? t.active : t.disabled);
  return {
    key: 'status',
    label: t.sites.status,
    value: word,
    cell: site => <Tag tone={site.disabledAt === null ? 'good' : 'plain'}>{word(site)}</Tag>,
  };
}
