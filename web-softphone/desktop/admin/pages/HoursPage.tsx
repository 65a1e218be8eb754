import { Button } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import { useDesktop } from '../../ui/hooks.js';
import type { Hours } from '../api.js';
import { useAdmin, useAdminText, useCollection } from '../context.js';
import type { AdminText } from '../i18n/texts.js';
import { RemoveButton } from '../parts/Confirm.js';
import { Entry } from '../parts/Entry.js';
import { FormPage, Section, Wide } from '../parts/FormPage.js';
import { ChoiceField, keyPattern, TextField } from '../parts/fields.js';
import { ListPage } from '../parts/ListPage.js';
import { errorAt, type FieldErrors } from '../parts/use-fields.js';
import { useRecord } from '../parts/use-record.js';
import classes from './editors.module.css';
import { SpansEditor } from './SpansEditor.js';
import { isSpan, spansText } from './spans.js';
import { timeZones } from './time-zones.js';

const path = '/desktop/admin/hours';
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export function HoursPage({ id }: { id?: string }) {
  const { house } = useAdmin();
  if (id === undefined) return <HoursList />;
  return (
    <Entry collection={house.hours} id={id} listHref={path}>
      {hours => <HoursForm key={hours?.id ?? 'new'} hours={hours} />}
    </Entry>
  );
}

/** `Mon–Fri 09:00–18:00` as far as days follow each other with the same hours. */
function weekText(weekly: Record<string, string[]>, t: AdminText): string {
  const runs: { first: number; last: number; text: string }[] = [];
  for (const [index, day] of weekdays.entries()) {
    const text = spansText(weekly[day] ?? []);
    const run = runs.at(-1);
    if (run && run.text === text && run.last === index - 1) run.last = index;
    else runs.push({ first: index, last: index, text });
  }
  const name = (index: number) => t.hours.shortDays[weekdays[index]!];
  const open = runs.filter(({ text }) => text !== '');
  if (open.length === 0) return t.hours.closed;
  return open
    .map(({ first, last, text }) => `${name(first)}${last > first ? `–${name(last)}` : ''} ${text}`)
    .join(' · ');
}

function HoursList() {
  const t = useAdminText();
  const { house } = useAdmin();
  const { rows, failure } = useCollection(house.hours);
  return (
    <ListPage
      title={t.pages.hours}
      text={t.hours.intro}
      rows={rows}
      failure={failure}
      onRetry={() => void house.hours.load()}
      keyOf={hours => hours.id}
      hrefOf={hours => `${path}/${hours.id}`}
      add={{ href: `${path}/new`, label: t.hours.addOne }}
      empty={{ icon: IconClock, title: t.hours.empty, text: t.hours.emptyText }}
      columns={[
        { key: 'key', label: t.hours.what, value: hours => hours.key },
        { key: 'week', label: t.hours.week, value: hours => weekText(hours.weekly, t) },
        { key: 'timeZone', label: t.hours.timeZone, value: hours => hours.timeZone, wide: true },
        {
          key: 'publicHolidays',
          label: t.hours.publicHolidays,
          value: ({ publicHolidays }) =>
            publicHolidays === 'KR' ? t.hours.calendars.KR : (publicHolidays ?? t.none),
          wide: true,
        },
        {
          key: 'queues',
          label: t.hours.queues,
          value: hours => hours.queues.join(', ') || t.none,
          wide: true,
        },
      ]}
    />
  );
}

type HoursValues = Pick<Hours, 'key' | 'timeZone' | 'weekly' | 'publicHolidays'>;

function faults({ key, weekly, timeZone }: HoursValues, t: AdminText): FieldErrors {
  const days = Object.entries(weekly).flatMap(([day, spans]) =>
    spans.every(isSpan) ? [] : [[`weekly.${day}`, t.hours.spanWrong]],
  );
  return {
    ...(!keyPattern.test(key) && { key: key === '' ? t.missing : t.keyWrong }),
    ...(!timeZone && { timeZone: t.missing }),
    ...Object.fromEntries(days),
  };
}

