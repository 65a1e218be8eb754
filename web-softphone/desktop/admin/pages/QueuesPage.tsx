import { IconListCheck } from '@tabler/icons-react';
import type { Queue } from '../api.js';
import { useAdmin, useAdminText, useCollection, useNameOf } from '../context.js';
import type { AdminText } from '../i18n/texts.js';
import { Entry } from '../parts/Entry.js';
import { ListPage } from '../parts/ListPage.js';
import { Sub, Tag } from '../parts/small.js';
import { QueueForm } from './QueueForm.js';
import { path } from './queue-values.js';

export function QueuesPage({ id }: { id?: string }) {
  const { house } = useAdmin();
  if (id === undefined) return <QueueList />;
  return (
    <Entry collection={house.queues} id={id} listHref={path}>
      {queue => <QueueForm key={queue?.id ?? 'new'} queue={queue} />}
    </Entry>
  );
}

function QueueList() {
  const t = useAdminText();
  const { house } = useAdmin();
  const nameOf = useNameOf();
  const { rows, failure } = useCollection(house.queues);
  return (
    <ListPage
      title={t.pages.queues}
      text={t.queues.intro}
      rows={rows}
      failure={failure}
      onRetry={() => void house.queues.load()}
      keyOf={queue => queue.id}
      hrefOf={queue => `${path}/${queue.id}`}
      dim={queue => queue.disabledAt !== null}
      add={{ href: `${path}/new`, label: t.queues.addOne }}
      empty={{ icon: IconListCheck, title: t.queues.empty, text: t.queues.emptyText }}
      columns={[
        {
          key: 'name',
          label: t.queues.name,
          value: queue => `${nameOf(queue.name)} ${queue.key}`,
          cell: queue => (
            <>
              {nameOf(queue.name)}
              <Sub>{queue.key}</Sub>
            </>
          ),
        },
        {
          key: 'position',
          label: t.queues.position,
          value: queue => queue.position,
          numeric: true,
          wide: true,
        },
        { key: 'hours', label: t.queues.hours, value: queue => queue.hours ?? t.queues.always, wide: true },
        {
          key: 'strategy',
          label: t.queues.strategy,
          value: queue => t.queues.strategies[queue.strategy],
          wide: true,
        },
        { key: 'agents', label: t.queues.agents, value: queue => queue.agents, numeric: true },
        { key: 'waiting', label: t.queues.waiting, value: queue => queue.waiting, numeric: true },
        {
          key: 'status',
          label: t.queues.status,
          value: queue => statusOf(queue, t).text,
          cell: queue => <Tag tone={statusOf(queue, t).tone}>{statusOf(queue, t).text}</Tag>,
        },
      ]}
    />
  );
}

function statusOf({ disabledAt, open }: Queue, t: AdminText) {
  if (disabledAt !== null) return { tone: 'plain', text: t.disabled } as const;
  return open
    ? ({ tone: 'good', text: t.queues.openNow } as const)
    : ({ tone: 'warn', text: t.queues.closed } as const);
}
