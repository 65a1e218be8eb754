/**
 * INVITEs of ours that ring, on disk: whoever dies with them leaves telephones that ring until they give up, and only who
 * knows the branch can cancel them (RFC 3261 section 9.1). One line when an INVITE has its first answer, one when it has
 * its last; the next run of the server reads what is left over.
 */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { openable, type Protocol } from '../transport/transport.js';

/** What has to be known of an INVITE to end it. */
export interface RingingInvite {
  protocol: Protocol;
  /** Where it went. */
  address: string;
  port: number;
  /** Whose certificate the peer has shown. */
  domain?: string;
  /** As sent, without its body. */
  head: string;
}

export interface JournalEvents {
  /** It could not be written: what rings now would not be cancelled by the next run. Told once. */
  failed(error: Error): void;
}

/** Nothing rings for longer: proxies give up after three minutes (RFC 3261 section 16.6, timer C). */
const longestRingMs = 600_000;
/** Written anew from what still rings when it has grown beyond that, or to twice what rings. */
const leastBytes = 1024 * 1024;
const maxBytes = 64 * 1024 * 1024;

export class RingingJournal {
  /** What the run before has left over, by id; each stays noted until it is said to have ended. */
  readonly left: ReadonlyMap<string, RingingInvite>;
  /** The line of each. */
  readonly #ringing = new Map<string, string>();
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
    this.left = new Map(left.map(({ began, invite }) => [began, invite]));
    for (const { began, line } of left) this.#ringing.set(began, `${line}\n`);
    this.#file = this.#begin();
  }

  /** It rings, or will: there is a first answer. Of the same id, in place of what was noted. */
  began(id: string, invite: RingingInvite): void {
    const line = `${JSON.stringify({ began: id, at: Date.now(), ...invite })}\n`;
    this.#ringing.set(id, line);
    this.#write(line);
  }

  /** It has its last answer. What was never noted need not be taken back. */
  ended(id: string): void {
    if (this.#ringing.delete(id)) this.#write(`${JSON.stringify({ ended: id })}\n`);
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

  /** A new file with what rings, in the place of the old one once it is whole. */
  #begin(): number {
    const next = `${this.#path}.new`;
    const file = openSync(next, 'w', 0o600);
    this.#bytes = writeSync(file, [...this.#ringing.values()].join(''), null, 'latin1');
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

function leftOver(content: string, now: number): { began: string; invite: RingingInvite; line: string }[] {
  const ringing = new Map<string, { began: string; invite: RingingInvite; line: string }>();
  for (const line of content.split('\n')) {
    const entry = entryOf(line);
    if (typeof entry?.ended === 'string') ringing.delete(entry.ended);
    else if (typeof entry?.began === 'string' && typeof entry.at === 'number' && isInvite(entry)) {
      const { began, at, protocol, address, port, domain, head } = entry;
      const invite = { protocol, address, port, domain, head };
      if (now - at < longestRingMs) ringing.set(began, { began, invite, line });
    }
  }
  return [...ringing.values()];
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

function isInvite(entry: Record<string, unknown>): entry is typeof entry & RingingInvite {
  const { protocol, address, port, domain, head } = entry;
  return (
    openable.includes(protocol as Protocol) &&
    typeof address === 'string' &&
    typeof port === 'number' &&
    (domain === undefined || typeof domain === 'string') &&
    typeof head === 'string' &&
    head.startsWith('INVITE ') &&
    head.endsWith('\r\n\r\n')
  );
}
