import type { Sql } from './connection.js';

/** What an event announces about itself (see the trigger `announce` of the events table). */
export interface Announcement {
  id: number;
  type: string;
  tenantId: string;
  interactionId: string | null;
  queueId: string | null;
  userId: string | null;
  /** The application_name of the connection that wrote it: of a gateway, that of its node. */
  by: string;
}

type Listener = (announcement: Announcement) => void;

/**
 * Live notice of every committed event, from whichever gateway wrote it, by LISTEN/NOTIFY. After a lost connection
 * notices may be missing: `onGap` says so, and whoever keeps derived state reads it again.
 */
export class Announcements {
  readonly #sql: Sql;
  readonly #onError: (error: Error) => void;
  readonly #all = new Set<Listener>();
  readonly #byInteraction = new Map<string, Set<Listener>>();
  readonly #gaps = new Set<() => void>();
  #unlisten: (() => Promise<void>) | undefined;

  constructor(sql: Sql, onError: (error: Error) => void) {
    this.#sql = sql;
    this.#onError = onError;
  }

  async start(): Promise<void> {
    let first = true;
    const { unlisten } = await this.#sql.listen(
      'ringbridge',
      payload => {
        for (const announcement of JSON.parse(payload) as Announcement[]) this.#dispatch(announcement);
      },
      () => {
        if (!first) for (const listener of this.#gaps) listener();
        first = false;
      },
    );
    this.#unlisten = unlisten;
  }

  async stop(): Promise<void> {
    await this.#unlisten?.();
    this.#all.clear();
    this.#byInteraction.clear();
    this.#gaps.clear();
  }

  /** Every event of every tenant. Returns the function that ends the subscription. */
  onEvent(listener: Listener): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  /** The events of one interaction. */
  onInteraction(interactionId: string, listener: Listener): () => void {
    const listeners = this.#byInteraction.get(interactionId) ?? new Set();
    this.#byInteraction.set(interactionId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#byInteraction.get(interactionId) === listeners)
        this.#byInteraction.delete(interactionId);
    };
  }

  /** The connection was lost and is back: events in between were not announced. */
  onGap(listener: () => void): () => void {
    this.#gaps.add(listener);
    return () => this.#gaps.delete(listener);
  }

  #dispatch(announcement: Announcement): void {
    const own =
      announcement.interactionId === null ? undefined : this.#byInteraction.get(announcement.interactionId);
    for (const listener of [...(own ?? []), ...this.#all]) {
      try {
        listener(announcement);
      } catch (error) {
        this.#onError(error as Error);
      }
    }
  }
}
