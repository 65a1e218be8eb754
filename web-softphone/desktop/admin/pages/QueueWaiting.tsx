import { Checkbox } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Clip, Queue } from '../api.js';
import { useAdmin, useAdminText, useCollection, useNameOf } from '../context.js';
import { Section } from '../parts/FormPage.js';
import { ChoiceField, NumberField } from '../parts/fields.js';
import type { Fields } from '../parts/use-fields.js';
import type { QueueValues } from './queue-values.js';

interface Props {
  form: Fields<QueueValues>;
  queue: Queue | undefined;
}

/** How long customers wait in a queue, how many, where they go then, and what they hear meanwhile. */
export function QueueWaiting({ form, queue }: Props) {
  const t = useAdminText();
  const q = t.queues;
  const { house } = useAdmin();
  const nameOf = useNameOf();
  const { rows: queues } = useCollection(house.queues);
  const [music, setMusic] = useState<Clip[]>([]);
  useEffect(() => {
    // Without the list the one that is chosen stands there by its name.
    house.api.clips('music').then(setMusic, () => setMusic([]));
  }, [house]);
  const chosen = form.values.music;
  const clips = music.map(({ clip }) => clip);
  const endings = Object.entries(q.endings).map(([value, label]) => ({ value, label }));
  return (
    <>
      <Section title={q.limits} text={q.limitsText}>
        <ChoiceField
          form={form}
          field="overflow"
          label={q.overflow}
          help={q.overflowHelp}
          data={(queues ?? [])
            .filter(({ id }) => id !== queue?.id)
            .map(({ key, name }) => ({ value: key, label: nameOf(name) }))}
          placeholder={q.noOverflow}
          clearable
        />
        <NumberField
          form={form}
          field="overflowAfterSeconds"
          label={q.overflowAfterSeconds}
          least={1}
          most={86_400}
          unit={t.seconds}
          nullText={q.noLimit}
        />
        <NumberField
          form={form}
          field="overflowAbove"
          label={q.overflowAbove}
          least={0}
          most={100_000}
          unit={q.waitingCustomers}
          nullText={q.noLimit}
        />
        <NumberField
          form={form}
          field="maxWaitSeconds"
          label={q.maxWaitSeconds}
          least={1}
          most={604_800}
          unit={t.seconds}
          nullText={q.noLimit}
        />
        <ChoiceField form={form} field="maxWaitThen" label={q.maxWaitThen} data={endings} />
        <NumberField
          form={form}
          field="maxWaiting"
          label={q.maxWaiting}
          least={0}
          most={100_000}
          unit={q.waitingCustomers}
          nullText={q.noLimit}
        />
        <ChoiceField form={form} field="fullThen" label={q.fullThen} data={endings} />
      </Section>

      <Section title={q.hearing}>
        <ChoiceField
          form={form}
          field="music"
          label={q.music}
          data={clips.includes(chosen) ? clips : [chosen, ...clips]}
        />
        <NumberField
          form={form}
          field="announceSeconds"
          label={q.announceSeconds}
          help={q.announceHelp}
          least={0}
          most={3600}
          unit={t.seconds}
        />
        <div>
          <Checkbox {...form.check('announcePlace')} label={q.announcePlace} />
          <Checkbox {...form.check('announceWait')} label={q.announceWait} mt="sm" />
        </div>
      </Section>
    </>
  );
}
