import { Button, Skeleton, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import type { Desk, Interaction, Me } from '../../api/types.js';
import { allRecent } from '../../desk/desk.js';
import { formatDuration } from '../../format/duration.js';
import { formatFull, formatMoment } from '../../format/time.js';
import type { Dictionary } from '../../i18n/en.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useDesktop, useLanguage, useNow, usePhone, useStore, useText } from '../hooks.js';
import { OutcomeIcon, outcomeText } from './Outcome.js';
import classes from './recent.module.css';

function Row({ interaction, me, onOpen }: { interaction: Interaction; me: Me; onOpen: () => void }) {
  const t = useText();
  const locale = useLanguage();
  const now = useNow();
  const { customer, bridgedAt, endedAt, requestedAt } = interaction;
  const phone = usePhone(customer.phone, me.tenant.countries[0], interaction.channel);
  const length = bridgedAt && endedAt ? formatDuration(Date.parse(endedAt) - Date.parse(bridgedAt)) : null;
  return (
    <li>
      <UnstyledButton
        className={classes.row}
        onClick={onOpen}
        data-testid="recent-item"
        data-interaction={interaction.id}
      >
        <OutcomeIcon interaction={interaction} />
        <span className={classes.who}>
          <span className={classes.name}>{customer.name ?? phone}</span>
          <span className={classes.what}>
            {[kindOf(interaction, t), outcomeText(interaction, t), interaction.queue.name]
              .filter(word => word !== null)
              .join(' · ')}
          </span>
        </span>
        <span className={classes.when}>
          <time dateTime={requestedAt} title={formatFull(requestedAt, locale)}>
            {formatMoment(requestedAt, now, locale)}
          </time>
          {length && <span>{length}</span>}
        </span>
      </UnstyledButton>
    </li>
  );
}

/** What kind of call it was, where it was not the usual one. */
function kindOf(interaction: Interaction, t: Dictionary): string | null {
  if (interaction.with === 'colleague') return t.dial.internalCall;
  return interaction.channel === 'outbound' ? t.dial.outboundCall : null;
}

function Loading() {
  const t = useText();
  return (
    <div aria-busy>
      <VisuallyHidden>{t.loading}</VisuallyHidden>
      {[0, 1, 2, 3].map(key => (
        <div key={key} className={classes.row} aria-hidden>
          <Skeleton circle height={36} />
          <span className={classes.who}>
            <Skeleton height={12} width="60%" mb={8} />
            <Skeleton height={10} width="80%" />
          </span>
        </div>
      ))}
    </div>
  );
}

function Older({ shown }: { shown: number }) {
  const t = useText();
  const { view } = useDesktop();
  const older = useStore(view.older);
  if (older.failure !== null) {
    return (
      <ProblemAlert title={t.recent.failed} failure={older.failure} onRetry={() => void view.loadOlder()} />
    );
  }
  if (older.complete) return <p className={classes.end}>{t.recent.end}</p>;
  // Fewer than a desk holds: there is nothing older.
  if (shown < 20) return null;
  return (
    <Button variant="default" size="sm" loading={older.loading} onClick={() => void view.loadOlder()}>
      {t.recent.more}
    </Button>
  );
}

/** What the agent has handled, newest first. */
export function RecentList({
  desk,
  me,
  hidden,
  onOpen,
}: {
  desk: Desk | null;
  me: Me;
  hidden: boolean;
  onOpen: (id: string) => void;
}) {
  const t = useText();
  const { view } = useDesktop();
  const older = useStore(view.older);
  const interactions = allRecent(desk?.recent ?? [], older.interactions);
  return (
    <aside className={classes.recent} aria-labelledby="recent-title" hidden={hidden}>
      <div className={classes.body}>
        <div className={classes.head}>
          <h2 id="recent-title" className={classes.title}>
            {t.recent.title}
          </h2>
        </div>
        <div className={classes.scroll}>
          {desk === null && <Loading />}
          {desk !== null && interactions.length === 0 && (
            <div className={classes.empty}>
              <IconHistory size={32} stroke={1.5} aria-hidden />
              <p className={classes.emptyTitle}>{t.recent.empty}</p>
              <p>{t.recent.emptyText}</p>
            </div>
          )}
          {interactions.length > 0 && (
            <ul className={classes.list} data-testid="recent-list">
              {interactions.map(interaction => (
                <Row
                  key={interaction.id}
                  interaction={interaction}
                  me={me}
                  onOpen={() => onOpen(interaction.id)}
                />
              ))}
            </ul>
          )}
          {interactions.length > 0 && (
            <div className={classes.more}>
              <Older shown={interactions.length} />
            </div>
          )}
        </div>
      </div>
    </aside>
  );
}
