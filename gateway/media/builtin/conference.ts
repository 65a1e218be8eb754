import { randomUUID } from 'node:crypto';
import { type Conference, type ConferenceRole, type Endpoint, MediaError, type PlaySource } from '../port.js';
import type { EngineConnection } from './connection.js';
import { BuiltinEndpoint } from './endpoint.js';
import { sourcesFor } from './sources.js';

/** A conference of the built-in engine. Who is in it is known by the endpoints: each is joined to one thing at most. */
export class BuiltinConference implements Conference {
  readonly id = randomUUID();
  readonly #connection: EngineConnection;
  readonly #conference: string;
  readonly #houseMusic: string;
  readonly #joined = new Set<BuiltinEndpoint>();
  #destroyed = false;

  constructor(connection: EngineConnection, conference: string, houseMusic: string) {
    this.#connection = connection;
    this.#conference = conference;
    this.#houseMusic = houseMusic;
  }

  get members(): readonly Endpoint[] {
    return [...this.#joined].filter(endpoint => endpoint.conference === this);
  }

  async add(endpoint: Endpoint, role: ConferenceRole = 'speak'): Promise<void> {
    const member = this.#ours(endpoint);
    const roleParams =
      typeof role === 'string' ? { role } : { role: 'whisper', whisperTo: this.#ours(role.whisperTo).id };
    await member.request('addMember', { conference: this.#conference, ...roleParams });
    member.conference = this;
    this.#joined.add(member);
  }

  async remove(endpoint: Endpoint): Promise<void> {
    const member = this.#ours(endpoint);
    this.#joined.delete(member);
    if (member.conference === this) member.conference = undefined;
    await member.request('removeMember', { conference: this.#conference });
  }

  async play(source: PlaySource | readonly PlaySource[]): Promise<void> {
    const sources = sourcesFor(source, this.#houseMusic);
    await this.#connection.request(
      'playToConference',
      { conference: this.#conference, sources },
      { timeoutMs: 0 },
    );
  }

  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    this.#destroyed = true;
    for (const member of this.#joined) if (member.conference === this) member.conference = undefined;
    this.#joined.clear();
    if (this.#connection.alive)
      await this.#connection.request('destroyConference', { conference: this.#conference });
  }

  #ours(endpoint: Endpoint): BuiltinEndpoint {
    if (endpoint instanceof BuiltinEndpoint && endpoint.isOf(this.#connection)) return endpoint;
    throw new MediaError('bad_request', 'a conference has endpoints of its own media engine only');
  }
}
