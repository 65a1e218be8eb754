import { randomUUID } from 'node:crypto';
import type { FrameClock } from '../audio/frame-clock.js';
import { MediaFault } from '../fault.js';
import { Room } from './room.js';

interface Entry {
  room: Room;
  owner: string;
  /** The owner's connection that it was made by; undefined when that is gone. */
  connection: object | undefined;
}

const maxConferences = 4000;

/** Conferences by id, each with one owner, as endpoints have. */
export class Conferences {
  readonly #clock: FrameClock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: FrameClock) {
    this.#clock = clock;
  }

  /** @throws MediaFault `no_ports` when there are too many */
  create(owner: string, connection: object): string {
    if (this.#entries.size >= maxConferences)
      throw new MediaFault('no_ports', `the engine holds its ${maxConferences} conferences already`);
    const id = randomUUID();
    this.#entries.set(id, { room: new Room(this.#clock, 0), owner, connection });
    return id;
  }

  /** @throws MediaFault `unknown_endpoint`: also for a conference of somebody else */
  get(owner: string, id: string): Room {
    const entry = this.#entries.get(id);
    if (entry?.owner !== owner) throw new MediaFault('unknown_endpoint', `there is no conference ${id}`);
    return entry.room;
  }

  destroy(owner: string, id: string): void {
    const entry = this.#entries.get(id);
    if (entry?.owner !== owner) return;
    this.#entries.delete(id);
    entry.room.close();
  }

  /** An owner's connection is gone: its talks go on until their last endpoint is. */
  orphan(connection: object): void {
    for (const entry of this.#entries.values()) {
      if (entry.connection === connection) entry.connection = undefined;
    }
  }

  sweep(): void {
    for (const [id, { room, owner, connection }] of this.#entries) {
      if (connection === undefined && room.size === 0) this.destroy(owner, id);
    }
  }
}
