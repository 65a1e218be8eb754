import { awaySeconds, customerAway, customerBack, type InteractionRef } from '../acd/index.js';
import type { CallAgain, Leg, LegEnd } from '../calls/index.js';
import { untilTaken } from '../store/index.js';
import type { CustomerGone } from './customer-line.js';
import { LineReturn } from './line-return.js';
import { followSound } from './line-silence.js';
import type { ServiceParts } from './turn.js';

/** A page asks for its call, and nothing comes over the old one for so long: that page is gone, milliseconds. */
const silentMs = 1_000;

/** The same where the old one is being connected still. */
const connectingMs = 8_000;

export type PageParts = Pick<ServiceParts, 'sql' | 'announcements' | 'media' | 'logger'>;

interface PageEvents {
  /** Nothing is heard of him any more: he is given time to come back. */
  onAway(): void;
  /** He is heard again, over this leg. */
  onBack(leg: Leg): void;
  /** He does not come back: by himself, because it was lost, or because an engine of ours was. */
  onGone(how: CustomerGone): void;
}

/**
 * The line of a visitor who talks in his page: a leg, and the ones after it. A page that is loaded anew, a next page of the
 * site, a network that changes end nothing: the page is called back into what he was in, and answers by itself. Whoever
 * hangs up has hung up; whoever has closed the page, and does not come back in time, too.
 */
export class PageLine {
  readonly #parts: PageParts;
  readonly #ref: InteractionRef;
  readonly #events: PageEvents;
  readonly #return: LineReturn;
  readonly #unsubscribe: () => void;
  readonly #over = new AbortController();
  #leg: Leg;
  #connected = false;
  #closed = false;
  #hungUp = false;
  #timeUp: NodeJS.Timeout | undefined;

  constructor(parts: PageParts, ref: InteractionRef, leg: Leg, callAgain: CallAgain, events: PageEvents) {
    this.#parts = parts;
    this.#ref = ref;
    this.#events = events;
    this.#leg = leg;
    this.#return = new LineReturn({
      who: 'visitor',
      logger: parts.logger,
      over: this.#over.signal,
      letGo: () => this.#leg.lose(),
      callAgain,
      follow: leg => this.#follow(leg),
      onAway: why => this.#leave(why),
      onBack: () => this.#back(),
      onDeclined: () => this.#gone('customer_left'),
    });
    this.#unsubscribe = parts.announcements.onInteraction(ref.id, ({ type }) => this.#hear(type));
    this.#follow(leg);
  }

  /** Frees it, and calls nobody back. Safe to call more than once. */
  async end(): Promise<void> {
    this.#over.abort();
    this.#unsubscribe();
    clearTimeout(this.#timeUp);
    this.#return.stop();
    await this.#leg.end();
  }

  #follow(leg: Leg): void {
    this.#leg = leg;
    this.#connected = false;
    void leg.connected.then(() => {
      if (leg === this.#leg) this.#connected = true;
    });
    void leg.ended.then(how => {
      if (leg === this.#leg) this.#ended(how);
    });
    void followSound(this.#parts, leg, event => {
      if (leg === this.#leg) this.#return.on(event);
    });
  }

  #ended(how: LegEnd): void {
    this.#closed = how === 'closed';
    if (how === 'hung_up' || this.#hungUp) this.#gone('customer_left');
    else if (how === 'dropped') this.#gone('customer_dropped');
    else this.#return.on('lost', how);
  }

  #hear(type: string): void {
    if (type === 'browser_returned') this.#loaded();
    // While he is there the leg tells of it, too.
    if (type === 'browser_hung_up') this.#hungUp = true;
    if (this.#return.state === 'there') return;
    if (this.#hungUp) this.#gone('customer_left');
    // An agent has come to a talk whose customer is away.
    else if (type === 'bridged') this.#writeAway(type);
  }

  /** He has loaded a page. The one before may not have said goodbye; or he talks in it, and has two. */
  #loaded(): void {
    if (this.#return.state !== 'there') this.#return.on('reachable');
    else
      this.#leg
        .loseIfSilent(this.#connected ? silentMs : connectingMs)
        .catch(error => this.#parts.logger.warn({ err: error }, 'silence not measured'));
  }

  #leave(why: string): void {
    this.#parts.logger.info({ why }, 'visitor away');
    this.#timeUp = setTimeout(
      () => this.#gone(this.#closed ? 'customer_left' : 'customer_lost'),
      awaySeconds * 1000,
    );
    this.#events.onAway();
    this.#writeAway(why);
  }

  #writeAway(why: string): void {
    this.#write(() => customerAway(this.#parts.sql, this.#ref, why));
  }

  #back(): void {
    this.#parts.logger.info('visitor back');
    clearTimeout(this.#timeUp);
    this.#closed = false;
    this.#events.onBack(this.#leg);
    this.#write(() => customerBack(this.#parts.sql, this.#ref));
  }

  #gone(how: CustomerGone): void {
    if (this.#over.signal.aborted) return;
    this.end().catch(error => this.#parts.logger.warn({ err: error }, 'leg not freed'));
    this.#events.onGone(how);
  }

  #write(step: () => Promise<unknown>): void {
    this.#return.write(async () => {
      if (!this.#over.signal.aborted) await untilTaken(step);
    });
  }
}
