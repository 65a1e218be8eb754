/** What a process and its children hold, as Linux tells it in proc(5). */
import { readdirSync } from 'node:fs';
import { descriptors, family, memoryOf } from '../usage.js';

export interface Footprint {
  memoryMB: number;
  descriptors: number;
  sockets: number;
  threads: number;
}

export function footprint(pid: number): Footprint {
  const members = family(pid);
  const open = members.flatMap(descriptors);
  return {
    memoryMB: memoryOf(pid),
    descriptors: open.length,
    sockets: open.filter(target => target.startsWith('socket:')).length,
    threads: members.reduce((sum, member) => sum + readdirSync(`/proc/${member}/task`).length, 0),
  };
}
