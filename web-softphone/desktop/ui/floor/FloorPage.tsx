import { Loader, Tabs } from '@mantine/core';
import { IconMaximize } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Me, Monitoring } from '../../api/types.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useDesktop, useStore, useText } from '../hooks.js';
import { Link } from '../Link.js';
import classes from './floor.module.css';
import { QueueCards } from './QueueCards.js';
import { AgentRow, TalkRow } from './rows.js';
import { WaitingList } from './WaitingList.js';
import { wallboardPath } from './WallboardPage.js';

/** Who does what now, and who waits: what a supervisor works with while nothing is before him. */
export function FloorPage({ me, monitoring }: { me: Me; monitoring: Monitoring | null }) {
  const t = useText();
  const { wallboard } = useDesktop();
  const { value: wall } = useStore(wallboard.state);
  const [tab, setTab] = useState<string | null>('now');
  useEffect(() => wallboard.watch(), [wallboard]);
  const waiting = wall?.queues.reduce((sum, queue) => sum + queue.waiting, 0);
  return (
    <section className={classes.floor} aria-label={t.floor.title} data-testid="floor">
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <div className={classes.head}>
          <Tabs.List>
            <Tabs.Tab value="now">{t.floor.title}</Tabs.Tab>
            <Tabs.Tab value="waiting" data-testid="floor-waiting">
              {waiting === undefined ? t.waiting.title : t.waiting.titleCount(waiting)}
            </Tabs.Tab>
          </Tabs.List>
          <Link href={wallboardPath} className={classes.wall} data-testid="to-wallboard">
            <IconMaximize size={18} aria-hidden />
            {t.wall.title}
          </Link>
        </div>
        <Tabs.Panel value="now" className={classes.panel}>
          <Now me={me} monitoring={monitoring} />
        </Tabs.Panel>
        <Tabs.Panel value="waiting" className={classes.panel}>
          <WaitingList me={me} />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

/** Queues, talks and agents. */
function Now({ me, monitoring }: { me: Me; monitoring: Monitoring | null }) {
  const t = useText();
  const { floor: view, wallboard } = useDesktop();
  const { value: floor, failure } = useStore(view.state);
  const { value: wall } = useStore(wallboard.state);
  useEffect(() => view.watch(), [view]);
  return (
    <div aria-busy={floor === null} className={classes.panel}>
      {failure !== null && (
        <ProblemAlert title={t.floor.failed} failure={failure} onRetry={() => void view.refresh()} />
      )}
      {wall && <QueueCards queues={wall.queues} />}
      {floor === null && failure === null && <Loader mx="auto" aria-label={t.loading} />}
      {floor && (
        <>
          <h2 className={classes.heading}>{t.floor.talks(floor.talks.length)}</h2>
          {floor.talks.length === 0 && <p className={classes.none}>{t.floor.noTalks}</p>}
          <ul className={classes.list}>
            {floor.talks.map(talk => (
              <TalkRow key={talk.id} talk={talk} me={me} monitoring={monitoring} />
            ))}
          </ul>
          <h2 className={classes.heading}>{t.floor.agents(floor.agents.length)}</h2>
          {floor.agents.length === 0 && <p className={classes.none}>{t.floor.noAgents}</p>}
          <ul className={classes.list}>
            {floor.agents.map(agent => (
              <AgentRow key={agent.id} agent={agent} />
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
