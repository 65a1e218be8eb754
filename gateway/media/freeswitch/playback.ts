import { MediaError, type PlayEnd } from '../port.js';
import { type Channel, ignoreGone, type RunEnd } from './channel.js';
import type { Sounds } from './sounds.js';

/**
 * Plays sounds on a channel, item by item and round by round, until they are over or it is told to end: to a leg that is
 * alone, or in place of what it hears of its partner.
 */
export class Playback {
  /** Resolves when nothing of it is heard any more. @throws MediaError `bad_request` a file that is no sound */
  readonly ended: Promise<PlayEnd>;
  readonly #channel: Channel;
  /** Whom the channel is bridged with now. */
  readonly #partner: () => Channel | undefined;
  readonly #sounds: Sounds;
  readonly #rounds: number;
  #ending: PlayEnd | undefined;
  #settled: Promise<unknown>;
  /** What is played in place of a bridge, and when that is over. */
  #displacing: { sound: string; over: Promise<RunEnd> } | undefined;
  /** Makes room for what is played: the partner is not heard meanwhile. */
  #room: { partner: Channel; where: 'first' | 'last'; leave(): Promise<void> } | undefined;

  constructor(
    { channel, partner }: { channel: Channel; partner: () => Channel | undefined },
    sounds: Sounds,
    times: number | 'forever',
  ) {
    this.#channel = channel;
    this.#partner = partner;
    this.#sounds = sounds;
    this.#rounds = times === 'forever' ? Number.POSITIVE_INFINITY : times;
    this.ended = this.#play().finally(() => this.#leaveRoom());
    this.#settled = this.ended.catch(() => undefined);
  }

  /** Ends it; resolves when it is silent. The first reason counts. */
  async end(reason: PlayEnd): Promise<void> {
    this.#ending ??= reason;
    await this.#channel.insist(() => this.#stopCommand(), this.#settled);
  }

  /** Its leg has left the bridge: what plays goes on from its beginning where the leg is now. */
  async unbridged(): Promise<void> {
    if (this.#displacing) await this.#channel.insist(() => this.#stopCommand(), this.#displacing.over);
  }

  #stopCommand(): string {
    const { uuid } = this.#channel;
    return this.#displacing
      ? `uuid_displace ${uuid} stop ${this.#displacing.sound}`
      : `uuid_fileman ${uuid} stop`;
  }

  async #play(): Promise<PlayEnd> {
    for (let round = 0; round < this.#rounds; round++) {
      for (const { sound, forever } of this.#sounds.items) {
        do {
          if (this.#ending) return this.#ending;
          const end = await this.#one(sound);
          if (this.#ending) return this.#ending;
          if (end === 'gone') return { reason: 'stopped' };
          if (end !== 'done') throw new MediaError('bad_request', `FreeSWITCH cannot play ${sound}: ${end}`);
        } while (forever);
      }
    }
    return { reason: 'finished' };
  }

  async #one(sound: string): Promise<RunEnd> {
    const channel = this.#channel;
    for (;;) {
      const partner = this.#partner();
      if (partner === undefined) return await channel.run('playback', sound);
      const { where } = await this.#makeRoom(partner);
      const over = channel.displace(sound, where);
      this.#displacing = { sound, over };
      const end = await over.finally(() => {
        this.#displacing = undefined;
      });
      if (this.#ending || this.#partner() === partner || end !== 'done') return end;
      await this.#leaveRoom();
      await channel.parked();
    }
  }

  /**
   * What listens to a channel gets what the channel hears as it is at that place in FreeSWITCH's row of filters, to whose
   * end filters are added. So the partner is silenced here where nobody listens yet, and on his own side otherwise.
   */
  async #makeRoom(partner: Channel): Promise<{ where: 'first' | 'last' }> {
    if (this.#room?.partner === partner) return this.#room;
    await this.#leaveRoom();
    const channel = this.#channel;
    const [muted, direction, where] = channel.tapped
      ? ([partner, 'read', 'first'] as const)
      : ([channel, 'write', 'last'] as const);
    this.#room = { partner, where, leave: () => muted.unmute() };
    await muted.mute(direction);
    return this.#room;
  }

  async #leaveRoom(): Promise<void> {
    const room = this.#room;
    this.#room = undefined;
    await room?.leave().catch(ignoreGone);
  }
}
