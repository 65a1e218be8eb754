import { Button } from '@mantine/core';
import { IconRefresh, IconRouter } from '@tabler/icons-react';
import { wordFor } from '../../i18n/word.js';
import type { Trunk } from '../api.js';
import { useAdmin, useAdminText, useCollection } from '../context.js';
import { Entry } from '../parts/Entry.js';
import { ListPage } from '../parts/ListPage.js';
import { Sub, Tag } from '../parts/small.js';
import { TrunkForm, trunksPath } from './TrunkForm.js';
import { registrationText, stateOf } from './trunk-values.js';

export function TrunksPage({ id }: { id?: string }) {
  const { house } = useAdmin();
  if (id === undefined) return <TrunkList />;
  return (
    <Entry collection={house.trunks} id={id} listHref={trunksPath}>
      {trunk => <TrunkForm key={trunk?.id ?? 'new'} trunk={trunk} />}
    </Entry>
  );
}

/** The company's own lines, and the operator's: how they stand now. */
function TrunkList() {
  const t = useAdminText();
  const { house } = useAdmin();
  const { rows, failure } = useCollection(house.trunks);
  const load = () => void house.trunks.load();
  const whose = ({ id, address }: Trunk) => (id === null ? t.trunks.operators : (address ?? ''));
  return (
    <ListPage
      title={t.pages.trunks}
      text={t.trunks.intro}
      rows={rows}
      failure={failure}
      onRetry={load}
      keyOf={house.trunks.keyOf}
      hrefOf={({ id }) => (id === null ? undefined : `${trunksPath}/${id}`)}
      dim={({ disabledAt }) => disabledAt !== null}
      add={{ href: `${trunksPath}/new`, label: t.trunks.addOne }}
      actions={
        <Button variant="default" leftSection={<IconRefresh size={18} aria-hidden />} onClick={load}>
          {t.trunks.refresh}
        </Button>
      }
      empty={{ icon: IconRouter, title: t.trunks.empty, text: t.trunks.emptyText }}
      columns={[
        {
          key: 'name',
          label: t.trunks.name,
          value: trunk => `${trunk.name} ${whose(trunk)}`,
          cell: trunk => (
            <>
              {trunk.name}
              <Sub>{whose(trunk)}</Sub>
            </>
          ),
        },
        {
          key: 'state',
          label: t.trunks.state,
          value: trunk => stateOf(trunk, t).text,
          cell: trunk => {
            const { tone, text } = stateOf(trunk, t);
            return (
              <>
                <Tag tone={tone}>{text}</Tag>
                {trunk.reason !== null && <Sub>{wordFor(t.trunks.reasons, trunk.reason)}</Sub>}
              </>
            );
          },
        },
        {
          key: 'registration',
          label: t.trunks.registration,
          value: trunk => registrationText(trunk, t),
          cell: trunk => (
            <>
              {registrationText(trunk, t)}
              {trunk.registerFault !== null && <Sub>{wordFor(t.trunks.reasons, trunk.registerFault)}</Sub>}
            </>
          ),
        },
        {
          key: 'channels',
          label: t.trunks.channels,
          value: trunk => trunk.channels,
          numeric: true,
          wide: true,
        },
      ]}
    />
  );
}
