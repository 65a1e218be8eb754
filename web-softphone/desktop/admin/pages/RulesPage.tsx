import { Checkbox, Radio, Stack } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { wordFor } from '../../i18n/word.js';
import { useDesktop, useLanguage } from '../../ui/hooks.js';
import type { Rule } from '../api.js';
import { useAdmin, useAdminText, useCollection, useNameOf } from '../context.js';
import { RemoveButton } from '../parts/Confirm.js';
import { Entry } from '../parts/Entry.js';
import { FormPage, Section, Wide } from '../parts/FormPage.js';
import { ChoiceField, NumberField } from '../parts/fields.js';
import { ListPage } from '../parts/ListPage.js';
import { spanText } from '../parts/span-text.js';
import { useRecord } from '../parts/use-record.js';
import { triesOf } from './retries.js';

const path = '/desktop/admin/rules';

export function RulesPage({ id }: { id?: string }) {
  const { house } = useAdmin();
  if (id === undefined) return <RuleList />;
  return (
    <Entry collection={house.rules} id={id} listHref={path}>
      {rule => <RuleForm key={rule?.id ?? 'new'} rule={rule} />}
    </Entry>
  );
}

/** The name of a queue that a rule names by its key. */
function useQueueName(): (key: string) => string {
  const { house } = useAdmin();
  const nameOf = useNameOf();
  const { rows } = useCollection(house.queues);
  return key => {
    const queue = rows?.find(one => one.key === key);
    return queue ? nameOf(queue.name) : key;
  };
}

function RuleList() {
  const t = useAdminText();
  const language = useLanguage();
  const { house } = useAdmin();
  const queueName = useQueueName();
  const { rows, failure } = useCollection(house.rules);
  const summary = (rule: Rule) =>
    rule.retries === 0 ? t.rules.never : t.rules.summary(rule.retries, spanText(rule.delaySeconds, language));
  return (
    <ListPage
      title={t.pages.rules}
      text={t.rules.intro}
      rows={rows}
      failure={failure}
      onRetry={() => void house.rules.load()}
      keyOf={rule => rule.id}
      hrefOf={rule => `${path}/${rule.id}`}
      add={{ href: `${path}/new`, label: t.rules.addOne }}
      empty={{ icon: IconRepeat, title: t.rules.empty, text: t.rules.emptyText }}
      columns={[
        { key: 'outcome', label: t.rules.outcome, value: rule => wordFor(t.rules.outcomes, rule.outcome) },
        { key: 'queue', label: t.rules.queue, value: rule => queueName(rule.queue) },
        { key: 'again', label: t.rules.again, value: summary },
        { key: 'finally', label: t.rules.finally, value: rule => t.rules.ends[rule.finally], wide: true },
      ]}
    />
  );
}

type RuleValues = Omit<Rule, 'id' | 'version'>;

const usual = {
  retries: 2,
  delaySeconds: 300,
  growth: 2,
  mostDelaySeconds: 14_400,
  withinMinutes: 1440,
  keepsPlace: true,
  finally: 'close',
} as const;

function valuesOf({ id: _id, version: _version, ...values }: Rule): RuleValues {
  return values;
}

function RuleForm({ rule }: { rule: Rule | undefined }) {
  const t = useAdminText();
  const language = useLanguage();
  const { house } = useAdmin();
  const { route } = useDesktop();
  const nameOf = useNameOf();
  const queueName = useQueueName();
  const { rows: queues } = useCollection(house.queues);
  const record = useRecord<Rule, RuleValues>({
    row: rule,
    values: rule ? valuesOf(rule) : { ...usual, queue: '', outcome: '' },
    valuesOf,
    validate: ({ queue, outcome }) => ({
      ...(!queue && { queue: t.missing }),
      ...(!outcome && { outcome: t.missing }),
    }),
    save: (row, changes) => (row ? house.rules.change(row, changes) : house.rules.add(changes)),
    read: row => house.rules.read(row.id),
    onAdded: () => route.leave(path),
  });
  const { form } = record;
  const tries = triesOf(form.values);
  const word = (outcome: string) => wordFor(t.rules.outcomes, outcome);
  return (
    <FormPage
      title={rule ? `${queueName(rule.queue)}: ${word(rule.outcome)}` : t.rules.newTitle}
      back={{ href: path, label: t.pages.rules }}
      record={record}
      labels={t.rules}
      actions={
        rule && (
          <RemoveButton
            collection={house.rules}
            row={rule}
            listHref={path}
            title={t.rules.removeTitle}
            text={t.rules.removeText}
          />
        )
      }
    >
      <Section title={t.rules.when} text={t.rules.whenText}>
        <ChoiceField
          form={form}
          field="queue"
          label={t.rules.queue}
          data={(queues ?? []).map(({ key, name }) => ({ value: key, label: nameOf(name) }))}
          readOnly={!!rule}
        />
        <ChoiceField
          form={form}
          field="outcome"
          label={t.rules.outcome}
          data={Object.entries(t.rules.outcomes).map(([value, label]) => ({ value, label }))}
          readOnly={!!rule}
        />
      </Section>
      <Section title={t.rules.again}>
        <NumberField
          form={form}
          field="retries"
          label={t.rules.retries}
          help={t.rules.retriesHelp}
          least={0}
          most={50}
        />
        <NumberField
          form={form}
          field="delaySeconds"
          label={t.rules.delaySeconds}
          least={10}
          most={604_800}
          unit={t.seconds}
          step={60}
        />
        <NumberField
          form={form}
          field="growth"
          label={t.rules.growth}
          help={t.rules.growthHelp}
          least={1}
          most={10}
          step={0.5}
          decimals
        />
        <NumberField
          form={form}
          field="mostDelaySeconds"
          label={t.rules.mostDelaySeconds}
          least={10}
          most={604_800}
          unit={t.seconds}
          step={60}
        />
        <NumberField
          form={form}
          field="withinMinutes"
          label={t.rules.withinMinutes}
          help={t.rules.withinHelp}
          least={1}
          most={43_200}
          unit={t.minutes}
          step={10}
        />
        <Checkbox
          {...form.check('keepsPlace')}
          label={t.rules.keepsPlace}
          description={t.rules.keepsPlaceHelp}
        />
        <Wide>
          <p data-testid="preview">
            <strong>{t.rules.preview}:</strong>{' '}
            {tries.length === 0
              ? t.rules.previewNone
              : new Intl.ListFormat(language).format(
                  tries.map(seconds => t.rules.previewTry(spanText(seconds, language))),
                )}
          </p>
        </Wide>
      </Section>
      <Section title={t.rules.finally}>
        <Wide>
          <Radio.Group {...form.input('finally')} aria-label={t.rules.finally}>
            <Stack gap="xs">
              <Radio value="close" label={t.rules.ends.close} />
              <Radio value="person" label={t.rules.ends.person} />
            </Stack>
          </Radio.Group>
        </Wide>
      </Section>
    </FormPage>
  );
}
