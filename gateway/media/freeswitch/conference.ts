import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { type Conference, type ConferenceRole, type Endpoint, MediaError, type PlaySource } from '../port.js';
import { FreeswitchEndpoint } from './endpoint.js';
import type { EslConnection, EslEvent } from './esl-connection.js';
import { soundsOf } from './sounds.js';

interface Member {
  endpoint: FreeswitchEndpoint;
  /** FreeSWITCH's number for it within the room. */
  number: string;
  role: ConferenceRole;
}

export interface ConferenceHost {
  esl(): EslConnection;
  forgetConference(conference: FreeswitchConference): void;
  readonly houseMusic: string;
}

const profile = 'ringbridge';

/** A room of mod_conference. It is there as long as somebody is in it: members are moved out, not hung up with it. */
export class FreeswitchConference implements Conference {
  readonly id = randomUUID();
  readonly #host: ConferenceHost;
  readonly #members = new Map<FreeswitchEndpoint, Member>();
  readonly #played = new EventEmitter<{ done: [] }>();
  #over = false;

  constructor(host: ConferenceHost) {
    this.#host = host;
  }

  get members(): readonly Endpoint[] {
    return [...this.#members.keys()];
  }

  async add(endpoint: Endpoint, role: ConferenceRole = 'speak'): Promise<void> {
    this.#throwIfOver();
    if (!(endpoint instanceof FreeswitchEndpoint))
      throw new MediaError('bad_request', 'only endpoints of this FreeSWITCH can be in the room');
    const listener = this.#listenerOf(role);
    const known = this.#members.get(endpoint);
    const member = known ?? (await this.#join(endpoint));
    member.role = role;
    await this.#applyRole(member, listener);
    // Whoever whispers is not heard by those who come later, either.
    if (known === undefined) await Promise.all([...this.#members.values()].map(one => this.#applyRole(one)));
  }

  async remove(endpoint: Endpoint): Promise<void> {
    const member = [...this.#members.values()].find(one => one.endpoint === endpoint);
    if (member === undefined) return;
    member.endpoint.joins.leaveQuietly();
    await member.endpoint.channel.park();
  }

  async play(source: PlaySource | readonly PlaySource[]): Promise<void> {
    this.#throwIfOver();
    for (const { sound } of soundsOf(source, this.#host.houseMusic).items) {
      if (this.#over || this.#members.size === 0) return;
      const done = once(this.#played, 'done');
      const answer = await this.#host.esl().api(`conference ${this.id} play ${sound}`);
      if (!/Playing/i.test(answer)) throw new MediaError('bad_request', `not played: ${answer.trim()}`);
      await done;
    }
  }

  async destroy(): Promise<void> {
    if (this.#over) return;
    await Promise.all([...this.#members.keys()].map(endpoint => this.remove(endpoint)));
    this.#over = true;
    this.#played.emit('done');
    this.#host.forgetConference(this);
  }

  /** An event of this room. */
  handle(event: EslEvent): void {
    if (event.Action === 'play-file-done' || event.Action === 'conference-destroy') this.#played.emit('done');
  }

  async #join(endpoint: FreeswitchEndpoint): Promise<Member> {
    const { channel, joins } = endpoint;
    const wasBridged = joins.partner !== undefined;
    joins.leaveQuietly();
    await endpoint.player.silence();
    if (wasBridged) await channel.park(true);
    const joined = await channel.after(
      'CUSTOM',
      () => channel.mustApi(`uuid_transfer ${channel.uuid} conference:${this.id}@${profile},park: inline`),
      event => event.Action === 'add-member',
    );
    const member: Member = { endpoint, number: joined['Member-ID'] ?? '', role: 'speak' };
    this.#members.set(endpoint, member);
    joins.joined({ to: 'conference', leave: () => this.#members.delete(endpoint) });
    return member;
  }

  #listenerOf(role: ConferenceRole): Member | undefined {
    if (typeof role === 'string') return undefined;
    const listener = [...this.#members.values()].find(({ endpoint }) => endpoint === role.whisperTo);
    if (listener === undefined) throw new MediaError('bad_request', 'who is whispered to is not in the room');
    return listener;
  }

  async #applyRole(member: Member, listener = this.#whisperedTo(member)): Promise<void> {
    const { number, role } = member;
    const mute = role === 'listen' ? 'mute' : 'unmute';
    await this.#command(`${mute} ${number} quiet`);
    for (const other of this.#members.values()) {
      if (other === member) continue;
      const unheard = listener !== undefined && other !== listener;
      await this.#command(`relate ${number} ${other.number} ${unheard ? 'nospeak' : 'clear'}`);
    }
  }

  #whisperedTo({ role }: Member): Member | undefined {
    if (typeof role === 'string') return undefined;
    return [...this.#members.values()].find(({ endpoint }) => endpoint === role.whisperTo);
  }

  async #command(command: string): Promise<void> {
    await this.#host.esl().api(`conference ${this.id} ${command}`);
  }

  #throwIfOver(): void {
    if (this.#over) throw new MediaError('bad_request', 'the conference is over');
  }
}
