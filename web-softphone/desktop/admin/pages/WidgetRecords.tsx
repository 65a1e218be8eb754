import { SegmentedControl } from '@mantine/core';
import { useCallback, useEffect, useId, useState } from 'react';
import { formatMoment } from '../../format/time.js';
import { ProblemAlert } from '../../ui/common/ProblemAlert.js';
import { useLanguage } from '../../ui/hooks.js';
import type { GreetingRecord, RatingRecord, Site } from '../api.js';
import { useAdmin, useAdminText, useCollection, useNameOf } from '../context.js';
import { Loading } from '../parts/ListPage.js';
import { Panel, Sub } from '../parts/small.js';
import classes from './widget.module.css';

const periods = [7, 30, 90] as const;

interface Records {
  greetings: GreetingRecord[];
  ratings: RatingRecord;
}

/** What came of the greetings of a site, and what its visitors thought of their calls. */
export function WidgetRecords({ site }: { site: Site }) {
  const t = useAdminText();
  const { house } = useAdmin();
  const [days, setDays] = useState<number>(30);
  const [records, setRecords] = useState<Records | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const name = useId();
  const read = useCallback(async () => {
    const [greetings, ratings] = await Promise.all([
      house.api.greetings(site.id, days),
      house.api.ratings(site.id, days),
    ]);
    return { greetings, ratings };
  }, [house, site.id, days]);
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: again when it is asked for
  useEffect(() => {
    let wanted = true;
    setFailure(null);
    read().then(
      found => wanted && setRecords(found),
      problem => wanted && setFailure(problem),
    );
    return () => {
      wanted = false;
    };
  }, [read, tries]);
  return (
    <>
      <Panel title={t.widget.records} testId="greeting-records">
        <div className={classes.recordHead}>
          <p>{t.widget.recordsText}</p>
          <SegmentedControl
            aria-label={t.widget.period}
            name={name}
            size="sm"
            value={String(days)}
            onChange={next => setDays(Number(next))}
            data={periods.map(period => ({ value: String(period), label: t.widget.lastDays(period) }))}
          />
        </div>
        {failure !== null ? (
          <ProblemAlert
            title={t.widget.recordsFailed}
            failure={failure}
            onRetry={() => setTries(tries + 1)}
          />
        ) : records ? (
          <Greetings site={site} records={records.greetings} />
        ) : (
          <Loading />
        )}
      </Panel>
      {failure === null && records && (
        <Panel title={t.widget.ratings} testId="ratings">
          <Ratings ratings={records.ratings} />
        </Panel>
      )}
    </>
  );
}

function Greetings({ site, records }: { site: Site; records: readonly GreetingRecord[] }) {
  const t = useAdminText();
  const language = useLanguage();
  const number = new Intl.NumberFormat(language);
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const greetings = site.widget.greetings ?? [];
  const never = greetings.filter(({ key }) => !records.some(record => record.key === key));
  const rows = [...records, ...never.map(({ key }) => ({ key, shown: 0, accepted: 0, converted: 0 }))];
  if (rows.length === 0) return <p>{t.widget.noRecords}</p>;
  const of = (part: number, whole: number) => (whole > 0 ? <Sub>{share.format(part / whole)}</Sub> : null);
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t.widget.greetings}</th>
            <th scope="col" data-numeric="true">
              {t.widget.shown}
            </th>
            <th scope="col" data-numeric="true">
              {t.widget.accepted}
            </th>
            <th scope="col" data-numeric="true">
              {t.widget.converted}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, shown, accepted, converted }) => (
            <tr key={key} data-testid={`record-${key}`}>
              <th scope="row">
                {greetings.find(greeting => greeting.key === key)?.text[language] ?? t.widget.noLonger}
                <Sub>{key}</Sub>
              </th>
              <td data-numeric="true">{number.format(shown)}</td>
              <td data-numeric="true">
                {number.format(accepted)}
                {of(accepted, shown)}
              </td>
              <td data-numeric="true">
                {number.format(converted)}
                {of(converted, shown)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Ratings({ ratings: { count, average, stars, comments } }: { ratings: RatingRecord }) {
  const t = useAdminText();
  const language = useLanguage();
  const { house } = useAdmin();
  const nameOf = useNameOf();
  const { rows: queues } = useCollection(house.queues);
  const queueName = (key: string) => {
    const queue = queues?.find(one => one.key === key);
    return queue ? nameOf(queue.name) : key;
  };
  if (average === null) return <p>{t.widget.noRatings}</p>;
  const mean = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(average);
  const now = Date.now();
  return (
    <>
      <p data-testid="rating-average">{t.widget.average(mean, count)}</p>
      <ul className={classes.bars}>
        {stars
          .map((given, index) => ({ given, stars: index + 1 }))
          .reverse()
          .map(({ given, stars: level }) => (
            <li key={level}>
              <span>{t.widget.starsGiven(level, given)}</span>
              <span className={classes.bar} aria-hidden>
                <span style={{ width: `${(given / count) * 100}%` }} />
              </span>
            </li>
          ))}
      </ul>
      <h4 className={classes.subtitle}>{t.widget.comments}</h4>
      {comments.length === 0 ? (
        <p>{t.widget.noComments}</p>
      ) : (
        <ul className={classes.comments}>
          {comments.map(({ interactionId, stars: level, comment, ratedAt, queue, agent }) => (
            <li key={interactionId}>
              <blockquote>{comment}</blockquote>
              <span className={classes.commentFrom}>
                {[
                  t.widget.stars(level),
                  queueName(queue),
                  agent ?? t.widget.noAgent,
                  formatMoment(ratedAt, now, language),
                ].join(' · ')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
