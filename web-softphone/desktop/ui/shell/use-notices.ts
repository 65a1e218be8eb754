import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import type { Notice } from '../../desk/notice.js';
import type { Dictionary } from '../../i18n/en.js';
import { wordFor } from '../../i18n/word.js';
import { useDesktop, useText } from '../hooks.js';

function sentence(notice: Notice, t: Dictionary): string {
  const name = notice.interaction.customer.name ?? t.customer.anonymous;
  switch (notice.kind) {
    case 'offer_gone':
      return t.notices.offerGone(name);
    case 'offer_taken':
      return t.notices.offerTaken(name, notice.by);
    case 'sent_back':
      return t.notices.sentBack(name);
    case 'call_ended':
      return t.notices.callEnded(wordFor(t.outcomes, notice.outcome));
    case 'wrap_up_over':
      return t.notices.wrapUpOver(name);
  }
}

/** Tells what happened without the agent's doing. */
export function useNotices(): void {
  const desktop = useDesktop();
  const t = useText();
  useEffect(
    () =>
      desktop.onNotice(notice => {
        notifications.show({
          id: `${notice.kind} ${notice.interaction.id}`,
          message: sentence(notice, t),
          color: notice.kind === 'sent_back' ? 'rose' : 'harbor',
          closeButtonProps: { 'aria-label': t.dismiss },
          autoClose: 10_000,
        });
      }),
    [desktop, t],
  );
}
