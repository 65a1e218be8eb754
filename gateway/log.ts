import { type Logger, pino } from 'pino';

/**
 * The log of this process, on its standard error. Each line is written when it is said: lines that wait for their turn are
 * written at the exit, and where nobody reads them any more that is tried for ever (sonic-boom 4.2.1, flushSync).
 */
export function openLog(level: string): Logger {
  return pino(
    { level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
