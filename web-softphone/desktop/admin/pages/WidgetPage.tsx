import { IconMessageCircle } from '@tabler/icons-react';
import { Link } from '../../ui/Link.js';
import { useAdmin, useAdminText, useCollection } from '../context.js';
import { Entry } from '../parts/Entry.js';
import { ListPage } from '../parts/ListPage.js';
import { siteColumn, siteStatusColumn } from './site-columns.js';
import { WidgetForm } from './WidgetForm.js';
import classes from './widget.module.css';
import { path } from './widget-values.js';

export function WidgetPage({ id }: { id?: string }) {
  const { house } = useAdmin();
  if (id === undefined) return <WidgetList />;
  return (
    <Entry collection={house.sites} id={id} listHref={path}>
      {site => site && <WidgetForm key={site.id} site={site} />}
    </Entry>
  );
}

/** The button of each site. */
function WidgetList() {
  const t = useAdminText();
  const { house } = useAdmin();
  const { rows, failure } = useCollection(house.sites);
  return (
    <ListPage
      title={t.pages.widget}
      text={t.widget.intro}
      rows={rows}
      failure={failure}
      onRetry={() => void house.sites.load()}
      keyOf={site => site.id}
      hrefOf={site => `${path}/${site.id}`}
      dim={site => site.disabledAt !== null}
      actions={<Link href="/desktop/admin/sites">{t.widget.toSites}</Link>}
      empty={{ icon: IconMessageCircle, title: t.widget.empty, text: t.widget.emptyText }}
      columns={[
        siteColumn(t.widget.site),
        {
          key: 'colour',
          label: t.widget.colour,
          value: ({ widget }) => widget.accent ?? '',
          cell: ({ widget }) =>
            widget.accent ? (
              <>
                <span className={classes.swatch} style={{ background: widget.accent }} />
                {widget.accent}
              </>
            ) : (
              t.widget.ownColour
            ),
        },
        {
          key: 'side',
          label: t.widget.side,
          value: ({ widget }) => t.widget.positions[widget.position ?? 'end'],
          wide: true,
        },
        {
          key: 'greetings',
          label: t.widget.greetingCount,
          value: ({ widget }) => widget.greetings?.length ?? 0,
          numeric: true,
        },
        { ...siteStatusColumn(t), wide: true },
      ]}
    />
  );
}
