import type { Clip } from '../audio/clip.js';
import type { FrameClock } from '../audio/frame-clock.js';
import { JitterBuffer } from '../audio/jitter-buffer.js';
import type { PressedKey } from '../dtmf.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import type { PlayEnd } from '../endpoint/playlist.js';
import { Mixer } from './mixer.js';
import { type Role, Seat } from './seat.js';

/** Keys of one leg of a mixed bridge are pressed anew on the other: the mix has no place for telephone-events. */
const passedKeyMs = 100;
const passedGapMs = 60;

/**
 * Endpoints that hear each other. A bridge is a room of two, a conference a room of any number, and a supervisor takes
 * a seat beside the one he watches. Whoever hears exactly one other gets that one's packets as they are, untouched and
 * undelayed; only who hears several is sent a mix. So a talk that somebody listens to goes on exactly as before.
 */
export class Room {
  readonly #seats = new Map<Endpoint, Seat>();
  /** With fewer members than this it is over; 0: when its owner says so. */
  readonly #leastMembers: number;
  readonly #mixer: Mixer;
  #closed = false;

  constructor(clock: FrameClock, leastMembers: number) {
    this.#leastMembers = leastMembers;
    this.#mixer = new Mixer(
      clock,
      () => this.#seats.values(),
      () => this.tune(),
    );
  }

  /** Joins two endpoints; replaces what they were joined to and stops what they play. */
  static bridge(clock: FrameClock, first: Endpoint, second: Endpoint): Room {
    const room = new Room(clock, 2);
    room.#seat(first, 'speak');
    room.#seat(second, 'speak');
    for (const endpoint of [first, second]) {
      endpoint.stop();
      room.#seatWatchers(endpoint);
    }
    room.tune();
    return room;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Adds an endpoint, or changes the role of one that is here. */
  add(endpoint: Endpoint, role: Role): void {
    const seat = this.#seats.get(endpoint);
    if (seat !== undefined) seat.role = role;
    else {
      this.#seat(endpoint, role);
      endpoint.stop();
      this.#seatWatchers(endpoint);
    }
    this.tune();
  }

  remove(endpoint: Endpoint): void {
    if (!this.#unseat(endpoint)) return;
    for (const watcher of endpoint.watchers.keys()) this.#unseat(watcher);
    if (this.#members() < this.#leastMembers) this.close();
    else this.tune();
  }

  get size(): number {
    return this.#seats.size;
  }

  /** Heard by everybody over the talk. */
  announce(clips: readonly Clip[]): Promise<PlayEnd> {
    const played = this.#mixer.announce(clips);
    this.tune();
    return played;
  }

  /** A key that a member's peer pressed: told on where packets are not passed as they are. */
  pressed(by: Seat, { digit }: PressedKey): void {
    if (this.#leastMembers !== 2 || !by.speaks) return;
    for (const seat of this.#seats.values()) {
      const { mixed, endpoint } = seat;
      if (seat === by || !mixed || endpoint.watching !== undefined || !endpoint.takesEvents) continue;
      void endpoint.dial(digit, passedKeyMs, passedGapMs);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const endpoint of [...this.#seats.keys()]) this.#unseat(endpoint);
    this.#mixer.close();
  }

  /** Works out anew who hears whom, and how: to be called after every change. */
  tune(): void {
    if (this.#closed) return;
    const seats = [...this.#seats.values()];
    for (const seat of seats) {
      seat.hears = seats.filter(other => other.isHeardBy(seat));
      seat.relayTo = undefined;
      this.#setMusic(seat, seats);
    }
    for (const seat of seats) {
      const [only, ...more] = seat.hears;
      // A packet is changed by being passed on, so it is passed to one at most.
      const relays = !this.#mixer.announces && more.length === 0 && only?.relayTo === undefined;
      if (relays && only !== undefined) only.relayTo = seat;
      seat.mixed = this.#mixer.announces || (seat.hears.length > 0 && !relays);
    }
    for (const seat of seats) {
      const needed = seats.some(other => other.mixed && other.hears.includes(seat));
      if (!needed) seat.buffer = undefined;
      else seat.buffer ??= new JitterBuffer();
    }
    this.#mixer.run(this.#mixer.announces || seats.some(({ mixed }) => mixed));
  }

  #setMusic(seat: Seat, seats: readonly Seat[]): void {
    const others = seats.filter(other => other !== seat && other.speaks);
    const allHold = others.length > 0 && others.every(({ audible }) => !audible);
    const watches = seat.endpoint.watching !== undefined;
    seat.endpoint.setBackground(allHold && !watches ? others[0]?.endpoint.holdMusic : undefined);
  }

  #seat(endpoint: Endpoint, role: Role): void {
    const seat = new Seat(endpoint, this, role);
    endpoint.attach(seat);
    this.#seats.set(endpoint, seat);
  }

  #seatWatchers(endpoint: Endpoint): void {
    for (const [watcher, role] of endpoint.watchers) this.#seat(watcher, role);
  }

  #unseat(endpoint: Endpoint): boolean {
    const seat = this.#seats.get(endpoint);
    if (seat === undefined) return false;
    this.#seats.delete(endpoint);
    endpoint.detach(seat);
    endpoint.setBackground(undefined);
    return true;
  }

  #members(): number {
    return [...this.#seats.keys()].filter(({ watching }) => watching === undefined).length;
  }
}

/** The room an endpoint is in. */
export function roomOf(endpoint: Endpoint): Room | undefined {
  return endpoint.sink instanceof Seat ? endpoint.sink.room : undefined;
}
