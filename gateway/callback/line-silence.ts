import type { Logger } from 'pino';
import type { Leg } from '../calls/index.js';
import type { Activity, MediaServer } from '../media/index.js';

/** A line over which nothing has come for so long is silent, milliseconds. */
export const silenceMs = 2_000;

/** What is sent without sound is not of interest here: the longest that an engine takes, milliseconds. */
const neverMs = 3_600_000;

/**
 * Tells when nothing comes over a leg any more, once something has, and when it is heard again. Who holds is not missed.
 * Resolves when the leg is watched; without an engine that can, nothing is told.
 * @param heldAlready it was on hold when it was taken over
 */
export async function followSound(
  { media, logger }: { media: MediaServer; logger: Logger },
  { endpoint, ended }: Leg,
  tell: (event: 'fell_silent' | 'heard') => void,
  heldAlready = false,
): Promise<void> {
  if (!media.capabilities.has('activity')) return;
  let [quiet, held, over] = [false, heldAlready, false];
  let taken: NodeJS.Timeout | undefined;
  void ended.then(() => {
    over = true;
    clearTimeout(taken);
  });
  const missed = () => quiet && !held && !over;
  const judge = async () => {
    if (!missed()) return;
    const { packetsReceived } = await endpoint.statistics();
    if (packetsReceived > 0 && missed()) tell('fell_silent');
  };
  const look = () => {
    judge().catch(error => logger.warn({ err: error }, 'silence not measured'));
  };
  endpoint.on('activity', (activity: Activity) => {
    quiet = activity === 'no_rtp';
    if (quiet) look();
    else if (!over) tell('heard');
  });
  endpoint.on('hold', on => {
    held = on;
    clearTimeout(taken);
    // Who takes the other back has a moment to be heard again.
    if (!on && quiet) taken = setTimeout(look, silenceMs);
  });
  try {
    await endpoint.watchActivity({ silenceMs: neverMs, noRtpMs: silenceMs });
  } catch (error) {
    logger.warn({ err: error }, 'a line that falls silent is not noticed');
  }
}
