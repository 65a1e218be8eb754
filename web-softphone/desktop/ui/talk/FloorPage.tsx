import { Badge, Button, Loader, Menu } from '@mantine/core';
import { IconChevronDown, IconEar } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { AgentIntent, Floor, Me, Monitoring } from '../../api/types.js';
import { wordFor } from '../../i18n/word.js';
import { Elapsed } from '../common/Elapsed.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useAction, useDesktop, usePhone, useStore, useText } from '../hooks.js';
import classes from './floor.module.css';

const intents: readonly AgentIntent[] = ['ready', 'paused', 'offline'];

const colours: Readonly<Record<string, string>> = {
  ready: 'leaf',
  talking: 'blue',
  wrap_up: 'violet',
  paused: 'amber',
};

type Talk = Floor['talks'][number];
type Agent = Floor['agents'][number];

function TalkRow({ talk, me, monitoring }: { talk: Talk; me: Me; monitoring: Monitoring | null }) {
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

function AgentRow({ agent }: { agent: Agent }) {
  const t = useText();
  const { talks } = useDesktop();
  const changing = useAction(talks.setAgentState, agent.id);
  const change = (state: AgentIntent) => () =>
    void talks.setAgentState.run(agent.id, state, state === 'ready' ? 'back' : 'supervisor');
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
        <Badge variant="light" color={colours[state] ?? 'gray'} className={classes.badge}>
          {t.state[state]}
        </Badge>{' '}
        <Elapsed since={stateSince} />
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
          {intents.map(intent => (
            <Menu.Item
              key={intent}
              disabled={intent === nextState}
              onClick={change(intent)}
              data-testid={`floor-set-${intent}`}
            >
              {t.state[intent]}
            </Menu.Item>
          ))}
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

/** Who does what now: a supervisor chooses whom to listen to. */
export function FloorPage({ me, monitoring }: { me: Me; monitoring: Monitoring | null }) {
  const t = useText();
  const { floor: view } = useDesktop();
  const { floor, failure } = useStore(view.state);
  useEffect(() => view.watch(), [view]);
  return (
    <section
      className={classes.floor}
      aria-label={t.floor.title}
      aria-busy={floor === null}
      data-testid="floor"
    >
      <h2 className={classes.title}>{t.floor.title}</h2>
      {failure !== null && (
        <ProblemAlert title={t.floor.failed} failure={failure} onRetry={() => void view.refresh()} />
      )}
      {floor === null && failure === null && <Loader mx="auto" aria-label={t.loading} />}
      {floor && (
        <>
          <h3 className={classes.heading}>{t.floor.talks(floor.talks.length)}</h3>
          {floor.talks.length === 0 && <p className={classes.none}>{t.floor.noTalks}</p>}
          <ul className={classes.list}>
            {floor.talks.map(talk => (
              <TalkRow key={talk.id} talk={talk} me={me} monitoring={monitoring} />
            ))}
          </ul>
          <h3 className={classes.heading}>{t.floor.agents(floor.agents.length)}</h3>
          {floor.agents.length === 0 && <p className={classes.none}>{t.floor.noAgents}</p>}
          <ul className={classes.list}>
            {floor.agents.map(agent => (
              <AgentRow key={agent.id} agent={agent} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
