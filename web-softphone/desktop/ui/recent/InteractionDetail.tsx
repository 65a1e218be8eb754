import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import type { Interaction, InteractionDetail, Me } from '../../api/types.js';
import { isAskedFor, isOwnCall } from '../../desk/call-steps.js';
import { formatDuration } from '../../format/duration.js';
import { formatFull } from '../../format/time.js';
import { wordFor } from '../../i18n/word.js';
import { Definition, DefinitionList } from '../common/DefinitionList.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { PhoneNumber, TextWithNumbers } from '../dial/PhoneNumber.js';
import { useLanguage, useText } from '../hooks.js';
import { contextInWords, languageName, nameOf, PageLink } from '../stage/Customer.js';
import classes from './detail.module.css';
import { EventTimeline } from './EventTimeline.js';
import { LegList } from './LegList.js';
import { OutcomeIcon, outcomeText } from './Outcome.js';
import { useDetail } from './use-detail.js';

function span(from: string | null, to: string | null): string | null {
  return from && to ? formatDuration(Date.parse(to) - Date.parse(from)) : null;
}

function Facts({ interaction, home }: { interaction: Interaction; home: string | undefined }) {
  const t = useText();
  const locale = useLanguage();
  const {
    requestedAt,
    acceptedAt,
    bridgedAt,
    endedAt,
    note,
    disposition,
    wrapUpNote,
    agent,
    context,
    rating,
    heldSeconds,
  } = interaction;
  const waited = span(requestedAt, acceptedAt ?? endedAt);
  const talked = span(bridgedAt, endedAt);
  return (
    <DefinitionList>
      <Definition name={isOwnCall(interaction) ? t.dial.begun : t.customer.requested}>
        {formatFull(requestedAt, locale)}
      </Definition>
      {waited && isAskedFor(interaction) && <Definition name={t.detail.waited}>{waited}</Definition>}
      {talked && <Definition name={t.detail.talked}>{talked}</Definition>}
      {heldSeconds > 0 && <Definition name={t.detail.held}>{formatDuration(heldSeconds * 1000)}</Definition>}
      <Definition name={t.customer.queue}>{interaction.queue.name}</Definition>
      {agent && <Definition name={t.detail.agent}>{agent.name}</Definition>}
      {(interaction.page || isAskedFor(interaction)) && (
        <Definition name={t.customer.page}>
          <PageLink page={interaction.page} />
        </Definition>
      )}
      <Definition name={t.customer.language}>{languageName(interaction.locale, locale)}</Definition>
      {note && (
        <Definition name={t.customer.note}>
          <TextWithNumbers text={note} home={home} />
        </Definition>
      )}
      {Object.entries(context).map(([name, value]) => (
        <Definition key={name} name={name}>
          {contextInWords(value, t, locale)}
        </Definition>
      ))}
      {rating && (
        <Definition name={t.customer.rating}>
          <span className={classes.prose}>
            {[t.customer.stars(rating.stars), rating.comment].filter(Boolean).join(' · ')}
          </span>
        </Definition>
      )}
      {disposition && (
        <Definition name={t.detail.result}>{wordFor(t.wrapUp.dispositions, disposition)}</Definition>
      )}
      {wrapUpNote && (
        <Definition name={t.detail.wrapUpNote}>
          <span className={classes.prose}>
            <TextWithNumbers text={wrapUpNote} home={home} />
          </span>
        </Definition>
      )}
    </DefinitionList>
  );
}

function Story({ detail, me }: { detail: InteractionDetail; me: Me }) {
  const t = useText();
  const { customer } = detail;
  return (
    <Stack gap="lg">
      <div className={classes.head}>
        <OutcomeIcon interaction={detail} />
        <div>
          <h3 className={classes.name}>{nameOf(detail, t)}</h3>
          <p className={classes.phone}>
            {detail.with === 'colleague' ? (
              t.dial.colleague
            ) : (
              <PhoneNumber e164={customer.phone} home={me.tenant.countries[0]} channel={detail.channel} />
            )}{' '}
            · {outcomeText(detail, t)}
          </p>
        </div>
      </div>
      <section>
        <h3 className={classes.heading}>{t.detail.facts}</h3>
        <Facts interaction={detail} home={me.tenant.countries[0]} />
      </section>
      <section>
        <h3 className={classes.heading}>{t.detail.timeline}</h3>
        <EventTimeline events={detail.events} people={detail.people} me={me} />
      </section>
      <section>
        <h3 className={classes.heading}>{t.detail.legs}</h3>
        <LegList legs={detail.legs} home={me.tenant.countries[0]} />
      </section>
    </Stack>
  );
}

export function InteractionDetailView({ id, me }: { id: string; me: Me }) {
  const t = useText();
  const { detail, failure, reload } = useDetail(id);
  if (failure !== null) return <ProblemAlert title={t.detail.failed} failure={failure} onRetry={reload} />;
  if (detail) return <Story detail={detail} me={me} />;
  return (
    <div aria-busy>
      <VisuallyHidden>{t.loading}</VisuallyHidden>
      <Stack gap="sm" aria-hidden>
        <Skeleton height={36} width="60%" />
        <Skeleton height={140} />
        <Skeleton height={200} />
      </Stack>
    </div>
  );
}
