import type { Logger } from 'pino';
import { type Sql, StoreClock } from '../../store/index.js';
import { deleteOldVoicemails, untilNextOld } from './voicemails-sql.js';

/** The longest that a message is kept beyond its time where no timer has fired, milliseconds. */
const longestMs = 3_600_000;

/** Deletes messages that are older than their companies keep them. */
export function voicemailClock(sql: Sql, logger: Logger): StoreClock {
  return new StoreClock(
    {
      planning: new Set(['voicemail_left', 'administered']),
      complaint: 'old messages not deleted; the next look deletes them',
      longestMs,
      async look() {
        await deleteOldVoicemails(sql);
        return await untilNextOld(sql);
      },
    },
    logger,
  );
}
