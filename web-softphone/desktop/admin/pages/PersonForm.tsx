import { Checkbox, NumberInput, Radio, SegmentedControl, Stack, Switch } from '@mantine/core';
import { useDesktop } from '../../ui/hooks.js';
import type { Person, Queue, Skill } from '../api.js';
import { useAdmin, useAdminText, useCollection, useNameOf } from '../context.js';
import type { AdminText } from '../i18n/texts.js';
import { Disabling } from '../parts/Confirm.js';
import { FormPage, Section, Wide } from '../parts/FormPage.js';
import { ChoiceField, TextField } from '../parts/fields.js';
import { errorAt, type FieldErrors } from '../parts/use-fields.js';
import { useRecord } from '../parts/use-record.js';
import classes from './editors.module.css';
import { InvitationPanel } from './InvitationPanel.js';

const path = '/desktop/admin/people';

type PersonValues = Pick<
  Person,
  'name' | 'email' | 'role' | 'locale' | 'queues' | 'tiers' | 'wrapUps' | 'skills' | 'capacity'
>;

function valuesOf(person: Person): PersonValues {
  const { name, email, role, locale, queues, tiers, wrapUps, skills, capacity } = person;
  return { name, email, role, locale, queues, tiers, wrapUps, skills, capacity };
}

function faults({ name, email }: PersonValues, t: AdminText): FieldErrors {
  return {
    ...(name.trim() === '' && { name: t.missing }),
    ...(!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim()) && {
      email: email.trim() === '' ? t.missing : t.people.emailWrong,
    }),
  };
}

/** Somebody who works here. */
export function PersonForm({ person }: { person: Person | undefined }) {
  const t = useAdminText();
  const { house, me } = useAdmin();
  const { route } = useDesktop();
  const { rows: queues } = useCollection(house.queues);
  const { rows: skills } = useCollection(house.skills);
  const record = useRecord<Person, PersonValues>({
    row: person,
    values: person
      ? valuesOf(person)
      : {
          name: '',
          email: '',
          role: 'agent',
          locale: me.locale,
          queues: [],
          tiers: {},
          wrapUps: {},
          skills: {},
          capacity: { voice: 1 },
        },
    valuesOf,
    validate: values => faults(values, t),
    save: (row, changes) => (row ? house.people.change(row, changes) : house.people.add(changes)),
    read: row => house.people.read(row.id),
    onAdded: row => route.leave(`${path}/${row.id}`),
  });
  const { form } = record;
  const values = form.values;
  return (
    <FormPage
      title={person?.name ?? t.people.newTitle}
      back={{ href: path, label: t.pages.people }}
      record={record}
      labels={t.people}
      actions={
        person && (
          <Disabling
            disabled={person.disabledAt !== null}
            title={t.people.disableTitle(person.name)}
            text={t.people.disableText}
            set={disabled => house.people.change(person, { disabled })}
          />
        )
      }
      lead={person && person.disabledAt === null && <InvitationPanel person={person} />}
    >
      <Section title={t.people.who}>
        <TextField form={form} field="name" label={t.people.name} maxLength={80} />
        <TextField form={form} field="email" label={t.people.email} type="email" maxLength={254} />
        <ChoiceField
          form={form}
          field="locale"
          label={t.people.locale}
          data={Object.entries(t.languages).map(([value, label]) => ({ value, label }))}
        />
        <Wide>
          <Radio.Group {...form.input('role')} label={t.people.role} data-testid="field-role">
            <Stack gap="xs" mt="xs">
              {(['agent', 'supervisor', 'admin'] as const).map(role => (
                <Radio
                  key={role}
                  value={role}
                  label={t.people.roles[role]}
                  description={t.people.roleHelp[role]}
                />
              ))}
            </Stack>
          </Radio.Group>
        </Wide>
      </Section>
      <Section title={t.people.service} text={t.people.serviceText}>
        <Wide>
          <Queues
            queues={(queues ?? []).filter(
              ({ disabledAt, key }) => disabledAt === null || values.queues.includes(key),
            )}
            values={values}
            error={errorAt(form, 'queues') ?? errorAt(form, 'tiers') ?? errorAt(form, 'wrapUps')}
            onChange={part => form.setAll({ ...values, ...part })}
          />
        </Wide>
        <Wide>
          <Switch
            label={t.people.takesCalls}
            description={t.people.takesCallsHelp}
            checked={values.capacity.voice > 0}
            onChange={event => form.set('capacity', { voice: event.currentTarget.checked ? 1 : 0 })}
            data-testid="takes-calls"
          />
        </Wide>
      </Section>
      <Section title={t.people.skills} text={t.people.skillsText}>
        <Wide>
          <Levels
            skills={skills ?? []}
            levels={values.skills}
            error={errorAt(form, 'skills')}
            onChange={levels => form.set('skills', levels)}
          />
        </Wide>
      </Section>
    </FormPage>
  );
}

