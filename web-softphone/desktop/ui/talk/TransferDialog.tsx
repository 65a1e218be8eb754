import { Loader, SegmentedControl, Text, TextInput } from '@mantine/core';
import { IconPhoneOutgoing, IconSearch, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import type { Target } from '../../api/types.js';
import type { TransferHow } from '../../desk/talk-actions.js';
import { Dialog } from '../common/Dialog.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useAction, useDesktop, useText } from '../hooks.js';
import { ColleagueRow, fold, TargetRow, useTargets } from './targets.js';
import classes from './transfer-dialog.module.css';

interface Props {
  interactionId: string;
  opened: boolean;
  onClose: () => void;
}

/** Whether somebody has typed a number to call, and not a name. */
function isNumber(text: string): boolean {
  return /^\+?[\d\s().-]{3,}$/.test(text.trim());
}

/** Whom the customer is passed on to, or who is asked in: colleagues as they are now, queues, any number. */
export function TransferDialog({ interactionId, opened, onClose }: Props) {
  const t = useText();
  const { talks } = useDesktop();
  const [how, setHow] = useState<TransferHow>('consult');
  const [search, setSearch] = useState('');
  const { targets, failure, retry } = useTargets(opened);
  const passing = useAction(talks.transfer, interactionId);

  const choose = async (to: Target) => {
    if (await talks.transfer.run(interactionId, to, how)) onClose();
  };
  const wanted = fold(search.trim());
  const agents = (targets?.agents ?? []).filter(({ name }) => fold(name).includes(wanted));
  const queues = (targets?.queues ?? []).filter(({ name, key }) => fold(`${name} ${key}`).includes(wanted));
  const number = isNumber(search) ? search.trim() : null;
  const nothing = targets && agents.length + queues.length === 0 && number === null;

  return (
    <Dialog opened={opened} onClose={onClose} title={t.talk.title} size="lg" data-testid="transfer-dialog">
      <SegmentedControl
        fullWidth
        value={how}
        onChange={value => setHow(value as TransferHow)}
        data={(['consult', 'blind', 'third'] as const).map(value => ({
          value,
          label: t.talk.how[value],
        }))}
        data-testid="transfer-how"
        aria-label={t.talk.title}
      />
      <Text size="sm" c="dimmed" mt={6} mb="sm">
        {t.talk.howHelp[how]}
      </Text>
      <TextInput
        data-autofocus
        label={t.talk.search}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={search}
        onChange={event => setSearch(event.currentTarget.value)}
        data-testid="transfer-search"
      />
      {passing.failure !== null && (
        <ProblemAlert title={t.talk.failed} failure={passing.failure} onDismiss={talks.transfer.dismiss} />
      )}
      {failure !== null && <ProblemAlert title={t.talk.loadFailed} failure={failure} onRetry={retry} />}
      <div className={classes.lists} aria-busy={targets === null || passing.pending}>
        {targets === null && failure === null && <Loader mx="auto" my="lg" aria-label={t.loading} />}
        {number !== null && (
          <section>
            <h3 className={classes.heading}>{t.talk.number}</h3>
            <ul className={classes.list}>
              <TargetRow
                icon={<IconPhoneOutgoing size={18} aria-hidden />}
                name={t.talk.callNumber(number)}
                detail=""
                disabled={passing.pending}
                onChoose={() => void choose({ number })}
                testId="transfer-number"
              />
            </ul>
          </section>
        )}
        {agents.length > 0 && (
          <section>
            <h3 className={classes.heading}>{t.talk.agents}</h3>
            <ul className={classes.list}>
              {agents.map(colleague => (
                <ColleagueRow
                  key={colleague.id}
                  colleague={colleague}
                  disabled={passing.pending}
                  onChoose={() => void choose({ agent: colleague.id })}
                  testId={`transfer-agent-${colleague.id}`}
                />
              ))}
            </ul>
          </section>
        )}
        {queues.length > 0 && (
          <section>
            <h3 className={classes.heading}>{t.talk.queues}</h3>
            <ul className={classes.list}>
              {queues.map(({ key, name, waiting, ready }) => (
                <TargetRow
                  key={key}
                  icon={<IconUsers size={18} aria-hidden />}
                  name={name}
                  detail={t.talk.queueNow(waiting, ready)}
                  disabled={passing.pending}
                  onChoose={() => void choose({ queue: key })}
                  testId={`transfer-queue-${key}`}
                />
              ))}
            </ul>
          </section>
        )}
        {nothing && <p className={classes.none}>{t.talk.noMatch}</p>}
      </div>
    </Dialog>
  );
}
