import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { MediaError } from '../port.js';
import type { EslConnection, EslEvent } from './esl-connection.js';
import type { MediaDialog, MediaOffer } from './signalling.js';

/** How an application of FreeSWITCH ended. */
export type RunEnd = 'done' | 'not_found' | 'failed' | 'gone';

interface ChannelEvents {
  event: [EslEvent];
  /** It is no more; the cause in FreeSWITCH's words. */
  gone: [string];
}

/** How long FreeSWITCH may take from a command to the event that it leads to. */
const eventMs = 5000;
/** The same until a leg can be driven: a browser's DTLS comes first. */
const readyMs = 10_000;
const stopRetryMs = 10;

const responses: Record<string, RunEnd> = {
  'FILE NOT FOUND': 'not_found',
  'PLAYBACK ERROR': 'failed',
};

/**
 * A description that FreeSWITCH takes for a newer one (RFC 3264 8): it ignores what its origin says is the same, and
 * answers of two peers to one INVITE (183, then 200) need not agree on versions.
 */
export function renewed(sdp: string, version: number): string {
  return sdp.replace(/^o=.*$/m, line => {
    const [name, id, , ...rest] = line.split(' ');
    return [name, id, 1_000_000 + version, ...rest].join(' ');
  });
}

const displaceJob = (sound: string) => `displace ${sound}`;

/** What is told to a channel that is no more, or to a FreeSWITCH that is away, need not be told. */
export function ignoreGone(error: unknown): undefined {
  if (!(error instanceof MediaError)) throw error;
  return undefined;
}

/** One leg inside FreeSWITCH: made by SIP, driven by its uuid over the event socket, ended by whoever owns it. */
export class Channel extends EventEmitter<ChannelEvents> {
  readonly uuid: string;
  /** What FreeSWITCH says of itself: its offer, or its answer. */
  readonly sdp: string;
  readonly #esl: () => EslConnection;
  readonly #jobs = new Map<string, (end: RunEnd) => void>();
  #offer: MediaOffer | undefined;
  #dialog: MediaDialog | undefined;
  #goneBecause: string | undefined;
  #ended = false;
  /** Has waited for commands once: it can be driven. */
  #driven = false;
  #parked = false;
  readonly #taps = new Set<symbol>();
  /** Of the session description that FreeSWITCH has from us. */
  #version = 1;

  private constructor(esl: () => EslConnection, signalled: MediaOffer | MediaDialog) {
    super();
    this.setMaxListeners(100);
    this.#esl = esl;
    this.uuid = signalled.callId;
    if ('offer' in signalled) {
      this.sdp = signalled.offer;
      this.#offer = signalled;
    } else {
      this.sdp = signalled.remoteSdp;
      this.#adopt(signalled);
    }
  }

  static offering(esl: () => EslConnection, offer: MediaOffer): Channel {
    return new Channel(esl, offer);
  }

  static answering(esl: () => EslConnection, dialog: MediaDialog): Channel {
    return new Channel(esl, dialog);
  }

  get gone(): boolean {
    return this.#goneBecause !== undefined;
  }

  /** Both sides know each other's SDP: it can be driven. */
  get answered(): boolean {
    return this.#dialog !== undefined;
  }

  /** The peer's answer to FreeSWITCH's offer, or a later one. */
  async answer(sdp: string): Promise<void> {
    const offer = this.#offer;
    if (offer === undefined) {
      await this.reoffer(sdp);
      return;
    }
    this.#offer = undefined;
    this.#adopt(await offer.answer(sdp));
  }

