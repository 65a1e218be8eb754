import type { AgentState, QueueOnWall } from '../../api/types.js';
import { formatDuration } from '../../format/duration.js';
import { Elapsed } from '../common/Elapsed.js';
import { useNow, useText } from '../hooks.js';
import classes from './queue-cards.module.css';

type Tone = 'good' | 'warn' | 'bad' | 'plain';

/** The states that say whether somebody can be served; who is rung or asked is as good as talking. */
const shown: readonly { name: 'ready' | 'talking' | 'wrap_up' | 'paused'; of: readonly AgentState[] }[] = [
  { name: 'ready', of: ['ready'] },
  { name: 'talking', of: ['talking', 'offered', 'reserved'] },
  { name: 'wrap_up', of: ['wrap_up'] },
  { name: 'paused', of: ['paused', 'unreachable'] },
];

/** Percent of those reached or lost whom the service level was kept for; null on a day without any. */
export function serviceLevel(
  of: readonly Pick<QueueOnWall, 'within' | 'answered' | 'abandonedLate'>[],
): number | null {
  const sum = (value: (queue: (typeof of)[number]) => number) =>
    of.reduce((total, queue) => total + value(queue), 0);
  const counted = sum(({ answered, abandonedLate }) => answered + abandonedLate);
  return counted === 0 ? null : Math.round((100 * sum(({ within }) => within)) / counted);
}

function levelTone(level: number | null, target: number): Tone {
  if (level === null) return 'plain';
  if (level >= target) return 'good';
  return level >= target - 10 ? 'warn' : 'bad';
}

/** Somebody who has waited for longer than the service level allows is late; who is about to is noticed before. */
function waitTone(since: string | null, seconds: number, now: number): Tone {
  if (since === null) return 'plain';
  const waited = (now - Date.parse(since)) / 1000;
  if (waited > seconds) return 'bad';
  return waited > seconds / 2 ? 'warn' : 'plain';
}

function Figure({
  name,
  tone = 'plain',
  children,
}: {
  name: string;
  tone?: Tone;
  children: React.ReactNode;
}) {
  return (
    <div className={classes.figure} data-tone={tone}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function QueueCard({ queue }: { queue: QueueOnWall }) {
  const t = useText();
  const now = useNow();
  const { longestSince, serviceLevelSeconds, serviceLevelPercent } = queue;
  const level = serviceLevel([queue]);
  return (
    <li
      className={classes.card}
      data-testid="wall-queue"
      data-queue={queue.key}
      data-waiting={queue.waiting}
      data-answered={queue.answered}
      data-abandoned={queue.abandoned}
      data-level={level}
      data-ready={queue.agents.ready ?? 0}
    >
      <h2 className={classes.name}>
        {queue.name}
        {!queue.open && <span className={classes.closed}>{t.wall.closed}</span>}
      </h2>
      <dl className={classes.main}>
        <Figure name={t.wall.waiting} tone={waitTone(longestSince, serviceLevelSeconds, now)}>
          {queue.waiting}
        </Figure>
        <Figure name={t.wall.longest} tone={waitTone(longestSince, serviceLevelSeconds, now)}>
          {longestSince ? <Elapsed since={longestSince} /> : '–'}
        </Figure>
        <Figure
          name={t.wall.level(serviceLevelPercent, formatDuration(serviceLevelSeconds * 1000))}
          tone={levelTone(level, serviceLevelPercent)}
        >
          {level === null ? '–' : `${level} %`}
        </Figure>
      </dl>
      <dl className={classes.minor}>
        {shown.map(({ name, of }) => (
          <div key={name} data-state={name}>
            <dt>{t.wall.agents[name]}</dt>
            <dd>{of.reduce((sum, state) => sum + (queue.agents[state] ?? 0), 0)}</dd>
          </div>
        ))}
        <div>
          <dt>{t.wall.answered}</dt>
          <dd>{queue.answered}</dd>
        </div>
        <div>
          <dt>{t.wall.abandoned}</dt>
          <dd>{queue.abandoned}</dd>
        </div>
      </dl>
    </li>
  );
}

/** Each queue as it is now, and its day so far. */
export function QueueCards({ queues }: { queues: readonly QueueOnWall[] }) {
  const t = useText();
  if (queues.length === 0) return <p>{t.wall.noQueues}</p>;
  return (
    <ul className={classes.cards}>
      {queues.map(queue => (
        <QueueCard key={queue.key} queue={queue} />
      ))}
    </ul>
  );
}
