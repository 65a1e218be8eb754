import type { FrameClock } from '../audio/frame-clock.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import { Room, roomOf } from './room.js';
import type { Role } from './seat.js';

export type MonitorRole = 'listen' | 'whisper' | 'barge';

/**
 * A supervisor's endpoint takes a seat beside the one he watches, and goes along with it from talk to talk. Asked
 * again, it changes the role.
 */
export function watch(clock: FrameClock, watcher: Endpoint, target: Endpoint, role: MonitorRole): void {
  const seatRole: Role = role === 'listen' ? 'listen' : role === 'barge' ? 'speak' : { whisperTo: target };
  if (watcher.watching !== target) {
    unwatch(watcher);
    watcher.attach(undefined);
    watcher.stop();
  }
  watcher.watching = target;
  target.watchers.set(watcher, seatRole);
  let room = roomOf(target);
  if (room === undefined) {
    // Nobody to talk with yet: what the peer says is heard all the same.
    room = new Room(clock, 1);
    room.add(target, 'speak');
  }
  room.add(watcher, seatRole);
}

/** Ends the watching; the seat is left with it. */
export function unwatch(watcher: Endpoint): void {
  const target = watcher.watching;
  if (target === undefined) return;
  watcher.watching = undefined;
  target.watchers.delete(watcher);
  watcher.attach(undefined);
}
