import { IconUsers } from '@tabler/icons-react';
import { formatFull } from '../../format/time.js';
import { useLanguage } from '../../ui/hooks.js';
import type { Person } from '../api.js';
import { useAdmin, useAdminText, useCollection, useNameOf } from '../context.js';
import { Entry } from '../parts/Entry.js';
import { ListPage } from '../parts/ListPage.js';
import { Sub, Tag, type Tone } from '../parts/small.js';
import { PersonForm } from './PersonForm.js';

const path = '/desktop/admin/people';

export function PeoplePage({ id }: { id?: string }) {
  const { house } = useAdmin();
  if (id === undefined) return <PeopleList />;
  return (
    <Entry collection={house.people} id={id} listHref={path}>
      {person => <PersonForm key={person?.id ?? 'new'} person={person} />}
    </Entry>
  );
}

function PeopleList() {
  const t = useAdminText();
  const language = useLanguage();
  const { house, me } = useAdmin();
  const nameOf = useNameOf();
  const { rows, failure } = useCollection(house.people);
  const { rows: queues } = useCollection(house.queues);
  const queueName = (key: string) => {
    const queue = queues?.find(one => one.key === key);
    return queue ? nameOf(queue.name) : key;
  };
  const status = ({ disabledAt, invitedUntil }: Person): { text: string; tone: Tone; title?: string } => {
    if (disabledAt !== null) return { text: t.disabled, tone: 'plain' };
    if (invitedUntil === null) return { text: t.active, tone: 'good' };
    const day = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' }).format(
      new Date(invitedUntil),
    );
    return { text: t.people.invited(day), tone: 'warn', title: formatFull(invitedUntil, language) };
  };
  return (
    <ListPage
      title={t.pages.people}
      text={t.people.intro}
      rows={rows}
      failure={failure}
      onRetry={() => void house.people.load()}
      keyOf={person => person.id}
      hrefOf={person => `${path}/${person.id}`}
      dim={person => person.disabledAt !== null}
      add={{ href: `${path}/new`, label: t.people.addOne }}
      empty={{ icon: IconUsers, title: t.people.empty, text: t.people.emptyText }}
      columns={[
        {
          key: 'name',
          label: t.people.who,
          value: person => `${person.name} ${person.email}`,
          cell: person => (
            <>
              {person.name} {person.id === me.id && <Tag tone="plain">{t.people.you}</Tag>}
              <Sub>{person.email}</Sub>
            </>
          ),
        },
        { key: 'role', label: t.people.role, value: person => t.people.roles[person.role] },
        {
          key: 'queues',
          label: t.people.queues,
          value: person => person.queues.map(queueName).join(', ') || t.none,
          wide: true,
        },
        {
          key: 'status',
          label: t.people.status,
          value: person => status(person).text,
          cell: person => <Tag tone={status(person).tone}>{status(person).text}</Tag>,
        },
      ]}
    />
  );
}
