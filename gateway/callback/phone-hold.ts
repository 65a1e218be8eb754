import type { Logger } from 'pino';
import { type InteractionRef, phoneHolds, resumeCustomer } from '../acd/index.js';
import type { Leg } from '../calls/index.js';
import { type Sql, untilTaken } from '../store/index.js';

/**
 * An agent's telephone holds (by re-INVITE, RFC 3264 8.4), or no longer. He is heard no more, and the media server plays
 * music in his place: what is left to be done is to write it down.
 * @param ref with the agent whose telephone it is
 */
export async function writePhoneHold(sql: Sql, ref: InteractionRef, holds: boolean): Promise<void> {
  await untilTaken(async () => (holds ? phoneHolds(sql, ref) : resumeCustomer(sql, ref, 'phone')));
}

/** Writes down whenever the telephone of a colleague who helps holds; of one leg the steps follow each other. */
export function followPhoneHold(
  { sql, logger }: { sql: Sql; logger: Logger },
  ref: InteractionRef,
  { endpoint }: Leg,
): void {
  let written: Promise<unknown> = Promise.resolve();
  endpoint.on('hold', holds => {
    written = written
      .then(() => writePhoneHold(sql, ref, holds))
      .catch(error => logger.error({ err: error }, 'a hold by telephone is not written down'));
  });
}
