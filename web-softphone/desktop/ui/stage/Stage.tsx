import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Desk, Me } from '../../api/types.js';
import { useText } from '../hooks.js';
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

  const announcement =
    current?.state === 'offered'
      ? t.offer.announce(current.customer.name ?? t.customer.anonymous, current.queue.name)
      : '';

  return (
    <div ref={place} tabIndex={-1} className={classes.stage}>
      <VisuallyHidden role="alert">{announcement}</VisuallyHidden>
      <LineNotices me={me} current={current} />
      {desk === null && <Loading />}
      {desk !== null && current === null && <EmptyDesk me={me} waiting={desk.waiting} />}
      {current !== null && <Conversation key={current.id} interaction={current} me={me} />}
    </div>
  );
}
