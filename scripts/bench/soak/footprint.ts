/** What a process and its children hold, as Linux tells it in proc(5). */
import { readdirSync, readlinkSync } from 'node:fs';
import { family, memoryOf } from '../usage.js';

export interface Footprint {
  memoryMB: number;
  descriptors: number;
  sockets: number;
  threads: number;
}

function targets(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap(descriptor => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
    } catch {
      // It was closed between the list and the look.
      return [];
    }
  });
}

export function footprint(pid: number): Footprint {
  const members = family(pid);
  const open = members.flatMap(targets);
  return {
    memoryMB: memoryOf(pid),
    descriptors: open.length,
    sockets: open.filter(target => target.startsWith('socket:')).length,
    threads: members.reduce((sum, member) => sum + readdirSync(`/proc/${member}/task`).length, 0),
  };
}
