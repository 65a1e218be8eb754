import { Button } from '@mantine/core';
import { IconRefresh, IconRouter } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { wordFor } from '../../i18n/word.js';
import type { Trunk } from '../api.js';
import { useAdmin, useAdminText } from '../context.js';
import { ListPage } from '../parts/ListPage.js';
import { Sub, Tag } from '../parts/small.js';

/** The operator's lines: how they stand now. */
export function TrunksPage() {
  const t = useAdminText();
  const { house } = useAdmin();
  const [trunks, setTrunks] = useState<Trunk[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const load = useCallback(() => {
    setFailure(null);
    house.api.trunks().then(setTrunks, setFailure);
  }, [house]);
  useEffect(load, [load]);
  const registration = ({ registered }: Trunk) => {
    if (registered === null) return t.trunks.noRegistration;
    return registered ? t.trunks.registered : t.trunks.unregistered;
  };
  return (
    <ListPage
      title={t.pages.trunks}
      text={t.trunks.intro}
      rows={trunks}
      failure={failure}
      onRetry={load}
      keyOf={trunk => trunk.name}
      actions={
        <Button variant="default" leftSection={<IconRefresh size={18} aria-hidden />} onClick={load}>
          {t.trunks.refresh}
        </Button>
      }
      empty={{ icon: IconRouter, title: t.trunks.empty, text: t.trunks.emptyText }}
      columns={[
        { key: 'name', label: t.trunks.name, value: trunk => trunk.name },
        {
          key: 'state',
          label: t.trunks.state,
          value: trunk => (trunk.up ? t.trunks.up : t.trunks.down),
          cell: ({ up, reason }) => (
            <>
              <Tag tone={up ? 'good' : 'bad'}>{up ? t.trunks.up : t.trunks.down}</Tag>
              {reason !== null && <Sub>{wordFor(t.trunks.reasons, reason)}</Sub>}
            </>
          ),
        },
        {
          key: 'registration',
          label: t.trunks.registration,
          value: registration,
          cell: trunk => (
            <>
              {registration(trunk)}
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
