import type { Logger } from 'pino';
import {
  type InteractionRef,
  logAnnouncement,
  tellWait,
  type WaitingStand,
  waitingStand,
} from '../acd/index.js';
import { localeNamed } from '../errors.js';
import type { Endpoint, PlayOptions, PlaySource } from '../media/index.js';
import { isMusic, type PromptFiles, type Utterance } from '../prompts/index.js';
import type { Announcements, Sql } from '../store/index.js';

export interface WaitingParts {
  sql: Sql;
  announcements: Announcements;
  prompts: PromptFiles;
  logger: Logger;
}

export interface WaitingOptions {
  /** Said at once, and his place with it: to somebody who has just come. Without it he hears music first. */
  welcome?: readonly Utterance[];
  /** Said with every announcement: what he may press. */
  choices?: readonly Utterance[];
  /** Keys that end the waiting. */
  keys?: string;
}

/** For how long one piece of music is heard where the queue announces nothing, or nobody knows, seconds. */
const longestMusicSeconds = 600;

/** A wait beyond this is not said: nobody counts on it. */
const longestMinutes = 240;

/**
 * What a customer hears who waits on the line: the music of his queue, and as often as it says his place and the time he
 * may expect, in his language. It goes along when he is moved to another queue. One object is one wait: until it is
 * stopped, he presses a key, or somebody else plays to him.
 */
export class WaitingSound {
  readonly #parts: WaitingParts;
  readonly #ref: InteractionRef;
  readonly #endpoint: Endpoint;
  readonly #options: WaitingOptions;
  readonly #over = new AbortController();
  /** Aborted when what is heard now has to give way to what is due next. */
  #turn = new AbortController();
  #welcome: readonly Utterance[];

  constructor(parts: WaitingParts, ref: InteractionRef, endpoint: Endpoint, options: WaitingOptions = {}) {
    this.#parts = parts;
    this.#ref = ref;
    this.#endpoint = endpoint;
    this.#options = options;
    this.#welcome = options.welcome ?? [];
  }

  stop(): void {
    this.#over.abort();
  }

  /** Plays until it is over. Never throws: what fails is in the log, and the music goes on. @returns the key that ended it */
  async run(): Promise<string | undefined> {
    let key: string | undefined;
    const pressed = ({ digit }: { digit: string }) => {
      if (!this.#options.keys?.includes(digit)) return;
      key ??= digit;
      this.stop();
    };
    this.#endpoint.on('digit', pressed);
    const unsubscribe = this.#parts.announcements.onInteraction(this.#ref.id, ({ type }) => {
      if (type === 'overflowed') this.#turn.abort();
    });
    try {
      let announces = this.#options.welcome !== undefined;
      let mine = true;
      while (mine) {
        this.#turn = new AbortController();
        const stand = await this.#stand();
        mine = !announces || stand === undefined || (await this.#announce(stand));
        if (!mine) break;
        mine = await this.#music(stand);
        announces = stand !== undefined && stand.announceSeconds > 0 && !this.#turn.signal.aborted;
      }
    } finally {
      unsubscribe();
      this.#endpoint.off('digit', pressed);
    }
    return key;
  }

  async #stand(): Promise<WaitingStand | undefined> {
    try {
      return await waitingStand(this.#parts.sql, this.#ref);
    } catch (error) {
      this.#parts.logger.warn(
        { err: error },
        'it is not known how a customer stands: he hears the usual music',
      );
      return undefined;
    }
  }

  /** @returns whether it is still ours to play */
  async #announce(stand: WaitingStand): Promise<boolean> {
    const { sql, prompts, logger } = this.#parts;
    const language = localeNamed(stand.locale);
    const said = [...this.#welcome, ...standingInWords(stand), ...(this.#options.choices ?? [])];
    this.#welcome = [];
    try {
      const { text, sources } = await prompts.announce(this.#ref.tenantId, language, said);
      if (this.#over.signal.aborted) return false;
      const mine = await this.#play(sources);
      const { place, waitSeconds } = stand;
      if (waitSeconds !== null) await tellWait(sql, this.#ref, waitSeconds);
      await logAnnouncement(sql, this.#ref, { heard: text, place, waitSeconds });
      return mine;
    } catch (error) {
      logger.warn({ err: error }, 'a customer who waits was not told how he stands');
      return !this.#over.signal.aborted;
    }
  }

  /** @returns whether it is still ours to play */
  async #music(stand: WaitingStand | undefined): Promise<boolean> {
    const { prompts, logger } = this.#parts;
    const forSeconds = AbortSignal.timeout((stand?.announceSeconds || longestMusicSeconds) * 1000);
    const forever = { times: 'forever' } as const;
    try {
      const key = stand && isMusic(stand.music) ? stand.music : undefined;
      const music = await prompts.music(this.#ref.tenantId, key);
      return await this.#play(music, forever, forSeconds);
    } catch (error) {
      logger.warn({ err: error }, "the house's music in the place of another");
    }
    try {
      return await this.#play({ music: 'default' }, forever, forSeconds);
    } catch (error) {
      logger.warn({ err: error }, 'no music for the customer who waits');
      return false;
    }
  }

  /**
   * Plays until it ends, or something else is due.
   * @returns whether it is still ours to play: neither is the wait over, nor has somebody else begun
   */
  async #play(
    source: PlaySource | readonly PlaySource[],
    options: PlayOptions = {},
    due?: AbortSignal,
  ): Promise<boolean> {
    const cut = AbortSignal.any([this.#over.signal, this.#turn.signal, ...(due ? [due] : [])]);
    if (this.#over.signal.aborted) return false;
    const { reason } = await this.#endpoint.play(source, { ...options, signal: cut });
    return !this.#over.signal.aborted && (reason === 'finished' || cut.aborted);
  }
}

/** His place and the time he may expect; where neither can be said, that he is not forgotten. */
function standingInWords({ place, waitSeconds }: WaitingStand): Utterance[] {
  const minutes = waitSeconds === null ? longestMinutes + 1 : Math.ceil(waitSeconds / 60);
  const said: Utterance[] = [];
  if (place !== null) said.push({ position: place });
  // Who is next need not be told of minutes that he hears the end of.
  if (minutes <= longestMinutes && (place ?? 2) > 1) said.push({ estimatedWait: minutes });
  return said.length > 0 ? said : [{ prompt: 'still-waiting' }];
}
