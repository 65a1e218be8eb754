import { Radio, Stack } from '@mantine/core';
import { IconCalendarOff } from '@tabler/icons-react';
import { useDesktop, useLanguage } from '../../ui/hooks.js';
import type { Holiday } from '../api.js';
import { useAdmin, useAdminText, useCollection, useNameOf } from '../context.js';
import type { AdminText } from '../i18n/texts.js';
import { RemoveButton } from '../parts/Confirm.js';
import { Entry } from '../parts/Entry.js';
import { FormPage, Section, Wide } from '../parts/FormPage.js';
import { NameFields, nameErrors, TextField } from '../parts/fields.js';
import { ListPage } from '../parts/ListPage.js';
import { Sub, Tag } from '../parts/small.js';
import { errorAt, type FieldErrors } from '../parts/use-fields.js';
import { useRecord } from '../parts/use-record.js';
import { SpansEditor } from './SpansEditor.js';
import { isSpan, spansText } from './spans.js';

const path = '/desktop/admin/holidays';

export function HolidaysPage({ id }: { id?: string }) {
  const { house } = useAdmin();
  if (id === undefined) return <HolidayList />;
  return (
    <Entry collection={house.holidays} id={id} listHref={path}>
      {holiday => <HolidayForm key={holiday?.day ?? 'new'} holiday={holiday} />}
    </Entry>
  );
}

/** A day of the calendar, which is the same in every time zone. */
function useDay(): (day: string) => string {
  const language = useLanguage();
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeZone: 'UTC' });
  return day => format.format(new Date(`${day}T00:00:00Z`));
}

function kindText({ hours }: Pick<Holiday, 'hours'>, t: AdminText): string {
  if (hours === null) return t.holidays.usual;
  return hours.length === 0 ? t.holidays.closed : spansText(hours);
}

function HolidayList() {
  const t = useAdminText();
  const { house } = useAdmin();
  const nameOf = useNameOf();
  const dayText = useDay();
  const { rows, failure } = useCollection(house.holidays);
  const today = new Date().toISOString().slice(0, 10);
  return (
    <ListPage
      title={t.pages.holidays}
      text={t.holidays.intro}
      rows={rows}
      failure={failure}
      onRetry={() => void house.holidays.load()}
      keyOf={holiday => holiday.day}
      hrefOf={holiday => `${path}/${holiday.day}`}
      dim={holiday => holiday.day < today}
      add={{ href: `${path}/new`, label: t.holidays.addOne }}
      empty={{ icon: IconCalendarOff, title: t.holidays.empty, text: t.holidays.emptyText }}
      columns={[
        {
          key: 'day',
          label: t.holidays.day,
          value: holiday => holiday.day,
          cell: holiday => (
            <>
              {dayText(holiday.day)}
              {holiday.day < today && <Sub>{t.holidays.past}</Sub>}
            </>
          ),
        },
        { key: 'name', label: t.holidays.name, value: holiday => nameOf(holiday.name) },
        {
          key: 'kind',
          label: t.holidays.kind,
          value: holiday => kindText(holiday, t),
          cell: holiday => (
            <Tag tone={holiday.hours?.length === 0 ? 'plain' : 'good'}>{kindText(holiday, t)}</Tag>
          ),
        },
      ]}
    />
  );
}

interface HolidayValues {
  day: string;
  name: { en: string; ko: string };
  hours: string[] | null;
}

function valuesOf({ day, name, hours }: Holiday): HolidayValues {
  return { day, hours, name: { en: name.en, ko: name.ko ?? '' } };
}

function faults(values: HolidayValues, t: AdminText): FieldErrors {
  return {
    ...nameErrors({ name: values.name }, t),
    ...(!/^20\d{2}-\d{2}-\d{2}$/.test(values.day) && { day: t.holidays.dayWrong }),
    ...(values.hours?.some(span => !isSpan(span)) && { hours: t.hours.spanWrong }),
  };
}

function HolidayForm({ holiday }: { holiday: Holiday | undefined }) {
  const t = useAdminText();
  const { house } = useAdmin();
  const { route } = useDesktop();
  const dayText = useDay();
  const record = useRecord<Holiday, HolidayValues>({
    row: holiday,
    values: holiday ? valuesOf(holiday) : { day: '', name: { en: '', ko: '' }, hours: [] },
    valuesOf,
    validate: values => faults(values, t),
    save: (row, changes) => (row ? house.holidays.change(row, changes) : house.holidays.add(changes)),
    read: row => house.holidays.read(row.day),
    onAdded: () => route.leave(path),
  });
  const { form } = record;
  const { hours, day } = form.values;
  const kind = hours === null ? 'usual' : hours.length === 0 ? 'closed' : 'own';
  return (
    <FormPage
      title={holiday ? dayText(holiday.day) : t.holidays.newTitle}
      back={{ href: path, label: t.pages.holidays }}
      record={record}
      labels={{ name: t.holidays.name, hours: t.holidays.kind }}
      actions={
        holiday && (
          <RemoveButton
            collection={house.holidays}
            row={holiday}
            listHref={path}
            title={t.holidays.removeTitle(dayText(holiday.day))}
            text={t.holidays.removeText}
          />
        )
      }
    >
      <Section title={t.holidays.day}>
        <TextField form={form} field="day" label={t.holidays.day} type="date" readOnly={!!holiday} />
        <NameFields form={form} />
        <Wide>
          <Radio.Group
            label={t.holidays.kind}
            value={kind}
            onChange={next =>
              form.set('hours', next === 'usual' ? null : next === 'closed' ? [] : ['09:00-13:00'])
            }
          >
            <Stack gap="xs" mt="xs">
              <Radio value="closed" label={t.holidays.closed} />
              <Radio value="own" label={t.holidays.own} />
              <Radio value="usual" label={t.holidays.usual} description={t.holidays.usualHelp} />
            </Stack>
          </Radio.Group>
        </Wide>
        {hours !== null && hours.length > 0 && (
          <Wide>
            <SpansEditor
              day={day || t.holidays.day}
              spans={hours}
              error={errorAt(form, 'hours')}
              onChange={spans => form.set('hours', spans)}
              testId="holiday"
            />
          </Wide>
        )}
      </Section>
    </FormPage>
  );
}