type Service = Pick<PersonValues, 'queues' | 'tiers' | 'wrapUps'>;

interface QueuesProps {
  queues: readonly Queue[];
  values: Service;
  error: string | undefined;
  onChange: (part: Partial<Service>) => void;
}

/** Which queues somebody serves, in which tier, and with what wrap-up of his own. */
function Queues({ queues, values, error, onChange }: QueuesProps) {
  const t = useAdminText();
  const nameOf = useNameOf();
  const serve = (key: string, serves: boolean) => {
    // In the order in which the server has them, so that there and back is no change.
    const keys = queues
      .map(one => one.key)
      .filter(one => (one === key ? serves : values.queues.includes(one)));
    onChange({
      queues: keys,
      ...(!serves && { tiers: without(values.tiers, key), wrapUps: without(values.wrapUps, key) }),
    });
  };
  if (queues.length === 0) return <p className={classes.help}>{t.people.noQueues}</p>;
  return (
    <div className={classes.rows}>
      {queues.map(({ key, name, wrapUpSeconds }) => (
        <div key={key} className={classes.row}>
          <Checkbox
            label={nameOf(name)}
            checked={values.queues.includes(key)}
            onChange={event => serve(key, event.currentTarget.checked)}
            data-testid={`serves-${key}`}
          />
          {values.queues.includes(key) && (
            <div className={classes.service}>
              <ServiceNumber
                short={t.people.tierShort}
                label={t.people.tier(nameOf(name))}
                value={values.tiers[key] ?? 0}
                max={100}
                onChange={(tier = 0) =>
                  onChange({ tiers: withNumber(values.tiers, key, tier === 0 ? undefined : tier) })
                }
                testId={`tier-${key}`}
              />
              <ServiceNumber
                short={t.people.wrapUpShort}
                label={t.people.wrapUp(nameOf(name), wrapUpSeconds)}
                value={values.wrapUps[key]}
                placeholder={String(wrapUpSeconds)}
                max={3600}
                onChange={seconds => onChange({ wrapUps: withNumber(values.wrapUps, key, seconds) })}
                testId={`wrap-up-${key}`}
              />
            </div>
          )}
        </div>
      ))}
      {error && <p className={classes.error}>{error}</p>}
    </div>
  );
}

const without = (numbers: Record<string, number>, key: string): Record<string, number> =>
  Object.fromEntries(Object.entries(numbers).filter(([one]) => one !== key));

const withNumber = (numbers: Record<string, number>, key: string, number: number | undefined) =>
  number === undefined ? without(numbers, key) : { ...numbers, [key]: number };

interface ServiceNumberProps {
  short: string;
  label: string;
  value: number | undefined;
  placeholder?: string;
  max: number;
  onChange: (value: number | undefined) => void;
  testId: string;
}

/** A number of somebody in a queue: its short name beside it, its whole one for who asks. */
function ServiceNumber({ short, label, value, placeholder, max, onChange, testId }: ServiceNumberProps) {
  return (
    <span className={classes.tier}>
      <span aria-hidden>{short}</span>
      <NumberInput
        aria-label={label}
        title={label}
        value={value ?? ''}
        placeholder={placeholder}
        min={0}
        max={max}
        allowDecimal={false}
        clampBehavior="strict"
        w="6rem"
        onChange={number => onChange(typeof number === 'number' ? number : undefined)}
        data-testid={testId}
      />
    </span>
  );
}

interface LevelsProps {
  skills: readonly Skill[];
  levels: Record<string, number>;
  error: string | undefined;
  onChange: (levels: Record<string, number>) => void;
}

/** What somebody is how good at. */
function Levels({ skills, levels, error, onChange }: LevelsProps) {
  const t = useAdminText();
  const nameOf = useNameOf();
  return (
    <div className={classes.rows}>
      {skills.map(({ key, name }) => (
        <div key={key} className={classes.row}>
          <span>{nameOf(name)}</span>
          <SegmentedControl
            aria-label={t.people.level(nameOf(name))}
            size="xs"
            value={String(levels[key] ?? 0)}
            onChange={level => {
              const others = Object.fromEntries(Object.entries(levels).filter(([one]) => one !== key));
              onChange(level === '0' ? others : { ...others, [key]: Number(level) });
            }}
            data={[
              { value: '0', label: t.people.noLevel },
              ...['1', '2', '3', '4', '5'].map(level => ({ value: level, label: level })),
            ]}
            data-testid={`level-${key}`}
          />
        </div>
      ))}
      {error && <p className={classes.error}>{error}</p>}
    </div>
  );
}