function HoursForm({ hours }: { hours: Hours | undefined }) {
  const t = useAdminText();
  const { house, me } = useAdmin();
  const { route } = useDesktop();
  const office = ['09:00-18:00'];
  const record = useRecord<Hours, HoursValues>({
    row: hours,
    values: hours
      ? valuesOf(hours)
      : {
          key: '',
          timeZone: me.tenant.timeZone,
          weekly: { mon: office, tue: office, wed: office, thu: office, fri: office },
          publicHolidays: me.tenant.countries.includes('KR') ? 'KR' : null,
        },
    valuesOf,
    validate: values => faults(values, t),
    save: (row, changes) => (row ? house.hours.change(row, changes) : house.hours.add(changes)),
    read: row => house.hours.read(row.id),
    onAdded: row => route.leave(`${path}/${row.id}`),
  });
  const { form } = record;
  const { weekly } = form.values;
  const setWeek = (next: Record<string, string[]>) => form.set('weekly', next);
  return (
    <FormPage
      title={hours?.key ?? t.hours.newTitle}
      back={{ href: path, label: t.pages.hours }}
      record={record}
      labels={{ timeZone: t.hours.timeZone, weekly: t.hours.week, publicHolidays: t.hours.publicHolidays }}
      actions={
        hours && (
          <RemoveButton
            collection={house.hours}
            row={hours}
            listHref={path}
            title={t.hours.removeTitle(hours.key)}
            text={hours.queues.length > 0 ? t.hours.inUse(hours.queues.join(', ')) : t.hours.removeText}
            disabled={hours.queues.length > 0}
          />
        )
      }
    >
      <Section
        title={t.hours.what}
        {...(hours && hours.queues.length > 0 && { text: t.hours.inUse(hours.queues.join(', ')) })}
      >
        <TextField form={form} field="key" label={t.key} help={t.keyHelp} maxLength={40} readOnly={!!hours} />
        <ChoiceField
          form={form}
          field="timeZone"
          label={t.hours.timeZone}
          data={timeZones}
          searchable
          limit={50}
        />
        <ChoiceField
          form={form}
          field="publicHolidays"
          label={t.hours.publicHolidays}
          help={t.hours.publicHolidaysHelp}
          data={[{ value: 'KR', label: t.hours.calendars.KR }]}
          placeholder={t.hours.noCalendar}
          clearable
        />
      </Section>
      <Section title={t.hours.week} text={t.hours.weekText}>
        <Wide>
          <div className={classes.rows}>
            {weekdays.map(day => (
              <fieldset key={day} className={classes.day} aria-label={t.hours.weekdays[day]}>
                <span>{t.hours.weekdays[day]}</span>
                <SpansEditor
                  day={t.hours.weekdays[day]}
                  spans={weekly[day] ?? []}
                  error={errorAt(form, `weekly.${day}`)}
                  onChange={spans => setWeek(withDay(weekly, day, spans))}
                  testId={`hours-${day}`}
                />
              </fieldset>
            ))}
          </div>
          <Button
            variant="default"
            size="xs"
            mt="sm"
            onClick={() => {
              const monday = weekly.mon ?? [];
              setWeek(weekdays.slice(0, 5).reduce((week, day) => withDay(week, day, monday), weekly));
            }}
          >
            {t.hours.copyToWeek}
          </Button>
        </Wide>
      </Section>
    </FormPage>
  );
}

/** A day without hours is not named at all. */
function withDay(weekly: Record<string, string[]>, day: string, spans: string[]): Record<string, string[]> {
  const others = Object.fromEntries(Object.entries(weekly).filter(([one]) => one !== day));
  return spans.length === 0 ? others : { ...others, [day]: spans };
}

function valuesOf({ key, timeZone, weekly, publicHolidays }: Hours): HoursValues {
  return { key, timeZone, publicHolidays, weekly };
}
