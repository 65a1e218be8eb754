import { ActionIcon, Loader, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconMaximize, IconMinimize } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Floor, Me, Wallboard } from '../../api/types.js';
import { wordFor } from '../../i18n/word.js';
import { Elapsed } from '../common/Elapsed.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useDesktop, useLanguage, useNow, useStore, useText } from '../hooks.js';
import { Link } from '../Link.js';
import { QueueCards, serviceLevel } from './QueueCards.js';
import { OnHold } from './rows.js';
import classes from './wallboard.module.css';

export const wallboardPath = '/desktop/wallboard';

/** The longest that a browser's timer can be set for, milliseconds. */
const longestTimer = 2 ** 31 - 1;

function Total({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className={classes.total}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The clock of the company, whose day the figures are of. */
function Clock({ timeZone }: { timeZone: string }) {
  const now = useNow();
  const locale = useLanguage();
  const text = new Intl.DateTimeFormat(locale, { timeZone, hour: 'numeric', minute: '2-digit' }).format(now);
  return <time className={classes.clock}>{text}</time>;
}

function FullScreen() {
  const t = useText();
  const [full, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const changed = () => setFull(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', changed);
    return () => document.removeEventListener('fullscreenchange', changed);
  }, []);
  if (!document.fullscreenEnabled) return null;
  const label = full ? t.wall.leaveFull : t.wall.full;
  // A browser that refuses, refuses: the page stays as it is.
  const toggle = () =>
    void (full ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(
      () => undefined,
    );
  return (
    <Tooltip label={label} withArrow>
      <ActionIcon variant="default" size="lg" aria-label={label} onClick={toggle} data-testid="wall-full">
        {full ? <IconMinimize size={20} aria-hidden /> : <IconMaximize size={20} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}

function Totals({ queues }: Wallboard) {
  const t = useText();
  const sum = (of: 'waiting' | 'answered' | 'abandoned') =>
    queues.reduce((total, queue) => total + queue[of], 0);
  const longest = queues
    .map(({ longestSince }) => longestSince)
    .filter(since => since !== null)
    .sort()[0];
  const level = serviceLevel(queues);
  return (
    <dl className={classes.totals}>
      <Total name={t.wall.waiting}>{sum('waiting')}</Total>
      <Total name={t.wall.longest}>{longest ? <Elapsed since={longest} /> : '–'}</Total>
      <Total name={t.wall.levelToday}>{level === null ? '–' : `${level} %`}</Total>
      <Total name={t.wall.answered}>{sum('answered')}</Total>
      <Total name={t.wall.abandoned}>{sum('abandoned')}</Total>
    </dl>
  );
}

/** Who is at work, those who are free first. */
const order = ['ready', 'reserved', 'offered', 'talking', 'wrap_up', 'unreachable', 'paused'];

function Agents({ agents }: { agents: Floor['agents'] }) {
  const t = useText();
  const present = agents
    .filter(({ state }) => state !== 'offline')
    .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.name.localeCompare(b.name));
  return (
    <section aria-labelledby="wall-agents">
      <h2 id="wall-agents" className={classes.heading}>
        {t.wall.atWork(present.length)}
      </h2>
      <ul className={classes.agents}>
        {present.map(({ id, name, state, stateSince, reason, heldSince }) => (
          <li key={id} className={classes.agent} data-state={state} data-testid="wall-agent">
            <strong>{name}</strong>
            <span>
              {t.state[state]}
              {reason && state === 'paused' && ` · ${wordFor(t.state.reasons, reason)}`}{' '}
              <Elapsed since={stateSince} />
              <OnHold since={heldSince} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The company at a glance, made for a screen on the wall. */
export function WallboardPage({ me }: { me: Me }) {
  const t = useText();
  const { wallboard, floor, clock } = useDesktop();
  const { value: wall, failure } = useStore(wallboard.state);
  const { value: people } = useStore(floor.state);
  useEffect(() => wallboard.watch(), [wallboard]);
  useEffect(() => floor.watch(), [floor]);

  // A new day begins without anything having happened.
  const until = wall?.day.until;
  useEffect(() => {
    if (until === undefined) return;
    const ms = Math.max(1_000, Date.parse(until) - clock.now());
    const timer = setTimeout(() => void wallboard.refresh(), Math.min(ms, longestTimer));
    return () => clearTimeout(timer);
  }, [until, wallboard, clock]);

  return (
    <main
      id="stage"
      tabIndex={-1}
      className={classes.board}
      data-testid="wallboard"
      aria-busy={wall === null}
    >
      <div className={classes.head}>
        <Link href="/desktop/" className={classes.back} data-testid="wall-back">
          <IconArrowLeft size={20} aria-hidden />
          {t.admin.desk}
        </Link>
        <h1 className={classes.title}>{me.tenant.name}</h1>
        <Clock timeZone={me.tenant.timeZone} />
        <FullScreen />
      </div>
      {failure !== null && (
        <ProblemAlert title={t.floor.failed} failure={failure} onRetry={() => void wallboard.refresh()} />
      )}
      {wall === null && failure === null && <Loader m="xl" mx="auto" aria-label={t.loading} />}
      {wall && (
        <>
          <Totals {...wall} />
          <QueueCards queues={wall.queues} />
        </>
      )}
      {people && <Agents agents={people.agents} />}
    </main>
  );
}
