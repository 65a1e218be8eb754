import { Button, Loader } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import { useDesktop, useLasting, useNow, useStore, useText } from '../hooks.js';
import classes from './connection-banner.module.css';

function watchOnline(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

function RetryIn({ at }: { at: number }) {
  const t = useText();
  useNow();
  return t.link.retryIn(Math.max(1, Math.ceil((at - Date.now()) / 1000)));
}

/** Says that what is shown may be old, as long as it may be. */
export function ConnectionBanner() {
  const t = useText();
  const { live } = useDesktop();
  const state = useStore(live.state);
  const online = useSyncExternalStore(watchOnline, () => navigator.onLine);
  // The first connection, and the one after a change of language, are quick and no news.
  const slow = useLasting(state.phase === 'connecting', 2_500);
  const lost = state.phase === 'waiting' || (state.phase === 'connecting' && state.attempt > 0);

  return (
    <div role="status" className={classes.place}>
      {(lost || slow) && (
        <div className={classes.banner} data-testid="reconnecting">
          <p className={classes.text}>
            <IconPlugConnectedX size={20} aria-hidden />
            <strong>{online ? t.link.lost : t.link.offline}.</strong> {t.link.stale}
          </p>
          {state.phase === 'waiting' ? (
            <>
              <span className={classes.when} aria-hidden>
                <RetryIn at={state.retryAt} />
              </span>
              <Button size="compact-sm" variant="default" onClick={() => live.retry()}>
                {t.link.retryNow}
              </Button>
            </>
          ) : (
            <span className={classes.when}>
              <Loader size={14} color="currentColor" aria-hidden /> {t.link.retrying}
            </span>
          )}
        </div>
      )}
    </div>
  );
}
