import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Desk, Me } from '../../api/types.js';
import { wordFor } from '../../i18n/word.js';
import { FloorPage } from '../floor/FloorPage.js';
import { useText } from '../hooks.js';
import { showHead } from '../show-head.js';
import { MonitorBar } from '../talk/MonitorBar.js';
import { Conversation } from './Conversation.js';
import { EmptyDesk } from './EmptyDesk.js';
import { LineNotices } from './LineNotices.js';
import classes from './stage.module.css';

function Loading() {
  const t = useText();
  return (
    <div className={classes.card} aria-busy>
      <VisuallyHidden>{t.loading}</VisuallyHidden>
      <Stack p="xl" gap="md" aria-hidden>
        <Skeleton height={28} width="40%" />
        <Skeleton height={16} width="70%" />
        <Skeleton height={16} width="55%" />
        <Skeleton height={120} />
      </Stack>
    </div>
  );
}

/** Whether the agent is writing, or in a dialog or a menu, which keep the focus until they are closed. */
function isEngrossed(): boolean {
  return document.activeElement?.closest('input, textarea, [role="dialog"]') != null;
}

/** What the agent has before him now. */
export function Stage({ me, desk }: { me: Me; desk: Desk | null }) {
  const t = useText();
  const current = desk?.current ?? null;
  const place = useRef<HTMLDivElement>(null);
  const scene = current ? `${current.id} ${current.state}` : 'empty';

  // A button that has done its work disappears, and would take the focus with it to the top of the page.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the scene changes
  useEffect(() => {
    if (document.activeElement === document.body) place.current?.focus({ preventScroll: true });
  }, [scene]);

  // On a small screen the stage may have been scrolled away from, or the focus be in what was read meanwhile.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when another interaction comes, or one goes
  useEffect(() => {
    const stage = place.current;
    if (!stage) return;
    if (!stage.contains(document.activeElement) && !isEngrossed()) stage.focus({ preventScroll: true });
    showHead(stage);
  }, [current?.id]);

  const announcement =
    current?.state === 'offered'
      ? current.with === 'colleague'
        ? t.dial.callsYou(current.customer.name ?? t.customer.anonymous)
        : [
            t.offer.announce(current.customer.name ?? t.customer.anonymous, current.queue.name),
            current.autoAnswer && t.offer.automatic,
          ]
            .filter(Boolean)
            .join(' ')
      : '';

  // That the other side has hung up is heard, but what the desktop makes of it is only seen.
  const end =
    current?.state === 'wrap_up'
      ? [t.wrapUp.title, current.outcome && wordFor(t.outcomes, current.outcome)].filter(Boolean).join(': ')
      : '';

  return (
    // biome-ignore lint/a11y/useSemanticElements: it groups more than the fields of a form
    <div
      ref={place}
      tabIndex={-1}
      role="group"
      aria-labelledby={current ? 'conversation-title' : undefined}
      aria-label={current ? undefined : t.heading}
      className={classes.stage}
    >
      <VisuallyHidden role="alert">{announcement}</VisuallyHidden>
      <VisuallyHidden role="status">{end}</VisuallyHidden>
      <LineNotices me={me} current={current} />
      {desk === null && <Loading />}
      {desk?.monitoring && <MonitorBar monitoring={desk.monitoring} />}
      {desk !== null && current === null && (me.role === 'agent' || me.state !== 'offline') && (
        <EmptyDesk me={me} waiting={desk.waiting} />
      )}
      {current !== null && <Conversation key={current.id} interaction={current} me={me} />}
      {desk !== null && current === null && me.role !== 'agent' && (
        <FloorPage me={me} monitoring={desk.monitoring} />
      )}
    </div>
  );
}
