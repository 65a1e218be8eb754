import { randomUUID } from 'node:crypto';
import type { FrameClock } from '../audio/frame-clock.js';
import { MediaFault } from '../fault.js';
import { Room } from './room.js';

interface Entry {
  room: Room;
  owner: string;
  /** Whether its owner's connection is there. */
  orphaned: boolean;
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
  create(owner: string): string {
    if (this.#entries.size >= maxConferences)
      throw new MediaFault('no_ports', `the engine holds its ${maxConferences} conferences already`);
    const id = randomUUID();
    this.#entries.set(id, { room: new Room(this.#clock, 0), owner, orphaned: false });
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

  /** The owner's connection is gone: a talk goes on until its last endpoint is. */
  orphan(owner: string): void {
    for (const entry of this.#entries.values()) if (entry.owner === owner) entry.orphaned = true;
  }

  sweep(): void {
    for (const [id, { room, owner, orphaned }] of this.#entries) {
      if (orphaned && room.size === 0) this.destroy(owner, id);
    }
  }
}
