/** What processes use, as Linux tells it in proc(5). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Clock ticks a second of proc(5): USER_HZ, 100 on every architecture that Node runs on. */
const ticksPerSecond = 100;

interface Stat {
  parent: number;
  /** Of the process and of its children that have ended, seconds. */
  cpu: number;
}

function stat(pid: number | string): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It has ended.
    return undefined;
  }
  // The second field, in parentheses, may hold spaces; fields 4 and 14 to 17 are wanted.
  const fields = text.replace(/^.*\) /s, '').split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { parent: Number(fields[1]), cpu: ticks / ticksPerSecond };
}

export function parentOf(pid: number): number {
  const found = stat(pid);
  if (!found) throw new Error(`process ${pid} is gone`);
  return found.parent;
}

/** The process and its children: PostgreSQL serves each connection with one. Ours are counted by themselves. */
export function family(pid: number): number[] {
  if (pid === process.pid) return [pid];
  const all = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  return [pid, ...all.filter(name => stat(name)?.parent === pid).map(Number)];
}

/** The process that listens on a TCP port of this machine. */
export function listenerOn(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const listening = '0A';
  // Fields 2, 4 and 10 are local address, state and inode.
  const inodes = ['tcp', 'tcp6'].flatMap(table =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .map(line => line.trim().split(/ +/))
      .filter(fields => fields[1]?.endsWith(`:${hex}`) && fields[3] === listening)
      .map(fields => `socket:[${fields[9]}]`),
  );
  for (const name of readdirSync('/proc').filter(name => /^\d+$/.test(name)))
    if (descriptors(name).some(target => inodes.includes(target))) return Number(name);
  throw new Error(`no process of ours to see listens on port ${port}`);
}

/** Where the open files of a process lead. */
export function descriptors(pid: number | string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap(descriptor => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      } catch {
        // It was closed between the list and the look.
        return [];
      }
    });
  } catch {
    // It has ended, or is not ours to see.
    return [];
  }
}

/** Seconds of CPU that a process and its children have used. */
export function cpuOf(pid: number): number {
  return family(pid).reduce((sum, member) => sum + (stat(member)?.cpu ?? 0), 0);
}

/** Megabytes that belong to the process and its children alone, and their share of what they share. */
export function memoryOf(pid: number): number {
  const kilobytes = family(pid).reduce((sum, member) => {
    try {
      return (
        sum + Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${member}/smaps_rollup`, 'utf8'))?.[1])
      );
    } catch {
      return sum;
    }
  }, 0);
  return Math.round(kilobytes / 1024);
}

/** Seconds of CPU that the whole machine has spent on something. */
function machineCpu(): number {
  const [, user, nice, system, , , irq, softIrq] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]!
    .split(/ +/);
  return [user, nice, system, irq, softIrq].reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
}

export interface Usage {
  /** Per cent of one core, by name; `others` is everything else on this machine. */
  cpu: Record<string, number>;
  /** Megabytes, by name. */
  memory: Record<string, number>;
}

/** Starts looking at processes; the function returned tells what they have used since. */
export function watch(pids: Record<string, number>): () => Usage {
  const look = () => ({
    at: performance.now(),
    machine: machineCpu(),
    cpu: Object.entries(pids).map(([name, pid]): [string, number] => [name, cpuOf(pid)]),
  });
  const before = look();
  return () => {
    const now = look();
    const perCent = (seconds: number) => Math.round((100_000 * seconds) / (now.at - before.at));
    const used = now.cpu.map(([name, cpu], index): [string, number] => [name, cpu - before.cpu[index]![1]]);
    const ours = used.reduce((sum, [, seconds]) => sum + seconds, 0);
    return {
      cpu: {
        ...Object.fromEntries(used.map(([name, seconds]) => [name, perCent(seconds)])),
        others: Math.max(0, perCent(now.machine - before.machine - ours)),
      },
      memory: Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, memoryOf(pid)])),
    };
  };
}
