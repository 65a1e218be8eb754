import { Badge, Loader, Modal, SegmentedControl, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconHeadset, IconPhoneOutgoing, IconSearch, IconUsers } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { Target, TransferTargets } from '../../api/types.js';
import type { TransferHow } from '../../desk/talk-actions.js';
import { Elapsed } from '../common/Elapsed.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import head from '../common/panel-head.module.css';
import { useAction, useDesktop, useText } from '../hooks.js';
import classes from './transfer-dialog.module.css';

interface Props {
  interactionId: string;
  opened: boolean;
  onClose: () => void;
}

/** Often enough that a colleague who has just become busy is not chosen, milliseconds. */
const refreshMs = 2_000;

/** Whether somebody has typed a number to call, and not a name. */
function isNumber(text: string): boolean {
  return /^\+?[\d\s().-]{3,}$/.test(text.trim());
}

const fold = (text: string) => text.normalize('NFKC').toLowerCase();

interface RowProps {
  icon: ReactNode;
  name: string;
  detail: ReactNode;
  disabled?: boolean;
  onChoose: () => void;
  testId: string;
}

function Row({ icon, name, detail, disabled = false, onChoose, testId }: RowProps) {
  return (
    <li>
      <UnstyledButton className={classes.row} disabled={disabled} onClick={onChoose} data-testid={testId}>
        <span className={classes.icon}>{icon}</span>
        <span className={classes.name}>{name}</span>
        <span className={classes.detail}>{detail}</span>
      </UnstyledButton>
    </li>
  );
}

/** Whom the customer is passed on to, or who is asked in: colleagues as they are now, queues, any number. */
export function TransferDialog({ interactionId, opened, onClose }: Props) {
  const t = useText();
  const { api, talks } = useDesktop();
  const [how, setHow] = useState<TransferHow>('consult');
  const [search, setSearch] = useState('');
  const [targets, setTargets] = useState<TransferTargets | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  const passing = useAction(talks.transfer, interactionId);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `tries` asks again
  useEffect(() => {
    if (!opened) return;
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      try {
        const found = await api.transferTargets();
        if (over) return;
        setTargets(found);
        setFailure(null);
      } catch (problem) {
        if (!over) setFailure(problem);
      }
      if (!over) timer = setTimeout(() => void look(), refreshMs);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [opened, api, tries]);

  const choose = async (to: Target) => {
    if (await talks.transfer.run(interactionId, to, how)) onClose();
  };
  const wanted = fold(search.trim());
  const agents = (targets?.agents ?? []).filter(({ name }) => fold(name).includes(wanted));
  const queues = (targets?.queues ?? []).filter(({ name, key }) => fold(`${name} ${key}`).includes(wanted));
  const number = isNumber(search) ? search.trim() : null;
  const nothing = targets && agents.length + queues.length === 0 && number === null;

  return (
    <Modal.Root opened={opened} onClose={onClose} centered size="lg">
      <Modal.Overlay />
      <Modal.Content data-testid="transfer-dialog">
        <div className={head.head}>
          <Modal.Title>{t.talk.title}</Modal.Title>
          <Modal.CloseButton aria-label={t.close} />
        </div>
        <Modal.Body>
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
            <ProblemAlert
              title={t.talk.failed}
              failure={passing.failure}
              onDismiss={talks.transfer.dismiss}
            />
          )}
          {failure !== null && (
            <ProblemAlert
              title={t.talk.loadFailed}
              failure={failure}
              onRetry={() => setTries(count => count + 1)}
            />
          )}
          <div className={classes.lists} aria-busy={targets === null || passing.pending}>
            {targets === null && failure === null && <Loader mx="auto" my="lg" aria-label={t.loading} />}
            {number !== null && (
              <section>
                <h3 className={classes.heading}>{t.talk.number}</h3>
                <ul className={classes.list}>
                  <Row
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
                  {agents.map(({ id, name, state, stateSince, reachable }) => (
                    <Row
                      key={id}
                      icon={<IconHeadset size={18} aria-hidden />}
                      name={name}
                      detail={
                        <>
                          <Badge
                            variant="light"
                            color={reachable ? (state === 'ready' ? 'leaf' : 'amber') : 'gray'}
                            className={classes.badge}
                          >
                            {t.state[state]}
                          </Badge>{' '}
                          <Elapsed since={stateSince} />
                        </>
                      }
                      disabled={!reachable || passing.pending}
                      onChoose={() => void choose({ agent: id })}
                      testId={`transfer-agent-${id}`}
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
                    <Row
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
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
