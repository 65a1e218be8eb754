import { ActionIcon, Button, Loader, Tooltip } from '@mantine/core';
import { IconMailOpened, IconRecordMail, IconTrash } from '@tabler/icons-react';
import type { Me, Voicemail } from '../../api/types.js';
import { formatDuration } from '../../format/duration.js';
import { formatFull, formatMoment } from '../../format/time.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { PhoneNumber } from '../dial/PhoneNumber.js';
import { useDesktop, useLanguage, useNow, usePhone, useStore, useText } from '../hooks.js';
import { Link } from '../Link.js';
import classes from './voicemail.module.css';

export const voicemailPath = '/desktop/voicemail';

function Row({ voicemail, me }: { voicemail: Voicemail; me: Me }) {
  const t = useText();
  const locale = useLanguage();
  const now = useNow();
  const { voicemails } = useDesktop();
  const { id, caller, number, leftAt, durationMs, heardAt, heardBy } = voicemail;
  const [home] = me.tenant.countries;
  const dialled = usePhone(number, home);
  const removes = me.role !== 'agent';
  return (
    <li className={classes.row} data-testid="voicemail" data-heard={heardAt !== null}>
      <div className={classes.who}>
        <strong>
          <PhoneNumber e164={caller} home={home} channel="call" />
        </strong>
        <span className={classes.minor}>
          <time dateTime={leftAt} title={formatFull(leftAt, locale)}>
            {formatMoment(leftAt, now, locale)}
          </time>{' '}
          · {formatDuration(durationMs)} · {t.voicemail.to(dialled)}
          {heardBy && ` · ${t.voicemail.heardBy(heardBy)}`}
        </span>
      </div>
      {/* biome-ignore lint/a11y/useMediaCaption: what callers say has no captions */}
      <audio
        className={classes.player}
        controls
        preload="none"
        src={`/api/v1/voicemails/${encodeURIComponent(id)}/sound`}
        aria-label={t.voicemail.message}
        onPlay={() => {
          if (heardAt === null) void voicemails.mark(id, true);
        }}
      />
      <div className={classes.acts}>
        {heardAt !== null && (
          <Tooltip label={t.voicemail.unheard} withArrow>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t.voicemail.unheard}
              onClick={() => void voicemails.mark(id, false)}
              data-testid="voicemail-unheard"
            >
              <IconMailOpened size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
        {removes && (
          <Tooltip label={t.voicemail.remove} withArrow>
            <ActionIcon
              variant="subtle"
              color="red"
              aria-label={t.voicemail.remove}
              onClick={() => void voicemails.remove(id)}
              data-testid="voicemail-remove"
            >
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
    </li>
  );
}

/** What callers have said to nobody: to be listened to, called back, and done with. */
export function VoicemailPage({ me }: { me: Me }) {
  const t = useText();
  const { voicemails: box } = useDesktop();
  const { page, failure } = useStore(box.state);
  return (
    <section
      className={classes.box}
      aria-label={t.voicemail.title}
      aria-busy={page === null}
      data-testid="voicemails"
    >
      <h2 className={classes.title}>{t.voicemail.title}</h2>
      {failure !== null && (
        <ProblemAlert title={t.voicemail.failed} failure={failure} onRetry={() => void box.refresh()} />
      )}
      {page === null && failure === null && <Loader mx="auto" aria-label={t.loading} />}
      {page?.voicemails.length === 0 && <p className={classes.minor}>{t.voicemail.none}</p>}
      {page && (
        <ul className={classes.list}>
          {page.voicemails.map(voicemail => (
            <Row key={voicemail.id} voicemail={voicemail} me={me} />
          ))}
        </ul>
      )}
      {page?.more && (
        <Button variant="default" onClick={() => void box.older()}>
          {t.recent.more}
        </Button>
      )}
    </section>
  );
}

interface VoicemailLinkProps {
  className: string | undefined;
  nameClass: string | undefined;
}

/** To the messages, with how many nobody has heard. */
export function VoicemailLink({ className, nameClass }: VoicemailLinkProps) {
  const t = useText();
  const { voicemails, route } = useDesktop();
  const { page } = useStore(voicemails.state);
  const here = useStore(route.path) === voicemailPath;
  const unheard = page?.unheard ?? 0;
  return (
    <Link
      href={here ? '/desktop/' : voicemailPath}
      className={className}
      aria-current={here ? 'page' : undefined}
      data-testid="voicemail-open"
    >
      <IconRecordMail size={20} aria-hidden />
      <span className={nameClass}>{here ? t.admin.desk : t.voicemail.title}</span>
      {unheard > 0 && !here && (
        <span className={classes.unheard} title={t.voicemail.count(unheard)} data-testid="voicemail-count">
          {unheard}
        </span>
      )}
    </Link>
  );
}
