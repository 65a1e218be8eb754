import type { Logger } from 'pino';
import { type Sql, StoreClock } from '../store/index.js';
import { advanceWaiting, nextWake } from './waiting.js';

/**
 * Wakes those who wait when their time has come (`wake_at`).
 * @param onAdvanced something has changed that may make a match
 */
export function waitingClock(sql: Sql, logger: Logger, onAdvanced: () => void): StoreClock {
  return new StoreClock(
    {
      planning: new Set([
        'requested',
        'due',
        'declined',
        'offer_expired',
        'agent_lost',
        'cut_off',
        'overflowed',
        'administered',
      ]),
      complaint: 'those who wait were not advanced; the next look tries again',
      async look() {
        if ((await advanceWaiting(sql)) > 0) onAdvanced();
        const next = await nextWake(sql);
        return next && next.getTime() - Date.now();
      },
    },
    logger,
  );
}
