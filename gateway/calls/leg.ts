import { setTimeout as delay } from 'node:timers/promises';
import { type Endpoint, MediaError } from '../media/index.js';
import { OfferRefused, type SipDialog } from '../telephony/index.js';
import type { LegRecord } from './leg-record.js';
import type { LineWatch } from './line-watch.js';

/**
 * How an answered leg ended: the peer hung up, its page was closed or loaded anew, its media vanished, an engine of ours was
 * lost with it, or we ended it.
 */
export type LegEnd = 'hung_up' | 'closed' | 'lost' | 'dropped' | 'by_us';

/** Nobody has hung up. */
export function isLost(end: LegEnd): end is 'lost' | 'dropped' {
  return end === 'lost' || end === 'dropped';
}

/** Calls the peer of a leg anew. @throws CallFailure */
export type CallAgain = (signal: AbortSignal) => Promise<Leg>;

interface LegMade {
  dialog: SipDialog;
  endpoint: Endpoint;
  record: LegRecord;
  /** What it means that the peer's media says goodbye: of a page that is all there is to hear. */
  closing?: LegEnd | undefined;
  again?: CallAgain | undefined;
  /** When media can flow; of a leg that is taken over it does. */
  connected?: Promise<unknown>;
}

/** One answered leg: a SIP dialog with its media endpoint. It owns both; `end` frees both. */
export class Leg {
  readonly endpoint: Endpoint;
  /** Resolves when he can hear: what is played before that is lost. */
  readonly connected: Promise<unknown>;
  /** Resolves once, when the leg is over for whatever reason. */
  readonly ended: Promise<LegEnd>;
  /** Where a peer whose line is lost can be called back to it: how. */
  readonly again: CallAgain | undefined;
  readonly #dialog: SipDialog;
  readonly #record: LegRecord;
  readonly #unwatch: () => void;
  #resolve: (end: LegEnd) => void = () => undefined;
  #ending: Promise<void> | undefined;
  #dialogOver = false;

  constructor(
    { lineWatch }: { lineWatch: LineWatch },
    { dialog, endpoint, record, closing = 'lost', connected = Promise.resolve(), again }: LegMade,
  ) {
    this.connected = connected;
    this.again = again;
    this.#unwatch = record.id === undefined ? () => undefined : lineWatch.follow(record.id, endpoint);
    this.#dialog = dialog;
    this.endpoint = endpoint;
    this.#record = record;
    this.ended = new Promise(resolve => {
      this.#resolve = resolve;
    });
    dialog.onReoffer(offer => endpoint.renegotiate(offer));
    dialog.onEnded((_reason, how) => {
      this.#dialogOver = true;
      void this.#finish(how === 'failed' ? 'lost' : how);
    });
    endpoint.on('moved', offer => void this.#follow(offer));
    endpoint.on('lost', reason => {
      if (reason === 'peer_closed') void this.#finish(closing);
      else void this.#finish(reason === 'engine_gone' ? 'dropped' : 'lost');
    });
  }

  /** The caller has become this interaction. */
  belongsTo(interactionId: string): void {
    this.#record.belongsTo(interactionId);
  }

  /** Hangs up and frees the media. Safe to call more than once. */
  end(): Promise<void> {
    return this.#finish('by_us');
  }

  /** Frees the leg of a peer who is elsewhere by now: he has not hung up, and neither have we. */
  lose(): Promise<void> {
    return this.#finish('lost');
  }

  /** Ends the leg as lost if its peer sends no audio for so many milliseconds. */
  async loseIfSilent(ms: number): Promise<void> {
    const before = await this.endpoint.statistics();
    await delay(ms);
    if (this.#ending) return;
    const after = await this.endpoint.statistics();
    if (after.packetsReceived === before.packetsReceived) await this.lose();
  }

  /** The media server is another one now: the peer hears of it, or the leg ends. */
  async #follow(offer: string): Promise<void> {
    try {
      await this.endpoint.accept(await this.#dialog.reinvite(offer));
    } catch (error) {
      if (!(error instanceof OfferRefused || error instanceof MediaError)) throw error;
      await this.#finish('lost');
    }
  }

  #finish(end: LegEnd): Promise<void> {
    this.#ending ??= this.#free(end);
    return this.#ending;
  }

  async #free(end: LegEnd): Promise<void> {
    this.#resolve(end);
    this.#record.ended({
      outcome: isLost(end) ? 'lost' : 'answered',
      endedBy: end === 'by_us' ? 'us' : 'peer',
    });
    this.#unwatch();
    const [figures] = await Promise.all([
      this.endpoint.destroy(),
      this.#dialogOver ? undefined : this.#dialog.end(),
    ]);
    if (figures) this.#record.measured(figures);
    await this.#record.settled;
  }
}
