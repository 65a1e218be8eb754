import { Checkbox, Switch } from '@mantine/core';
import { useDesktop, useLanguage } from '../../ui/hooks.js';
import { Link } from '../../ui/Link.js';
import type { Queue } from '../api.js';
import { useAdmin, useAdminText, useCollection, useNameOf } from '../context.js';
import { Disabling } from '../parts/Confirm.js';
import { FormPage, Section, Wide } from '../parts/FormPage.js';
import { ChoiceField, NameFields, NumberField, TextField } from '../parts/fields.js';
import { Panel } from '../parts/small.js';
import { errorAt } from '../parts/use-fields.js';
import { useRecord } from '../parts/use-record.js';
import { QueueWaiting } from './QueueWaiting.js';
import { blank, faults, labelsOf, path, type QueueValues, valuesOf } from './queue-values.js';
import { SkillStepsEditor } from './SkillStepsEditor.js';

/** One queue with all its rules. */
export function QueueForm({ queue }: { queue: Queue | undefined }) {
  const t = useAdminText();
  const { house } = useAdmin();
  const { route } = useDesktop();
  const language = useLanguage();
  const nameOf = useNameOf();
  const { rows: hours } = useCollection(house.hours);
  const { rows: skills } = useCollection(house.skills);
  const { rows: people } = useCollection(house.people);
  const { rows: queues } = useCollection(house.queues);
  const lastPosition = Math.max(-1, ...(queues ?? []).map(({ position }) => position));
  const record = useRecord<Queue, QueueValues>({
    row: queue,
    values: queue ? valuesOf(queue) : { ...blank, position: Math.min(lastPosition + 1, 1000) },
    valuesOf,
    validate: values => faults(values, t),
    save: (row, changes) => (row ? house.queues.change(row, changes) : house.queues.add(changes)),
    read: row => house.queues.read(row.id),
    onAdded: row => route.leave(`${path}/${row.id}`),
  });
  const { form } = record;
  const { quiet } = form.values;
  const served = (people ?? []).filter(person => queue && person.queues.includes(queue.key));
  const q = t.queues;
  return (
    <FormPage
      title={queue ? nameOf(queue.name) : q.newTitle}
      back={{ href: path, label: t.pages.queues }}
      record={record}
      labels={labelsOf(t)}
      actions={queue && <QueueActions queue={queue} />}
    >
      <Section title={q.basics} text={q.basicsText}>
        <NameFields form={form} />
        <TextField form={form} field="key" label={t.key} help={t.keyHelp} maxLength={40} readOnly={!!queue} />
        <ChoiceField
          form={form}
          field="hours"
          label={q.hours}
          help={q.hoursHelp}
          data={(hours ?? []).map(({ key }) => key)}
          placeholder={q.always}
          clearable
        />
        <NumberField
          form={form}
          field="position"
          label={q.position}
          help={q.positionHelp}
          least={0}
          most={1000}
        />
        <Switch {...form.check('open')} label={q.open} description={q.openHelp} data-testid="field-open" />
      </Section>

      <Section title={q.choice}>
        <ChoiceField
          form={form}
          field="strategy"
          label={q.strategy}
          help={q.strategyHelp}
          data={Object.entries(q.strategies).map(([value, label]) => ({ value, label }))}
        />
        {form.values.strategy === 'simultaneous' && (
          <NumberField
            form={form}
            field="ringAtOnce"
            label={q.ringAtOnce}
            help={q.ringAtOnceHelp}
            least={2}
            most={10}
            unit={q.agentsUnit}
          />
        )}
        <NumberField
          form={form}
          field="lastAgentDays"
          label={q.lastAgentDays}
          help={q.lastAgentHelp}
          least={0}
          most={3650}
          unit={t.days}
        />
        <NumberField
          form={form}
          field="lastAgentHoldSeconds"
          label={q.lastAgentHoldSeconds}
          least={0}
          most={3600}
          unit={t.seconds}
        />
        <NumberField
          form={form}
          field="declineRestSeconds"
          label={q.declineRestSeconds}
          least={0}
          most={3600}
          unit={t.seconds}
        />
        <Wide>
          <SkillStepsEditor
            steps={form.values.skillSteps}
            skills={skills ?? []}
            errorOf={field => errorAt(form, `skillSteps.${field}`)}
            onChange={steps => form.set('skillSteps', steps)}
          />
        </Wide>
      </Section>

      <Section title={q.order}>
        <NumberField
          form={form}
          field="priority"
          label={q.priority}
          help={q.priorityHelp}
          least={-10}
          most={10}
        />
        <NumberField
          form={form}
          field="ageingSeconds"
          label={q.ageingSeconds}
          help={q.ageingHelp}
          least={1}
          most={86_400}
          unit={t.seconds}
        />
        <NumberField
          form={form}
          field="liveAheadSeconds"
          label={q.liveAheadSeconds}
          help={q.liveAheadHelp}
          least={0}
          most={604_800}
          unit={t.seconds}
        />
      </Section>

      <Section title={q.ringing}>
        <Wide>
          <Checkbox
            {...form.check('customerFirst')}
            label={q.customerFirst}
            description={q.customerFirstHelp}
            data-testid="field-customerFirst"
          />
        </Wide>
        <NumberField
          form={form}
          field="offerSeconds"
          label={q.offerSeconds}
          least={1}
          most={300}
          unit={t.seconds}
        />
        <Wide>
          <Checkbox
            {...form.check('autoAnswer')}
            label={q.autoAnswer}
            description={q.autoAnswerHelp}
            data-testid="field-autoAnswer"
          />
        </Wide>
        <NumberField
          form={form}
          field="ringSeconds"
          label={q.ringSeconds}
          least={1}
          most={300}
          unit={t.seconds}
        />
        <NumberField
          form={form}
          field="liveWaitSeconds"
          label={q.liveWaitSeconds}
          help={q.liveWaitHelp}
          least={1}
          most={3600}
          unit={t.seconds}
        />
        <Wide>
          <Checkbox
            {...form.check('confirm')}
            label={q.confirm}
            description={q.confirmHelp}
            data-testid="field-confirm"
          />
        </Wide>
        {form.values.confirm && (
          <>
            <NumberField
              form={form}
              field="confirmTimes"
              label={q.confirmTimes}
              least={1}
              most={10}
              unit={q.times}
            />
            <NumberField
              form={form}
              field="confirmSeconds"
              label={q.confirmSeconds}
              least={1}
              most={30}
              unit={t.seconds}
            />
          </>
        )}
        <Wide>
          <Checkbox
            {...form.check('whisper')}
            label={q.whisper}
            description={q.whisperHelp}
            data-testid="field-whisper"
          />
        </Wide>
      </Section>

      <QueueWaiting form={form} queue={queue} />

      <Section title={q.serviceLevel} text={q.serviceLevelText}>
        <NumberField
          form={form}
          field="serviceLevelSeconds"
          label={q.serviceLevelSeconds}
          least={1}
          most={86_400}
          unit={t.seconds}
        />
        <NumberField
          form={form}
          field="serviceLevelPercent"
          label={q.serviceLevelPercent}
          least={1}
          most={100}
          unit="%"
        />
      </Section>
      <Section title={q.wrapUp}>
        <NumberField
          form={form}
          field="wrapUpSeconds"
          label={q.wrapUpSeconds}
          least={0}
          most={3600}
          unit={t.seconds}
        />
        <NumberField
          form={form}
          field="wrapUpExtensions"
          label={q.wrapUpExtensions}
          least={0}
          most={20}
          unit={q.times}
        />
        <NumberField
          form={form}
          field="wrapUpExtensionSeconds"
          label={q.wrapUpExtensionSeconds}
          least={1}
          most={3600}
          unit={t.seconds}
        />
      </Section>

      <Section title={q.promises} text={q.promisesText}>
        <NumberField
          form={form}
          field="slotHorizonDays"
          label={q.slotHorizonDays}
          help={q.slotHorizonHelp}
          least={0}
          most={60}
          unit={t.days}
        />
        <NumberField
          form={form}
          field="slotCapacity"
          label={q.slotCapacity}
          help={q.slotCapacityHelp}
          least={0}
          most={10_000}
          nullText={q.slotCapacityAuto}
        />
        <NumberField
          form={form}
          field="sameRequestSeconds"
          label={q.sameRequestSeconds}
          help={q.sameRequestHelp}
          least={0}
          most={86_400}
          unit={t.seconds}
        />
        <NumberField
          form={form}
          field="slotMinutes"
          label={q.slotMinutes}
          least={5}
          most={240}
          unit={t.minutes}
        />
        <NumberField
          form={form}
          field="slotLeadMinutes"
          label={q.slotLeadMinutes}
          least={0}
          most={10_080}
          unit={t.minutes}
        />
        <NumberField form={form} field="slotPriority" label={q.slotPriority} least={-100} most={100} />
      </Section>

      <Section title={q.quiet} text={q.quietText}>
        <Wide>
          <Switch
            label={q.quietOn}
            checked={quiet !== null}
            onChange={event =>
              form.set('quiet', event.currentTarget.checked ? { from: '21:00', until: '08:00' } : null)
            }
            data-testid="field-quiet"
          />
        </Wide>
        {quiet !== null && (
          <>
            <TextField form={form} field="quiet.from" label={q.quietFrom} type="time" />
            <TextField form={form} field="quiet.until" label={q.quietUntil} type="time" />
          </>
        )}
      </Section>

      {queue && (
        <Panel title={q.people}>
          <p>
            {served.length === 0
              ? q.nobody
              : new Intl.ListFormat(language).format(served.map(({ name }) => name))}
          </p>
          <Link href="/desktop/admin/people">{q.toPeople}</Link>
        </Panel>
      )}
    </FormPage>
  );
}

function QueueActions({ queue }: { queue: Queue }) {
  const t = useAdminText();
  const { house } = useAdmin();
  const nameOf = useNameOf();
  const disabled = queue.disabledAt !== null;
  return (
    <Disabling
      disabled={disabled}
      title={t.queues.disableTitle(nameOf(queue.name))}
      text={t.queues.disableText}
      set={next => house.queues.change(queue, { disabled: next })}
    />
  );
}
