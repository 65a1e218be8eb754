import { ActionIcon, Anchor, Tooltip, VisuallyHidden } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy, IconExternalLink, IconMessage2 } from '@tabler/icons-react';
import type { Interaction, Me } from '../../api/types.js';
import { isAskedFor, isOwnCall } from '../../desk/call-steps.js';
import { linkOf } from '../../format/page.js';
import { formatMoment } from '../../format/time.js';
import type { Dictionary } from '../../i18n/en.js';
import { Definition, DefinitionList } from '../common/DefinitionList.js';
import { Elapsed } from '../common/Elapsed.js';
import { PhoneNumber, TextWithNumbers } from '../dial/PhoneNumber.js';
import { useLanguage, useNow, usePhone, useText } from '../hooks.js';
import classes from './customer.module.css';

/** The customer's or the colleague's name. */
export function nameOf(interaction: Interaction, t: Dictionary): string {
  const nobody = isAskedFor(interaction) ? t.customer.anonymous : t.dial.nameless;
  return interaction.customer.name ?? nobody;
}

/** Who it is, and how he is reached. */
export function CustomerHead({ interaction, me }: { interaction: Interaction; me: Me }) {
  const t = useText();
  const { customer } = interaction;
  const clipboard = useClipboard({ timeout: 2_000 });
  const copy = clipboard.copied ? t.customer.copied : t.customer.copyPhone;
  return (
    <div className={classes.head}>
      <p className={classes.name} data-testid="customer-name">
        {nameOf(interaction, t)}
      </p>
      <p className={classes.phone}>
        <VisuallyHidden>{t.customer.phone}: </VisuallyHidden>
        <span data-testid="customer-phone" data-phone={customer.phone}>
          {interaction.with === 'colleague' ? (
            t.dial.colleague
          ) : (
            <PhoneNumber e164={customer.phone} home={me.tenant.countries[0]} channel={interaction.channel} />
          )}
        </span>
        {customer.phone !== null && (
          <Tooltip label={copy} withArrow>
            <ActionIcon
              variant="subtle"
              color="gray"
              className={classes.copy}
              aria-label={copy}
              onClick={() => clipboard.copy(customer.phone ?? '')}
            >
              {clipboard.copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </p>
    </div>
  );
}

/** The visitor's page as a link that gives it no power over this one. */
export function PageLink({ page }: { page: Interaction['page'] }) {
  const t = useText();
  if (!page) return <span className={classes.none}>{t.customer.noPage}</span>;
  const link = linkOf(page.url);
  if (!link) return <>{page.title ?? page.url}</>;
  return (
    <Anchor
      href={link.href}
      target="_blank"
      rel="noopener noreferrer"
      className={classes.page}
      title={link.href}
    >
      <span>{page.title ?? link.short}</span>
      <IconExternalLink size={15} aria-hidden />
      <VisuallyHidden> ({t.customer.opensNewTab})</VisuallyHidden>
      {page.title && <span className={classes.url}>{link.short}</span>}
    </Anchor>
  );
}

export function languageName(tag: string, locale: string): string {
  try {
    return new Intl.DisplayNames(locale, { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** A value that the site's own code has told. */
export function contextInWords(value: string | number | boolean, t: Dictionary, locale: string): string {
  if (typeof value === 'boolean') return value ? t.customer.yes : t.customer.no;
  return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value;
}

/** What a caller has dialled, and what he chose on his way here. */
function Way({ inbound, me }: { inbound: NonNullable<Interaction['inbound']>; me: Me }) {
  const t = useText();
  const dialled = usePhone(inbound.number, me.tenant.countries[0]);
  return (
    <>
      <Definition name={t.customer.dialled}>
        <span data-testid="dialled">{dialled}</span>
      </Definition>
      {inbound.choices.length > 0 && (
        <Definition name={t.customer.chose}>
          <span data-testid="choices">
            {inbound.choices.map(({ keys, to, step }) => `${keys} ${to ?? step}`).join(' → ')}
          </span>
        </Definition>
      )}
    </>
  );
}

/** What he asks, from where, and since when. */
export function CustomerFacts({ interaction, me }: { interaction: Interaction; me: Me }) {
  const t = useText();
  const locale = useLanguage();
  const now = useNow();
  const { note, page, context, requestedAt, state, inbound } = interaction;
  return (
    <section>
      {note && (
        <blockquote className={classes.note} data-testid="customer-note">
          <IconMessage2 size={18} aria-hidden />
          <VisuallyHidden>{t.customer.note}: </VisuallyHidden>
          <span>
            <TextWithNumbers text={note} home={me.tenant.countries[0]} />
          </span>
        </blockquote>
      )}
      <DefinitionList>
        {inbound && <Way inbound={inbound} me={me} />}
        {!inbound && (page || isAskedFor(interaction)) && (
          <Definition name={t.customer.page}>
            <PageLink page={page} />
          </Definition>
        )}
        {Object.entries(context).map(([name, value]) => (
          <Definition key={name} name={name}>
            <span data-testid={`context-${name}`}>{contextInWords(value, t, locale)}</span>
          </Definition>
        ))}
        <Definition name={t.customer.queue}>{interaction.queue.name}</Definition>
        <Definition
          name={
            state === 'offered'
              ? t.customer.waitingSince
              : isOwnCall(interaction)
                ? t.dial.begun
                : t.customer.requested
          }
        >
          {state === 'offered' ? <Elapsed since={requestedAt} /> : formatMoment(requestedAt, now, locale)}
        </Definition>
        <Definition name={t.customer.language}>{languageName(interaction.locale, locale)}</Definition>
      </DefinitionList>
    </section>
  );
}
