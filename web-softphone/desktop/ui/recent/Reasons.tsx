import type { Candidate, Decision } from '../../api/types.js';
import { formatDuration } from '../../format/duration.js';
import type { Dictionary } from '../../i18n/en.js';
import { wordFor } from '../../i18n/word.js';
import { useText } from '../hooks.js';
import classes from './detail.module.css';

/** Whether an event carries the reasons of a match; one of an older server does not. */
export function isDecision(data: unknown): data is Decision {
  return typeof data === 'object' && data !== null && 'considered' in data && Array.isArray(data.considered);
}

/** What spoke for a candidate, in words. */
function merits({ idle, last, tier, score, calls, declinedAt }: Candidate, t: Dictionary): string[] {
  const { merit } = t.reasons;
  return [
    ...(last ? [merit.last] : []),
    ...(tier === undefined ? [] : [merit.tier(tier)]),
    ...(score === undefined ? [] : [merit.score(score)]),
    ...(calls === undefined ? [] : [merit.calls(calls)]),
    merit.idle(formatDuration(idle * 1000)),
    ...(declinedAt === undefined ? [] : [merit.declined]),
  ];
}

interface Props {
  decision: Decision;
  nameOf: (userId: string) => string | null;
}

/** Why this agent: who could be asked, in the order of preference, and what kept the others from it. */
export function Reasons({ decision, nameOf }: Props) {
  const t = useText();
  const { strategy, require, considered, others } = decision;
  const skills = Object.entries(require).map(([skill, level]) => t.reasons.skill(skill, level));
  const names = (ids: readonly string[]) => ids.map(id => nameOf(id) ?? t.reasons.somebody).join(', ');
  return (
    <details className={classes.reasons} data-testid="reasons">
      <summary>{t.reasons.title}</summary>
      <p>{[wordFor(t.reasons.strategies, strategy), ...skills].join(' · ')}</p>
      <ol>
        {considered.map(candidate => (
          <li key={candidate.agent}>
            {[nameOf(candidate.agent) ?? t.reasons.somebody, ...merits(candidate, t)].join(' · ')}
          </li>
        ))}
      </ol>
      <ul>
        {Object.entries(others).map(([reason, { count, agents }]) => (
          <li key={reason}>
            {t.reasons.others(wordFor(t.reasons.why, reason), count)}: {names(agents)}
          </li>
        ))}
      </ul>
    </details>
  );
}
