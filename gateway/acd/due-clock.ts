import type { Logger } from 'pino';
import { type Sql, StoreClock } from '../store/index.js';
import { enterDue, untilNextDue } from './schedule.js';

/**
 * Lets callbacks enter their queue when their time has come.
 * @param longestMs the longest a look is put off, milliseconds; that of every clock by default
 */
export function dueClock(sql: Sql, logger: Logger, longestMs?: number): StoreClock {
  return new StoreClock(
    {
      planning: new Set(['requested', 'rescheduled', 'retry_scheduled', 'place_kept']),
      complaint: 'due callbacks not looked for; the next look finds them',
      longestMs,
      async look() {
        while ((await enterDue(sql)) > 0);
        return await untilNextDue(sql);
      },
    },
    logger,
  );
}
