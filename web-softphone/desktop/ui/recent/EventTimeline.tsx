import type { InteractionEvent, Me } from '../../api/types.js';
import { formatDuration } from '../../format/duration.js';
import { formatClock, formatFull } from '../../format/time.js';
import type { Dictionary } from '../../i18n/en.js';
import type { Language } from '../../i18n/language.js';
import { wordFor } from '../../i18n/word.js';
import { useLanguage, useText } from '../hooks.js';
import classes from './detail.module.css';
import { isDecision, Reasons } from './Reasons.js';

/** What an event says beside its type, in words. */
function remarks({ data }: InteractionEvent, t: Dictionary, locale: Language): string[] {
  const {
    outcome,
    endedBy,
    from,
    to,
    waited,
    above,
    offers,
    heard,
    role,
    grade,
    trouble,
    by,
    cause,
    talked,
  } = data;
  const found: string[] = [];
  if (isQueue(from) && isQueue(to))
    found.push(t.queueRules.moved(nameOfQueue(from, locale), nameOfQueue(to, locale)));
  if (typeof waited === 'number') found.push(t.queueRules.waited(formatDuration(waited * 1000)));
  if (typeof above === 'number') found.push(t.queueRules.above(above));
  if (typeof offers === 'string') found.push(wordFor(t.queueRules.offers, offers));
  if (typeof role === 'string' && typeof grade === 'string')
    found.push(wordFor(t.detail.legRoles, role), wordFor(t.quality.grades, grade));
  if (trouble === null || typeof trouble === 'string')
    found.push(wordFor(t.quality.troubles, trouble ?? 'none'));
  if (typeof heard === 'string') found.push(heard);
  if (by === 'phone') found.push(t.detail.byPhone);
  if (typeof cause === 'string') found.push(wordFor(t.causes, cause));
  if (typeof talked === 'number') found.push(t.talkedFor(formatDuration(talked * 1000)));
  if (typeof outcome === 'string') found.push(wordFor(t.outcomes, outcome));
  if (typeof endedBy === 'string') found.push(wordFor(t.enders, endedBy));
  return found;
}

interface QueueInEvent {
  key: string;
  name: Partial<Record<Language, string>>;
}

function isQueue(value: unknown): value is QueueInEvent {
  return typeof value === 'object' && value !== null && 'key' in value && 'name' in value;
}

function nameOfQueue({ key, name }: QueueInEvent, locale: Language): string {
  return name[locale] ?? name.en ?? key;
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
        const more = [...(who ? [who] : []), ...remarks(event, t, locale)];
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
