/** Writes each call's messages into a pcap file of its own. What it holds in memory and on disk is bounded. */
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { withoutCredentials } from './credentials.js';
import { type Address, fileHeader, record } from './pcap.js';

export interface TraceOptions {
  folder: string;
  /** Files kept; the oldest go first. */
  maxFiles: number;
}

export interface TraceEvents {
  /** A file could not be written, or more was to be written than the disk takes. */
  failed(error: Error): void;
}

interface CallFile {
  path: string;
  /** Written and waiting to be. */
  bytes: number;
  waiting: Buffer[];
}

/** A call that goes on for ever fills no disk: the rest of it is not written. */
const maxFileBytes = 4 * 1024 * 1024;
/** Waiting for the disk, all calls together. */
const maxWaitingBytes = 16 * 1024 * 1024;
const flushMs = 200;
const extension = '.pcap';
const callIdLine = /^(?:Call-ID|i)[ \t]*:[ \t]*(\S+)/im;

export class CallTrace {
  readonly #files = new Map<string, CallFile>();
  /** Those that have something waiting, forgotten ones included. */
  readonly #unwritten = new Set<CallFile>();
  /** Paths, the oldest first. */
  #kept: string[] = [];
  #waitingBytes = 0;
  #flushing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #full = false;

  private constructor(
    private readonly options: TraceOptions,
    private readonly events: TraceEvents,
  ) {}

  /** Takes over the files of earlier runs. @throws when the folder can be neither made nor read */
  static async open(options: TraceOptions, events: TraceEvents): Promise<CallTrace> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const trace = new CallTrace(options, events);
    const names = (await readdir(options.folder)).filter(name => name.endsWith(extension)).sort();
    trace.#kept = names.map(name => join(options.folder, name));
    return trace;
  }

  /**
   * One message on the wire.
   * @param text as it is sent or was received, a binary string
   * @param at milliseconds since 1970
   */
  message(text: string, from: Address, to: Address, at = Date.now()): void {
    const callId = callIdLine.exec(text)?.[1];
    if (callId === undefined) return;
    const file = this.#files.get(callId) ?? this.#begin(callId, at);
    const payload = Buffer.from(withoutCredentials(text), 'latin1');
    const entry = record({ at, from, to, payload });
    if (file.bytes + entry.length > maxFileBytes) return;
    if (this.#waitingBytes + entry.length > maxWaitingBytes) {
      if (!this.#full)
        this.events.failed(
          new Error('the trace is written slower than calls are made; messages are left out'),
        );
      this.#full = true;
      return;
    }
    this.#wait(file, entry);
  }

  /** Resolves when everything is on disk. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#flush();
  }

  #begin(callId: string, at: number): CallFile {
    // Of the calls whose files are known no more than that many are remembered; a later message begins another file.
    if (this.#files.size >= this.options.maxFiles) {
      const [oldest] = this.#files.keys();
      this.#files.delete(oldest as string);
    }
    const file = { path: join(this.options.folder, fileName(callId, at)), bytes: 0, waiting: [] };
    this.#files.set(callId, file);
    this.#kept.push(file.path);
    this.#wait(file, fileHeader());
    return file;
  }

  #wait(file: CallFile, bytes: Buffer): void {
    file.bytes += bytes.length;
    file.waiting.push(bytes);
    this.#unwritten.add(file);
    this.#waitingBytes += bytes.length;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#flush();
    }, flushMs).unref();
  }

  /** One after the other: a file is not appended to twice at once. */
  #flush(): Promise<void> {
    this.#flushing = this.#flushing
      .then(() => this.#write())
      .catch((error: unknown) => this.events.failed(error as Error));
    return this.#flushing;
  }

  async #write(): Promise<void> {
    for (const file of this.#unwritten) {
      this.#unwritten.delete(file);
      const bytes = Buffer.concat(file.waiting);
      file.waiting = [];
      this.#waitingBytes -= bytes.length;
      await appendFile(file.path, bytes, { mode: 0o600 });
    }
    this.#full = false;
    for (const path of this.#kept.splice(0, Math.max(0, this.#kept.length - this.options.maxFiles)))
      await unlink(path);
  }
}

/** Sorts by time, and shows which call it is. */
function fileName(callId: string, at: number): string {
  const time = new Date(at).toISOString().replace(/[-:]/g, '');
  const readable = callId.replace(/[^A-Za-z0-9.@_-]/g, '_').slice(0, 64);
  const unique = createHash('sha256').update(callId).digest('hex').slice(0, 8);
  return `${time}-${readable}-${unique}${extension}`;
}
