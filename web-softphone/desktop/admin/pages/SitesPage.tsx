import { Button, Checkbox, CloseButton, Group, TextInput } from '@mantine/core';
import { IconPlus, IconWorld } from '@tabler/icons-react';
import { useDesktop } from '../../ui/hooks.js';
import { Link } from '../../ui/Link.js';
import type { Site } from '../api.js';
import { useAdmin, useAdminText, useCollection } from '../context.js';
import type { AdminText } from '../i18n/texts.js';
import { Disabling } from '../parts/Confirm.js';
import { Entry } from '../parts/Entry.js';
import { FormPage, Section, Wide } from '../parts/FormPage.js';
import { TextField } from '../parts/fields.js';
import { ListPage } from '../parts/ListPage.js';
import { errorAt, type FieldErrors } from '../parts/use-fields.js';
import { useRecord } from '../parts/use-record.js';
import classes from './editors.module.css';
import { Snippet } from './Snippet.js';
import { siteColumn, siteStatusColumn } from './site-columns.js';

const path = '/desktop/admin/sites';
const mostOrigins = 50;

export function SitesPage({ id }: { id?: string }) {
  const { house } = useAdmin();
  if (id === undefined) return <SiteList />;
  return (
    <Entry collection={house.sites} id={id} listHref={path}>
      {site => <SiteForm key={site?.id ?? 'new'} site={site} />}
    </Entry>
  );
}

function SiteList() {
  const t = useAdminText();
  const { house } = useAdmin();
  const { rows, failure } = useCollection(house.sites);
  return (
    <ListPage
      title={t.pages.sites}
      text={t.sites.intro}
      rows={rows}
      failure={failure}
      onRetry={() => void house.sites.load()}
      keyOf={site => site.id}
      hrefOf={site => `${path}/${site.id}`}
      dim={site => site.disabledAt !== null}
      add={{ href: `${path}/new`, label: t.sites.addOne }}
      empty={{ icon: IconWorld, title: t.sites.empty, text: t.sites.emptyText }}
      columns={[
        siteColumn(t.sites.what),
        { key: 'origins', label: t.sites.origins, value: site => site.origins.join(', ') },
        siteStatusColumn(t),
      ]}
    />
  );
}

type SiteValues = Pick<Site, 'key' | 'name' | 'origins' | 'locales'>;

function valuesOf({ key, name, origins, locales }: Site): SiteValues {
  return { key, name, origins, locales };
}

/** RFC 6454 6.1, as the server asks for it. */
const origin = /^https?:\/\/([a-z0-9-]+\.)*[a-z0-9-]+(:\d{1,5})?$/;

function faults({ key, name, origins, locales }: SiteValues, t: AdminText): FieldErrors {
  const errors: FieldErrors = {};
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(key)) errors.key = key === '' ? t.missing : t.sites.keyWrong;
  if (name.trim() === '') errors.name = t.missing;
  if (locales.length === 0) errors.locales = t.sites.localesMissing;
  for (const [index, one] of origins.entries()) {
    if (!origin.test(one)) errors[`origins.${index}`] = one === '' ? t.missing : t.sites.originWrong;
    else if (origins.indexOf(one) !== index) errors[`origins.${index}`] = t.sites.originTwice;
  }
  return errors;
}

/** What people paste, as an origin: without path and capitals. */
function tidied(text: string): string {
  const trimmed = text.trim();
  return /^https?:\/\//i.test(trimmed) && URL.canParse(trimmed) ? new URL(trimmed).origin : trimmed;
}

function SiteForm({ site }: { site: Site | undefined }) {
  const t = useAdminText();
  const { house } = useAdmin();
  const { route } = useDesktop();
  const record = useRecord<Site, SiteValues>({
    row: site,
    values: site ? valuesOf(site) : { key: '', name: '', origins: [''], locales: ['en', 'ko'] },
    valuesOf,
    validate: values => faults(values, t),
    save: (row, changes) => (row ? house.sites.change(row, changes) : house.sites.add(changes)),
    read: row => house.sites.read(row.id),
    onAdded: row => route.leave(`${path}/${row.id}`),
  });
  const { form } = record;
  const { origins, locales } = form.values;
  const setOrigins = (next: string[]) => form.set('origins', next);
  return (
    <FormPage
      title={site?.name ?? t.sites.newTitle}
      back={{ href: path, label: t.pages.sites }}
      record={record}
      labels={{ name: t.sites.name, origins: t.sites.origins, locales: t.sites.locales }}
      actions={
        site && (
          <Disabling
            disabled={site.disabledAt !== null}
            title={t.sites.disableTitle(site.name)}
            text={t.sites.disableText}
            set={disabled => house.sites.change(site, { disabled })}
          />
        )
      }
      lead={
        site && (
          <Snippet siteKey={site.key}>
            <Link href={`/desktop/admin/widget/${site.id}`}>{t.widget.toWidget}</Link>
          </Snippet>
        )
      }
    >
      <Section title={t.sites.what}>
        <TextField form={form} field="name" label={t.sites.name} maxLength={80} />
        <TextField
          form={form}
          field="key"
          label={t.key}
          help={t.sites.keyHelp}
          maxLength={64}
          readOnly={!!site}
        />
        <Checkbox.Group
          label={t.sites.locales}
          value={locales}
          error={errorAt(form, 'locales')}
          onChange={next =>
            form.set(
              'locales',
              ['en', 'ko'].filter(one => next.includes(one)),
            )
          }
        >
          <Group mt="xs">
            {(['ko', 'en'] as const).map(locale => (
              <Checkbox key={locale} value={locale} label={t.languages[locale]} />
            ))}
          </Group>
        </Checkbox.Group>
      </Section>
      <Section title={t.sites.origins} text={t.sites.originsText}>
        <Wide>
          <div className={classes.origins}>
            {origins.map((one, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an origin is known by its place
              <div key={index} className={classes.originRow}>
                <TextInput
                  {...form.input(`origins.${index}`)}
                  aria-label={t.sites.origin(index + 1)}
                  placeholder={t.sites.originHelp}
                  type="url"
                  autoCapitalize="none"
                  spellCheck={false}
                  maxLength={255}
                  onBlur={event => {
                    const tidy = tidied(event.currentTarget.value);
                    form.set(`origins.${index}`, tidy);
                    form.setError(
                      `origins.${index}`,
                      faults({ ...form.values, origins: origins.with(index, tidy) }, t)[`origins.${index}`],
                    );
                  }}
                  data-testid={`origin-${index}`}
                />
                {origins.length > 1 && (
                  <CloseButton
                    size="lg"
                    aria-label={t.sites.removeOrigin(one || t.sites.origin(index + 1))}
                    onClick={() => setOrigins(origins.filter((_, at) => at !== index))}
                  />
                )}
              </div>
            ))}
          </div>
          {origins.length < mostOrigins && (
            <Button
              variant="default"
              size="xs"
              mt="sm"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={() => setOrigins([...origins, ''])}
            >
              {t.sites.addOrigin}
            </Button>
          )}
        </Wide>
      </Section>
    </FormPage>
  );
}
