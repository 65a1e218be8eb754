import { Button, Select, TextInput } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { formatFull } from '../../format/time.js';
import { wordFor } from '../../i18n/word.js';
import { ProblemAlert } from '../../ui/common/ProblemAlert.js';
import { useLanguage } from '../../ui/hooks.js';
import type { AuditEntry } from '../api.js';
import { useAdmin, useAdminText, useCollection } from '../context.js';
import { Loading } from '../parts/ListPage.js';
import list from '../parts/list.module.css';
import { PageHead } from '../parts/PageHead.js';
import { Sub } from '../parts/small.js';
import { valueText } from '../parts/value-text.js';
import classes from './audit.module.css';

const pageSize = 50;

interface Filter {
  kind: string | null;
  by: string | null;
  from: string;
  until: string;
  name: string;
}

const everything: Filter = { kind: null, by: null, from: '', until: '', name: '' };

/** The first moment of a day of the viewer's, or of the one after it. */
function momentOf(day: string, plusDays = 0): string | undefined {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return undefined;
  return new Date(year, month - 1, date + plusDays).toISOString();
}

/** What administrators have changed. */
export function AuditPage() {
  const t = useAdminText();
  const { house } = useAdmin();
  const { rows: people } = useCollection(house.people);
  const [filter, setFilter] = useState<Filter>(everything);
  const [entries, setEntries] = useState<AuditEntry[] | null>(null);
  const [complete, setComplete] = useState(false);
  const [loading, setLoading] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const load = useCallback(
    async (wanted: Filter, after: AuditEntry[], isCurrent: () => boolean) => {
      setLoading(true);
      setFailure(null);
      try {
        const { kind, by, name } = wanted;
        const query = {
          ...(kind !== null && { kind }),
          ...(by !== null && { by }),
          ...(name.trim() !== '' && { name: name.trim() }),
          from: momentOf(wanted.from),
          until: momentOf(wanted.until, 1),
          before: after.at(-1)?.id,
        };
        const found = await house.api.audit(query, pageSize);
        if (!isCurrent()) return;
        setEntries([...after, ...found]);
        setComplete(found.length < pageSize);
      } catch (problem) {
        if (isCurrent()) setFailure(problem);
      } finally {
        if (isCurrent()) setLoading(false);
      }
    },
    [house],
  );

  // While somebody types, only the last word is asked for.
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => void load(filter, [], () => current), filter.name === '' ? 0 : 250);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [filter, load]);

  const set = (part: Partial<Filter>) => setFilter({ ...filter, ...part });
  const filtered = Object.values(filter).some(value => value !== null && value !== '');
  const more = () => void load(filter, entries ?? [], () => true);
  return (
    <>
      <PageHead title={t.pages.audit} text={t.audit.intro} />
      <search className={classes.filter}>
        <Select
          label={t.audit.kind}
          placeholder={t.audit.anyKind}
          data={Object.entries(t.audit.kinds).map(([value, label]) => ({ value, label }))}
          value={filter.kind}
          onChange={kind => set({ kind })}
          clearable
          data-testid="audit-kind"
        />
        <Select
          label={t.audit.who}
          placeholder={t.audit.anyone}
          data={(people ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={filter.by}
          onChange={by => set({ by })}
          clearable
        />
        <TextInput
          label={t.audit.from}
          type="date"
          value={filter.from}
          onChange={event => set({ from: event.currentTarget.value })}
        />
        <TextInput
          label={t.audit.until}
          type="date"
          value={filter.until}
          onChange={event => set({ until: event.currentTarget.value })}
        />
        <TextInput
          label={t.audit.name}
          value={filter.name}
          maxLength={80}
          onChange={event => set({ name: event.currentTarget.value })}
          data-testid="audit-name"
        />
        <Button variant="default" disabled={!filtered} onClick={() => setFilter(everything)}>
          {t.audit.reset}
        </Button>
      </search>
      {failure !== null && <ProblemAlert title={t.listFailed} failure={failure} onRetry={more} />}
      {entries === null && failure === null && <Loading />}
      {entries?.length === 0 && (
        <div className={list.empty} data-testid="empty">
          <IconHistory size={36} stroke={1.5} aria-hidden />
          <p className={list.emptyTitle}>{t.audit.empty}</p>
          <p>{t.audit.emptyText}</p>
        </div>
      )}
      {entries !== null && entries.length > 0 && (
        <div className={list.card}>
          <Entries entries={entries} />
          <div className={classes.end}>
            {complete ? (
              <Sub>{t.audit.end}</Sub>
            ) : (
              <Button variant="default" size="sm" loading={loading} onClick={more}>
                {t.audit.more}
              </Button>
            )}
          </div>
        </div>
      )}
    </>
  );
}

function Entries({ entries }: { entries: readonly AuditEntry[] }) {
  const t = useAdminText();
  const language = useLanguage();
  return (
    <table className={list.table} data-testid="list">
      <caption className={list.caption}>{t.pages.audit}</caption>
      <thead>
        <tr>
          <th scope="col">{t.audit.when}</th>
          <th scope="col" data-wide="true">
            {t.audit.who}
          </th>
          <th scope="col">{t.audit.what}</th>
          <th scope="col">{t.audit.change}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map(({ id, at, by, kind, action, name, change }) => {
          const parts = Object.entries(change).filter(([, value]) => value !== null);
          return (
            <tr key={id}>
              <td className={classes.moment}>
                <time dateTime={at}>{formatFull(at, language)}</time>
                <span className={classes.who}>{by.name}</span>
              </td>
              <td data-wide="true">{by.name}</td>
              <td>
                {name}
                <Sub>{wordFor(t.audit.kinds, kind)}</Sub>
              </td>
              <td>
                {t.audit.actions[action]}
                {parts.length > 0 && (
                  <details className={classes.details}>
                    <summary>{t.audit.details}</summary>
                    <dl>
                      {parts.map(([field, value]) => (
                        <div key={field}>
                          <dt>{field}</dt>
                          <dd>{valueText(value, t)}</dd>
                        </div>
                      ))}
                    </dl>
                  </details>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
