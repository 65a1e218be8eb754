import { Button, Popover } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconBook2, IconChevronDown, IconCoffee, IconDots, IconSoup } from '@tabler/icons-react';
import { type ComponentType, useEffect } from 'react';
import type { AgentIntent, Me } from '../../api/types.js';
import { wordFor } from '../../i18n/word.js';
import { MicrophoneError } from '../../softphone/microphone.js';
import { Elapsed } from '../common/Elapsed.js';
import { useAction, useDesktop, useShortcut, useText } from '../hooks.js';
import { problemText } from '../problem-text.js';
import { ariaKeys, codeOf } from '../shortcut-keys.js';
import classes from './agent-state.module.css';

const reasonIcons = { lunch: IconSoup, training: IconBook2, break: IconCoffee, other: IconDots } as const;
type Reason = keyof typeof reasonIcons;
const reasons = Object.keys(reasonIcons) as Reason[];

function isFree(state: Me['state']): boolean {
  return state === 'ready' || state === 'paused' || state === 'offline' || state === 'unreachable';
}

/** What the agent is, for how long, and what he may become; while he is engaged, what comes after. */
export function AgentStateControl({ me }: { me: Me }) {
  const t = useText();
  const { setState } = useDesktop();
  const { pending, subject, failure } = useAction(setState);
  const [asking, setAsking] = useDisclosure(false);
  const engaged = !isFree(me.state);
  // Who is unreachable has said that he is ready; saying it once more brings him back.
  const chosen = me.state === 'unreachable' ? null : me.nextState;
  const reason = chosen === 'paused' && me.reason ? wordFor(t.state.reasons, me.reason) : null;
  const label = me.state === 'paused' && reason ? `${t.state.paused} · ${reason}` : t.state[me.state];

  const choose = (intent: AgentIntent, why?: string) => void setState.run(intent, why);
  useShortcut(codeOf('ready'), chosen === 'ready' ? null : () => choose('ready'));

  useEffect(() => {
    // What is wrong with the microphone is told where there is room for it, above the desk.
    if (failure === null || failure instanceof MicrophoneError) return;
    notifications.show({
      id: 'state',
      color: 'rose',
      title: t.state.failed,
      message: problemText(failure, t),
      autoClose: 15_000,
      closeButtonProps: { 'aria-label': t.dismiss },
    });
    setState.dismiss();
  }, [failure, setState, t]);

  const button = (intent: AgentIntent) => ({
    size: 'sm' as const,
    variant: 'default',
    className: classes.choice,
    'data-intent': intent,
    'aria-pressed': chosen === intent,
    loading: pending && subject === intent,
  });

  return (
    <section className={classes.control} aria-label={t.state.label}>
      <p className={classes.pill} data-state={me.state} data-testid="me-state" data-intent={me.nextState}>
        <span className={classes.dot} aria-hidden />
        <span className={classes.label}>{label}</span>
        <Elapsed className={classes.timer} since={me.stateSince} />
        {engaged && <span className={classes.after}>{t.state.after(reason ?? t.state[me.nextState])}</span>}
      </p>
      <Button.Group className={classes.choices}>
        <Button
          {...button('ready')}
          aria-keyshortcuts={ariaKeys('ready')}
          onClick={() => choose('ready')}
          data-testid="state-ready"
        >
          {t.state.goReady}
        </Button>
        <Popover
          opened={asking}
          onChange={setAsking.set}
          position="bottom-end"
          width={220}
          trapFocus
          returnFocus
          withinPortal
          shadow="md"
        >
          <Popover.Target>
            <Button
              {...button('paused')}
              rightSection={<IconChevronDown size={14} aria-hidden />}
              onClick={setAsking.toggle}
              data-testid="state-paused"
            >
              {t.state.goPaused}
            </Button>
          </Popover.Target>
          <Popover.Dropdown aria-label={t.state.chooseReason} className={classes.reasons}>
            <p className={classes.question}>{t.state.chooseReason}</p>
            {reasons.map(key => {
              const Icon: ComponentType<{ size: number; 'aria-hidden': boolean }> = reasonIcons[key];
              return (
                <Button
                  key={key}
                  variant="subtle"
                  color="gray"
                  justify="flex-start"
                  fullWidth
                  className={classes.reason}
                  leftSection={<Icon size={18} aria-hidden />}
                  onClick={() => {
                    setAsking.close();
                    choose('paused', key);
                  }}
                  data-testid={`pause-${key}`}
                >
                  {t.state.reasons[key]}
                </Button>
              );
            })}
          </Popover.Dropdown>
        </Popover>
        <Button {...button('offline')} onClick={() => choose('offline')} data-testid="state-offline">
          {t.state.goOffline}
        </Button>
      </Button.Group>
    </section>
  );
}
