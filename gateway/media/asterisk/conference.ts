import { type Conference, type ConferenceRole, type Endpoint, MediaError, type PlaySource } from '../port.js';
import type { Ari } from './ari.js';
import type { AsteriskEndpoint } from './endpoint.js';
import { joinConference, monitor, unknownIfGone } from './joins.js';
import { type HouseSounds, Playing } from './player.js';
import { directly } from './stage.js';
import type { Talk } from './talk.js';
import type { Waiters } from './waiters.js';

export interface ConferenceParts {
  ari: Ari;
  waiters: Waiters;
  house: HouseSounds;
  /** The endpoint of this server behind one of the port. @throws MediaError `bad_request` */
  own(endpoint: Endpoint): AsteriskEndpoint;
}

/** Endpoints in one mixing bridge; who whispers to a member is outside, in a bridge with a channel that spies on it. */
export class AsteriskConference implements Conference {
  readonly id: string;
  readonly #parts: ConferenceParts;
  readonly #talk: Talk;
  readonly #members = new Map<AsteriskEndpoint, ConferenceRole>();
  readonly #playing = new Set<Playing>();
  #over = false;

  constructor(parts: ConferenceParts, talk: Talk) {
    this.#parts = parts;
    this.#talk = talk;
    this.id = talk.id;
  }

  get members(): readonly Endpoint[] {
    return [...this.#members.keys()];
  }

  async add(endpoint: Endpoint, role: ConferenceRole = 'speak'): Promise<void> {
    if (this.#over) throw new MediaError('bad_request', 'the conference was destroyed');
    const member = this.#parts.own(endpoint);
    if (typeof role === 'object') {
      const target = this.#parts.own(role.whisperTo);
      if (!this.#members.has(target) || target === member)
        throw new MediaError('bad_request', 'whispering is for another member of the conference');
      await monitor(this.#parts, member, target, 'whisper');
      const { join } = member;
      member.join = {
        leave: async () => {
          this.#members.delete(member);
          await join?.leave(member);
        },
      };
    } else {
      await member.clear();
      await this.#talk.add([member.channel], role === 'listen').catch(error => {
        throw unknownIfGone(error);
      });
      member.join = joinConference(this);
    }
    this.#members.set(member, role);
  }

  async remove(endpoint: Endpoint): Promise<void> {
    // Not asked whether it is one of ours: it may have been destroyed a moment ago.
    const member = endpoint as AsteriskEndpoint;
    const role = this.#members.get(member);
    if (role === undefined) return;
    this.#members.delete(member);
    if (typeof role === 'object') return await member.join?.leave(member);
    member.join = undefined;
    await this.#talk.remove(member.channel);
  }

  async play(source: PlaySource | readonly PlaySource[]): Promise<void> {
    const { ari, waiters, house } = this.#parts;
    const playing = new Playing(ari, waiters, () => directly(`bridges/${this.id}`));
    this.#playing.add(playing);
    try {
      await playing.play(Array.isArray(source) ? source : [source as PlaySource], 1, house);
    } finally {
      this.#playing.delete(playing);
    }
  }

  async destroy(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await Promise.all([...this.#playing].map(playing => playing.stop({ reason: 'stopped' })));
    await Promise.all(this.members.map(member => this.remove(member)));
    await this.#talk.close();
  }
}
