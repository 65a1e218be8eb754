/**
 * What rings and who talks, on disk. Whoever dies with an INVITE leaves a telephone that rings until it gives up, and only
 * who knows the branch can cancel it (RFC 3261 section 9.1); whoever dies with a dialog leaves a peer who listens to
 * silence, and only who knows the tags can hang up. One line when it begins, one when it has ended; the next run of the
 * server reads what is left over.
 */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { openable, type Protocol } from '../transport/transport.js';

/** Where the peer is. */
interface Whereabouts {
  protocol: Protocol;
  address: string;
  port: number;
  /** Whose certificate the peer has shown. */
  domain?: string;
}

/** What has to be known of an INVITE to end it. */
export interface RingingInvite extends Whereabouts {
  /** As sent, without its body. */
  head: string;
}

/** What has to be known of an answered call to end it. */
export interface TalkingDialog extends Whereabouts {
  dialog: DialogNote;
}

export interface DialogNote {
  id: string;
  callId: string;
  localTag: string;
  remoteTag: string;
  local: string;
  remote: string;
  remoteTarget: string;
  localContact: string;
  routeSet: string[];
  localSequence: number;
  remoteSequence: number;
}

export type Noted = RingingInvite | TalkingDialog;

export interface JournalEvents {
  /** It could not be written: what rings now would not be cancelled by the next run. Told once. */
  failed(error: Error): void;
}

/** Nothing rings for longer: proxies give up after three minutes (RFC 3261 section 16.6, timer C). */
const longestRingMs = 600_000;
/** Nobody talks for longer. */
const longestTalkMs = 86_400_000;
/** Written anew from what is alive when it has grown beyond that, or to twice what is alive. */
const leastBytes = 1024 * 1024;
const maxBytes = 64 * 1024 * 1024;

export class RingingJournal {
  /** What the run before has left over, by id; each stays noted until it is said to have ended. */
  readonly left: ReadonlyMap<string, Noted>;
  /** The line of each. */
  readonly #alive = new Map<string, string>();
  readonly #path: string;
  readonly #events: JournalEvents;
  #file: number;
  #bytes = 0;
  #mostBytes = leastBytes;
  #failed = false;

  /** Reads the file and begins it anew. @throws Error when it can be neither read nor written */
  constructor(path: string, events: JournalEvents, now = Date.now()) {
    this.#path = path;
    this.#events = events;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const left = leftOver(contentOf(path), now);
    this.left = new Map(left.map(({ began, noted }) => [began, noted]));
    for (const { began, line } of left) this.#alive.set(began, `${line}\n`);
    this.#file = this.#begin();
  }

  /** It rings, or will: there is a first answer; or it is answered. Of the same id, in place of what was noted. */
  began(id: string, noted: Noted): void {
    // The connection of a browser ends with the process.
    if (!openable.includes(noted.protocol)) return;
    const line = `${JSON.stringify({ began: id, at: Date.now(), ...noted })}\n`;
    this.#alive.set(id, line);
    this.#write(line);
  }

  /** It has its last answer, or is hung up. What was never noted need not be taken back. */
  ended(id: string): void {
    if (this.#alive.delete(id)) this.#write(`${JSON.stringify({ ended: id })}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }

  /** At once and not by and by: a killed process has no later, and the kernel keeps what it has. */
  #write(line: string): void {
    try {
      if (this.#bytes > this.#mostBytes) this.#renew();
      else this.#bytes += writeSync(this.#file, line, null, 'latin1');
    } catch (error) {
      if (!this.#failed) this.#events.failed(error as Error);
      this.#failed = true;
    }
  }

  #renew(): void {
    closeSync(this.#file);
    this.#file = this.#begin();
  }

  /** A new file with what is alive, in the place of the old one once it is whole. */
  #begin(): number {
    const next = `${this.#path}.new`;
    const file = openSync(next, 'w', 0o600);
    this.#bytes = writeSync(file, [...this.#alive.values()].join(''), null, 'latin1');
    this.#mostBytes = Math.max(leastBytes, 2 * this.#bytes);
    renameSync(next, this.#path);
    return file;
  }
}

function contentOf(path: string): string {
  try {
    const content = readFileSync(path);
    return content.length > maxBytes ? '' : content.toString('latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

interface Line {
  began: string;
  noted: Noted;
  line: string;
}

function leftOver(content: string, now: number): Line[] {
  const alive = new Map<string, Line>();
  for (const line of content.split('\n')) {
    const entry = entryOf(line);
    if (typeof entry?.ended === 'string') alive.delete(entry.ended);
    else if (typeof entry?.began === 'string' && typeof entry.at === 'number') {
      const { began, at } = entry;
      const noted = notedIn(entry);
      const longestMs = noted !== undefined && 'dialog' in noted ? longestTalkMs : longestRingMs;
      if (noted !== undefined && now - at < longestMs) alive.set(began, { began, noted, line });
    }
  }
  return [...alive.values()];
}

/** Undefined for what is no entry: the last line of a process that was killed may be half of one. */
function entryOf(line: string): Record<string, unknown> | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function notedIn({
  protocol,
  address,
  port,
  domain,
  head,
  dialog,
}: Record<string, unknown>): Noted | undefined {
  if (
    !openable.includes(protocol as Protocol) ||
    typeof address !== 'string' ||
    typeof port !== 'number' ||
    (domain !== undefined && typeof domain !== 'string')
  )
    return undefined;
  const where = { protocol: protocol as Protocol, address, port, domain };
  if (typeof head === 'string' && head.startsWith('INVITE ') && head.endsWith('\r\n\r\n'))
    return { ...where, head };
  return isDialog(dialog) ? { ...where, dialog } : undefined;
}

const texts = 'id callId localTag remoteTag local remote remoteTarget localContact'.split(' ');

function isDialog(value: unknown): value is DialogNote {
  if (typeof value !== 'object' || value === null) return false;
  const dialog = value as Record<string, unknown>;
  const { routeSet, localSequence, remoteSequence } = dialog;
  return (
    texts.every(name => typeof dialog[name] === 'string') &&
    Array.isArray(routeSet) &&
    routeSet.every(route => typeof route === 'string') &&
    Number.isInteger(localSequence) &&
    Number.isInteger(remoteSequence)
  );
}
