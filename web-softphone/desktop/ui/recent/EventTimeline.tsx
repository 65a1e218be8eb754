import type { InteractionEvent, Me } from '../../api/types.js';
import { formatClock, formatFull } from '../../format/time.js';
import type { Dictionary } from '../../i18n/en.js';
import { wordFor } from '../../i18n/word.js';
import { useLanguage, useText } from '../hooks.js';
import classes from './detail.module.css';
import { isDecision, Reasons } from './Reasons.js';

/** What an event says beside its type, in words. */
function remarks({ data }: InteractionEvent, t: Dictionary): string[] {
  const { outcome, endedBy } = data;
  const found: string[] = [];
  if (typeof outcome === 'string') found.push(wordFor(t.outcomes, outcome));
  if (typeof endedBy === 'string') found.push(wordFor(t.enders, endedBy));
  return found;
}

interface Props {
  events: InteractionEvent[];
  people: Readonly<Record<string, string>>;
  me: Me;
}

/** The event log of an interaction, oldest first. */
export function EventTimeline({ events, people, me }: Props) {
  const t = useText();
  const locale = useLanguage();
  if (events.length === 0) return <p className={classes.none}>{t.detail.noEvents}</p>;

  const nameOf = (userId: string | null): string | null => {
    if (userId === null) return null;
    return userId === me.id ? t.detail.you : (people[userId] ?? null);
  };

  return (
    <ol className={classes.timeline} data-testid="timeline">
      {events.map(event => {
        const who = nameOf(event.userId);
        const more = [...(who ? [who] : []), ...remarks(event, t)];
        return (
          <li key={event.id} data-event={event.type}>
            <div className={classes.event}>
              <span>{wordFor(t.events, event.type)}</span>
              <time className={classes.clock} dateTime={event.at} title={formatFull(event.at, locale)}>
                {formatClock(event.at, locale)}
              </time>
            </div>
            {more.length > 0 && <p className={classes.more}>{more.join(' · ')}</p>}
            {isDecision(event.data.decision) && <Reasons decision={event.data.decision} nameOf={nameOf} />}
          </li>
        );
      })}
    </ol>
  );
}