  /** Resolves when it waits for commands: both sides know each other, and a browser is through with DTLS. @throws MediaError */
  async ready(): Promise<void> {
    if (this.#driven) return;
    if (this.#offer !== undefined) throw new MediaError('bad_request', 'there is no answer yet');
    await this.#event('CHANNEL_PARK', readyMs, async () => undefined);
  }

  /** Resolves when it is alone, or back there. @throws MediaError */
  async parked(): Promise<void> {
    if (!this.#parked) await this.#event('CHANNEL_PARK', eventMs, async () => undefined);
  }

  /** @throws MediaError `bad_sdp`, `engine_unavailable` */
  async reoffer(sdp: string): Promise<string> {
    if (this.#dialog === undefined) throw new MediaError('bad_request', 'there is no answer yet');
    let answer: string;
    try {
      answer = await this.#dialog.reinvite(renewed(sdp, ++this.#version));
    } catch (error) {
      throw new MediaError(
        'bad_sdp',
        `FreeSWITCH refuses it: ${error instanceof Error ? error.message : error}`,
      );
    }
    await this.#hasTaken(sdp);
    return answer;
  }

  /**
   * FreeSWITCH answers before it has looked, at its next 20 ms. Until then the new peer is a stranger to it, of whom one
   * packet is enough for it to wait, deaf to signalling, for one of the peer before.
   */
  async #hasTaken(sdp: string): Promise<void> {
    const port = /^m=audio (\d+)/m.exec(sdp)?.[1];
    const last = performance.now() + eventMs;
    while (!this.gone && (await this.variable('remote_media_port')) !== port && performance.now() < last)
      await delay(stopRetryMs);
  }

  /** Does something, and waits for the event that it leads to. @throws MediaError */
  async after(
    name: string,
    act: () => Promise<unknown>,
    matches: (event: EslEvent) => boolean = () => true,
  ): Promise<EslEvent> {
    await this.ready();
    return await this.#event(name, eventMs, act, matches);
  }

  async #event(
    name: string,
    waitMs: number,
    act: () => Promise<unknown>,
    matches: (event: EslEvent) => boolean = () => true,
  ): Promise<EslEvent> {
    this.throwIfGone();
    const waiting = new AbortController();
    const came = new Promise<EslEvent>((resolve, reject) => {
      const onEvent = (event: EslEvent) => {
        if (event['Event-Name'] === name && matches(event)) resolve(event);
      };
      const onGone = () => reject(this.#goneError());
      this.on('event', onEvent);
      this.on('gone', onGone);
      const timer = setTimeout(
        () =>
          reject(new MediaError('engine_unavailable', `FreeSWITCH did not come to ${name} in ${waitMs} ms`)),
        waitMs,
      );
      waiting.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        this.off('event', onEvent);
        this.off('gone', onGone);
      });
    });
    came.catch(() => undefined);
    try {
      await act();
      return await came;
    } finally {
      waiting.abort();
    }
  }

  /** Runs an application to its end. */
  async run(application: string, argument: string): Promise<RunEnd> {
    await this.ready();
    this.throwIfGone();
    const id = randomUUID();
    const ended = new Promise<RunEnd>(resolve => this.#jobs.set(id, resolve));
    try {
      if (!(await this.#esl().execute(this.uuid, application, argument, id))) return 'gone';
      return await ended;
    } finally {
      this.#jobs.delete(id);
    }
  }

  /**
   * Something listens to what passes through it: a recording, a supervisor. Returns what is to be called when it is over.
   */
  tap(): () => void {
    const tap = Symbol('tap');
    this.#taps.add(tap);
    return () => this.#taps.delete(tap);
  }

  get tapped(): boolean {
    return this.#taps.size > 0;
  }

  /** Adds a sound to what it hears of its bridge: before whoever listens to it gets that, or where it leaves. */
  async displace(sound: string, where: 'first' | 'last'): Promise<RunEnd> {
    if (this.gone) return 'gone';
    const job = displaceJob(sound);
    const ended = new Promise<RunEnd>(resolve => this.#jobs.set(job, resolve));
    try {
      const answer = await this.api(
        `uuid_displace ${this.uuid} start ${sound} 0 ${where === 'first' ? 'mf' : 'm'}`,
      );
      if (answer.startsWith('-')) return this.gone ? 'gone' : 'failed';
      return await ended;
    } finally {
      this.#jobs.delete(job);
    }
  }

  /** Silences what its peer says (`read`) or what it would hear (`write`). */
  async mute(direction: 'read' | 'write'): Promise<void> {
    await this.api(`uuid_audio ${this.uuid} start ${direction} mute 1`);
  }

  async unmute(): Promise<void> {
    await this.api(`uuid_audio ${this.uuid} stop`);
  }

  /** Has FreeSWITCH read at once what has come in and waits: it does so for whatever begins to change the sound. */
  async flush(): Promise<void> {
    await this.api(`uuid_audio ${this.uuid} start read level 0`);
  }

  /**
   * Repeats a command that ends something until it has ended. FreeSWITCH refuses as long as it has not begun, and what
   * would stay in force (`uuid_break`) would end the next thing.
   */
  async insist(command: () => string, until: Promise<unknown>): Promise<void> {
    const over = new AbortController();
    const done = until.finally(() => over.abort());
    while (!over.signal.aborted && !this.gone) {
      await this.api(command()).catch(ignoreGone);
      await Promise.race([done, delay(stopRetryMs)]);
    }
    await done;
  }

  /** A variable, or nothing where it is not set. */
  async variable(name: string): Promise<string | undefined> {
    const value = (await this.api(`uuid_getvar ${this.uuid} ${name}`)).trim();
    return value === '_undef_' || value === '' || value.startsWith('-ERR') ? undefined : value;
  }

  api(command: string): Promise<string> {
    return this.#esl().api(command);
  }

  mustApi(command: string): Promise<string> {
    return this.#esl().mustApi(command);
  }

  tell(headers: Readonly<Record<string, string>>): Promise<void> {
    return this.#esl().tell(this.uuid, headers);
  }

  /** Back to where it waits for commands. */
  async park(andPartner = false): Promise<void> {
    await this.after('CHANNEL_PARK', () =>
      this.mustApi(`uuid_transfer ${this.uuid} ${andPartner ? '-both ' : ''}park: inline`),
    );
  }

  /** An event of FreeSWITCH about it. */
  handle(event: EslEvent): void {
    switch (event['Event-Name']) {
      case 'CHANNEL_PARK':
        this.#driven = true;
        this.#parked = true;
        break;
      case 'CHANNEL_BRIDGE':
        this.#parked = false;
        break;
      case 'MEDIA_BUG_STOP':
        if (event['Media-Bug-Function'] === 'displace')
          this.#jobs.get(displaceJob(event['Media-Bug-Target'] ?? ''))?.('done');
        break;
      case 'CHANNEL_EXECUTE_COMPLETE':
        this.#jobs.get(event['Application-UUID'] ?? '')?.(
          responses[event['Application-Response'] ?? ''] ?? 'done',
        );
        break;
      case 'CHANNEL_HANGUP_COMPLETE':
        this.left(event['Hangup-Cause'] ?? 'unknown');
        break;
    }
    this.emit('event', event);
  }

  /** It is no more, also without an event that says so. */
  left(cause: string): void {
    if (this.#goneBecause !== undefined) return;
    this.#goneBecause = cause;
    for (const settle of this.#jobs.values()) settle('gone');
    this.#jobs.clear();
    this.emit('gone', cause);
  }

  /** Hangs up. Safe to call more than once. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.left('ended');
    await (this.#offer ? this.#offer.abandon() : this.#dialog?.end());
  }

  throwIfGone(): void {
    if (this.#goneBecause !== undefined) throw this.#goneError();
  }

  #goneError(): MediaError {
    return new MediaError('unknown_endpoint', `the channel ${this.uuid} is no more: ${this.#goneBecause}`);
  }

  #adopt(dialog: MediaDialog): void {
    this.#dialog = dialog;
    dialog.onEnded(reason => this.left(reason));
  }
}
