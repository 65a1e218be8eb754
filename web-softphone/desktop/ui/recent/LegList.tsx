import { IconHeadset, IconPhone } from '@tabler/icons-react';
import type { Leg } from '../../api/types.js';
import { formatDuration } from '../../format/duration.js';
import type { Dictionary } from '../../i18n/en.js';
import { wordFor } from '../../i18n/word.js';
import { useDesktop, useStore, useText } from '../hooks.js';
import { BrowserFigures, LineFigures } from '../stage/LineMeter.js';
import classes from './detail.module.css';

function fate(leg: Leg, t: Dictionary): string[] {
  const { startedAt, answeredAt, endedAt, outcome, sipStatus, endedBy } = leg;
  const ms = (from: string, to: string) => formatDuration(Date.parse(to) - Date.parse(from));
  const words: string[] = [];
  if (answeredAt) words.push(t.detail.answeredAfter(ms(startedAt, answeredAt)));
  if (answeredAt && endedAt) words.push(t.detail.lasted(ms(answeredAt, endedAt)));
  if (outcome && outcome !== 'answered') words.push(wordFor(t.legOutcomes, outcome));
  if (endedBy) words.push(wordFor(t.detail.endedBy, endedBy));
  if (sipStatus !== null) words.push(t.detail.sip(sipStatus));
  return words;
}

/** Every line that was called, and its fate. A party is a name or a number, which is shown as at `home`. */
export function LegList({ legs, home }: { legs: Leg[]; home: string | undefined }) {
  const t = useText();
  const { format } = useStore(useDesktop().phones.knowledge);
  if (legs.length === 0) return <p className={classes.none}>{t.detail.noLegs}</p>;
  return (
    <ul className={classes.legs} data-testid="legs">
      {legs.map(leg => (
        <li key={leg.id} className={classes.leg}>
          {leg.role === 'agent' ? <IconHeadset size={18} aria-hidden /> : <IconPhone size={18} aria-hidden />}
          <span className={classes.legTitle}>
            <span>
              {wordFor(t.detail.legRoles, leg.role)}
              {leg.party && ` · ${format(leg.party, home)}`}
            </span>
            <span>{wordFor(t.detail.legStates, leg.state)}</span>
          </span>
          <p className={classes.more}>{fate(leg, t).join(' · ')}</p>
          {leg.quality && leg.quality.packetsReceived + leg.quality.packetsSent > 0 && (
            <details className={classes.more} data-testid="leg-quality">
              <summary>{t.quality.title}</summary>
              <LineFigures quality={leg.quality} />
              {leg.browser && <BrowserFigures browser={leg.browser} />}
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}
