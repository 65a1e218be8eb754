import { MediaError, type MonitorRole } from '../port.js';
import { type Ari, AriError } from './ari.js';
import type { AsteriskConference } from './conference.js';
import type { AsteriskEndpoint } from './endpoint.js';
import { Snoop } from './snoop.js';
import { Talk } from './talk.js';
import type { Waiters } from './waiters.js';

/** What an endpoint is joined to. `leave` takes it out, and frees what nobody is in any more. */
export interface Join {
  /** Who hears music while this endpoint's peer holds. */
  readonly partner?: AsteriskEndpoint;
  leave(endpoint: AsteriskEndpoint): Promise<void>;
}

/** Two endpoints that hear each other. */
export async function bridge(ari: Ari, one: AsteriskEndpoint, other: AsteriskEndpoint): Promise<void> {
  await Promise.all([one.clear(), other.clear()]);
  const talk = await Talk.open(ari);
  try {
    await talk.add([one.channel, other.channel]);
  } catch (error) {
    await talk.close();
    throw unknownIfGone(error);
  }
  const leave = async () => {
    one.join = undefined;
    other.join = undefined;
    await Promise.all([talk.close(), one.player.setMusic(undefined), other.player.setMusic(undefined)]);
  };
  one.join = { partner: other, leave };
  other.join = { partner: one, leave };
  await Promise.all([one.holdMusicForPartner(), other.holdMusicForPartner()]);
}

const snoops: Record<MonitorRole, { whisper: 'none' | 'out' | 'both' }> = {
  listen: { whisper: 'none' },
  whisper: { whisper: 'out' },
  // Heard by the other side as if the target said it: the talk's own bridge is left alone.
  barge: { whisper: 'both' },
};

/** A supervisor's endpoint in a bridge with a channel that spies on the target's. */
class Monitoring implements Join {
  readonly target: AsteriskEndpoint;
  readonly #ari: Ari;
  readonly #waiters: Waiters;
  readonly #talk: Talk;
  #snoop: Snoop | undefined;

  constructor(ari: Ari, waiters: Waiters, talk: Talk, target: AsteriskEndpoint) {
    this.#ari = ari;
    this.#waiters = waiters;
    this.#talk = talk;
    this.target = target;
  }

  async as(role: MonitorRole): Promise<void> {
    const earlier = this.#snoop;
    const snoop = await Snoop.open(this.#ari, this.#waiters, this.target.channel, {
      spy: 'both',
      ...snoops[role],
    });
    this.#snoop = snoop;
    await this.#talk.add([snoop.id]);
    await earlier?.close();
  }

  async leave(endpoint: AsteriskEndpoint): Promise<void> {
    endpoint.join = undefined;
    this.target.watchers.delete(endpoint);
    await Promise.all([this.#talk.close(), this.#snoop?.close()]);
  }
}

/** Lets `endpoint` hear the talk that `target` is in, and be heard as the role says. */
export async function monitor(
  { ari, waiters }: { ari: Ari; waiters: Waiters },
  endpoint: AsteriskEndpoint,
  target: AsteriskEndpoint,
  role: MonitorRole,
): Promise<void> {
  if (endpoint.join instanceof Monitoring && endpoint.join.target === target) {
    await endpoint.join.as(role).catch(error => Promise.reject(unknownIfGone(error)));
    return;
  }
  await endpoint.clear();
  const talk = await Talk.open(ari);
  const monitoring = new Monitoring(ari, waiters, talk, target);
  endpoint.join = monitoring;
  target.watchers.add(endpoint);
  try {
    await talk.add([endpoint.channel]);
    await monitoring.as(role);
  } catch (error) {
    await monitoring.leave(endpoint);
    throw unknownIfGone(error);
  }
}

export function joinConference(conference: AsteriskConference): Join {
  return { leave: endpoint => conference.remove(endpoint) };
}

/** A channel that Asterisk does not have is an endpoint that is no more. */
export function unknownIfGone(error: unknown): unknown {
  if (error instanceof AriError && (error.status === 404 || error.status === 400 || error.status === 422))
    return new MediaError('unknown_endpoint', error.message);
  return error;
}
