import { type Ari, ignoreGone } from './ari.js';
import type { AsteriskEndpoint } from './endpoint.js';
import { Snoop } from './snoop.js';
import type { Waiters } from './waiters.js';

/** A channel or a bridge of Asterisk that something is played to, for as long as it is. */
export interface Stage {
  readonly path: `channels/${string}` | `bridges/${string}`;
  close(): Promise<void>;
}

/** The channel or the bridge itself. Asterisk takes a channel out of its bridge to play to it. */
export function directly(path: Stage['path']): Promise<Stage> {
  return Promise.resolve({ path, close: async () => undefined });
}

/**
 * Into what a bridged endpoint hears, in place of its partner, who goes on hearing it: through a channel that whispers.
 * Who spies on the endpoint does not hear what is whispered to it: then the direct way is taken.
 */
export async function inPlaceOf(
  { ari, waiters }: { ari: Ari; waiters: Waiters },
  endpoint: AsteriskEndpoint,
  partner: AsteriskEndpoint,
): Promise<Stage> {
  await partner.hush(true);
  try {
    const snoop = await Snoop.open(ari, waiters, endpoint.channel, { spy: 'none', whisper: 'out' });
    return {
      path: `channels/${snoop.id}`,
      close: async () => {
        await Promise.all([snoop.close(), partner.hush(false).catch(ignoreGone)]);
      },
    };
  } catch (error) {
    await partner.hush(false).catch(ignoreGone);
    throw error;
  }
}
