import { Badge, Button, Menu } from '@mantine/core';
import { IconChevronDown, IconEar } from '@tabler/icons-react';
import type { AgentIntent, Floor, Me, Monitoring } from '../../api/types.js';
import { wordFor } from '../../i18n/word.js';
import { Elapsed } from '../common/Elapsed.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useAction, useDesktop, usePhone, useText } from '../hooks.js';
import classes from './floor.module.css';

/** Why a supervisor puts an agent on pause. */
const pauseReasons = ['break', 'lunch', 'training', 'other'] as const;

export const stateColours: Readonly<Record<string, string>> = {
  ready: 'leaf',
  talking: 'blue',
  wrap_up: 'violet',
  paused: 'amber',
};

type Talk = Floor['talks'][number];
type Agent = Floor['agents'][number];

/** How long a customer has been on hold, where one is. */
export function OnHold({ since }: { since: string | null }) {
  const t = useText();
  if (since === null) return null;
  return (
    <span className={classes.held} data-testid="on-hold">
      {' · '}
      {t.call.status.held} <Elapsed since={since} />
    </span>
  );
}

/** A talk in progress, to be listened to. */
export function TalkRow({ talk, me, monitoring }: { talk: Talk; me: Me; monitoring: Monitoring | null }) {
  const t = useText();
  const { talks } = useDesktop();
  const listening = useAction(talks.monitor, talk.id);
  const phone = usePhone(talk.customer.phone ?? '', me.tenant.countries[0]);
  const possible = talk.state === 'bridged' && talk.forwardedTo === null && talk.agent?.id !== me.id;
  const here = monitoring?.interactionId === talk.id && monitoring.state !== 'left';
  return (
    <li className={classes.row} data-testid="floor-talk" data-interaction={talk.id} data-state={talk.state}>
      <div className={classes.main}>
        <strong>{talk.customer.name ?? (phone || t.customer.anonymous)}</strong>
        <span className={classes.minor}>
          {talk.queue.name} · {talk.forwardedTo ?? talk.agent?.name}
        </span>
      </div>
      <span className={classes.minor}>
        {wordFor(t.interactionStates, talk.state)} <Elapsed since={talk.since} />
        <OnHold since={talk.heldSince} />
      </span>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconEar size={16} aria-hidden />}
        disabled={!possible || here || (monitoring !== null && monitoring.state !== 'left')}
        loading={listening.pending}
        onClick={() => void talks.monitor.run(talk.id, 'listen')}
        aria-label={t.floor.listenTo(talk.agent?.name ?? '')}
        data-testid="floor-listen"
      >
        {t.monitoring.roles.listen}
      </Button>
      {listening.failure !== null && (
        <div className={classes.wide}>
          <ProblemAlert
            title={t.floor.listenFailed}
            failure={listening.failure}
            onDismiss={talks.monitor.dismiss}
          />
        </div>
      )}
    </li>
  );
}

/** An agent as he is, for how long, and what he is made by a supervisor. */
export function AgentRow({ agent }: { agent: Agent }) {
  const t = useText();
  const { talks } = useDesktop();
  const changing = useAction(talks.setAgentState, agent.id);
  const change = (state: AgentIntent, reason: string) => () =>
    void talks.setAgentState.run(agent.id, state, reason);
  const { name, state, stateSince, reason, nextState } = agent;
  const engaged = state !== nextState;
  return (
    <li className={classes.row} data-testid="floor-agent" data-agent={agent.id} data-state={state}>
      <div className={classes.main}>
        <strong>{name}</strong>
        <span className={classes.minor}>
          {reason && wordFor(t.state.reasons, reason)}
          {engaged && ` ${t.state.after(t.state[nextState])}`}
        </span>
      </div>
      <span className={classes.minor}>
        <Badge variant="light" color={stateColours[state] ?? 'gray'} className={classes.badge}>
          {t.state[state]}
        </Badge>{' '}
        <Elapsed since={stateSince} />
        <OnHold since={agent.heldSince} />
      </span>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button
            size="xs"
            variant="default"
            rightSection={<IconChevronDown size={14} aria-hidden />}
            loading={changing.pending}
            aria-label={t.floor.changeStateOf(name)}
            data-testid="floor-change"
          >
            {t.floor.change}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            disabled={nextState === 'ready'}
            onClick={change('ready', 'back')}
            data-testid="floor-set-ready"
          >
            {t.state.ready}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>{t.floor.pauseFor}</Menu.Label>
          {pauseReasons.map(why => (
            <Menu.Item key={why} onClick={change('paused', why)} data-testid={`floor-pause-${why}`}>
              {t.state.reasons[why]}
            </Menu.Item>
          ))}
          <Menu.Item onClick={change('paused', 'supervisor')} data-testid="floor-set-paused">
            {t.state.reasons.supervisor}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            disabled={nextState === 'offline'}
            onClick={change('offline', 'supervisor')}
            data-testid="floor-set-offline"
          >
            {t.state.offline}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {changing.failure !== null && (
        <div className={classes.wide}>
          <ProblemAlert
            title={t.state.failed}
            failure={changing.failure}
            onDismiss={talks.setAgentState.dismiss}
          />
        </div>
      )}
    </li>
  );
}
