import { randomUUID } from 'node:crypto';
import {
  enqueueCaller,
  flowOut,
  type InteractionRef,
  keepPlace,
  placeIsDue,
  type QueuedCaller,
  waitLimitOffer,
} from '../../acd/index.js';
import { type InheritedCaller, leaveLine, type ReceivedCaller, waitsAgain } from '../../callback/index.js';
import { type Sql, takeStep, untilTaken } from '../../store/index.js';
import { type Came, type Stage, say, tenantTerms } from '../stage.js';
import { askNumber, ownNumber } from './number.js';

export interface WaitTerms {
  /** How long the flow lets him wait. */
  waitSeconds: number;
  /** Whether he may hang up and keep his place. */
  keepsPlace: boolean;
}

export interface Wait extends WaitTerms {
  place: QueuedCaller['place'];
  /** Whether he is called back when we lose him. */
  callsBack: boolean;
}

/** Pressed while waiting: hang up, keep the place. */
const keepKey = '2';

/** What happens to somebody who waits. */
type Happening =
  /** He is not here any more: he has talked, has hung up, or was taken away. */
  | 'over'
  /** He wants to keep his place and hang up. */
  | 'keep_pressed'
  /** The flow lets him wait no longer. */
  | 'too_long'
  /** His queue has something to offer him after its longest wait. */
  | 'wait_limit'
  /** His queue has closed his interaction. */
  | 'given_up'
  /** Whoever was asked for him is not any more: he waits again. */
  | 'waits_again';

function happeningOf(type: string): Happening | undefined {
  if (type === 'wait_limit' || type === 'given_up') return type;
  return waitsAgain.has(type) ? 'waits_again' : undefined;
}

/** From the moment he takes his place until he has it no more. */
export async function waitInQueue(stage: Stage, wait: Wait): Promise<Came> {
  const { parts, entry, leg, typeAhead, language } = stage;
  const { sql, conductor, nodeId } = parts;
  typeAhead.clear();
  const ref = { id: randomUUID(), tenantId: entry.tenantId };
  // Before he is in the queue: his first agent may be found in the same moment.
  const caller = conductor.receive(ref, leg);
  try {
    const { countries } = await tenantTerms(stage);
    const callBack = wait.callsBack && ownNumber(entry, countries) !== undefined;
    await untilTaken(() =>
      enqueueCaller(sql, {
        ...{ ...ref, inboundCallId: entry.id, phone: entry.caller, locale: language, nodeId },
        place: wait.place,
        callBack,
      }),
    );
    leg.belongsTo(ref.id);
    // Who was gone a moment ago was in no queue yet that he could have left.
    if (caller.line.gone) await leaveLine(sql, ref, caller.line.gone);
    return await new QueueVisit(stage, ref, caller, wait).run();
  } finally {
    caller.handBack();
  }
}

/** Goes on with the stay of a caller whom another gateway has left in the queue, or in the talk that he has got there. */
export async function waitOn(stage: Stage, terms: WaitTerms, caller: InheritedCaller): Promise<Came> {
  try {
    return await new QueueVisit(stage, caller.ref, caller, terms).run({ goesOn: true });
  } finally {
    caller.handBack();
  }
}

/** How a stay in a queue stands that is gone on with. */
interface Stay {
  /** For how long already, seconds. */
  waited: number;
  state: string;
  /** His queue's longest wait is over. */
  limit: boolean;
}

async function stayOf(sql: Sql, { id, tenantId }: InteractionRef): Promise<Stay> {
  const [stay] = await untilTaken(
    () => sql<Stay[]>`
      select extract(epoch from clock_timestamp() - requested_at)::float8 as waited, state, wait_limit_at is not null as "limit"
      from interactions where tenant_id = ${tenantId} and id = ${id}`,
  );
  if (!stay) throw new Error(`no interaction ${id}`);
  return stay;
}

/** One caller's stay in a queue: what happens to him there, one thing after the other. */
class QueueVisit {
  readonly #stage: Stage;
  readonly #ref: InteractionRef;
  readonly #caller: ReceivedCaller;
  readonly #wait: WaitTerms;
  readonly #happened: Happening[] = [];
  #wake: () => void = () => undefined;
  #tooLong = false;

  constructor(stage: Stage, ref: InteractionRef, caller: ReceivedCaller, wait: WaitTerms) {
    this.#stage = stage;
    this.#ref = ref;
    this.#caller = caller;
    this.#wait = wait;
  }

  async run({ goesOn = false } = {}): Promise<Came> {
    const { announcements } = this.#stage.parts;
    let longEnough: NodeJS.Timeout | undefined;
    const unsubscribe = announcements.onInteraction(this.#ref.id, ({ type }) => {
      const happening = happeningOf(type);
      if (happening) this.#tell(happening);
    });
    void this.#caller.over.then(() => this.#tell('over'));
    try {
      const waited = goesOn ? await this.#takeUp() : 0;
      if (!goesOn) this.#listen([{ prompt: 'connecting' }]);
      const left = Math.max(0, this.#wait.waitSeconds - waited);
      longEnough = setTimeout(() => this.#tell('too_long'), left * 1000);
      for (;;) {
        const came = await this.#meet(await this.#next());
        if (came) return came;
      }
    } finally {
      clearTimeout(longEnough);
      unsubscribe();
    }
  }

  /**
   * What has happened while nobody was here. Who waits hears how he stands.
   * @returns how long he has waited, seconds
   */
  async #takeUp(): Promise<number> {
    const { waited, state, limit } = await stayOf(this.#stage.parts.sql, this.#ref);
    if (state === 'done') this.#tell('given_up');
    else if (state !== 'bridged') this.#listen([]);
    if (limit) this.#tell('wait_limit');
    return waited;
  }

  #tell(happening: Happening): void {
    this.#happened.push(happening);
    this.#wake();
  }

  async #next(): Promise<Happening> {
    for (;;) {
      const happening = this.#happened.shift();
      if (happening) return happening;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  /** @returns what the step has come to, if it is over */
  async #meet(happening: Happening): Promise<Came | undefined> {
    switch (happening) {
      case 'over':
        return { result: (await this.#hasTalked()) ? 'served' : 'timeout' };
      case 'given_up':
        return { result: 'timeout' };
      case 'keep_pressed':
        return (await this.#keepPlace()) ? { result: 'kept_place' } : undefined;
      case 'wait_limit':
        return await this.#meetLimit();
      case 'too_long':
        this.#tooLong = true;
        return await this.#leave();
      case 'waits_again':
        return this.#tooLong ? await this.#leave() : undefined;
    }
  }

  /** Music and announcements, and in them what he may press. */
  #listen(welcome?: readonly { prompt: 'connecting' | 'press-2-for-callback' }[]): void {
    const { keepsPlace } = this.#wait;
    const says = welcome && { welcome };
    const offers = keepsPlace && { keys: keepKey, choices: [{ prompt: 'press-2-for-callback' as const }] };
    void this.#caller.line.wait({ ...says, ...offers }).then(key => {
      if (key !== undefined) this.#tell('keep_pressed');
    });
  }

  /** Leads him out, if he only waits: whoever is asked for him now may answer the next moment. */
  async #leave(): Promise<Came | undefined> {
    const left = await takeStep(this.#ref, ref => flowOut(this.#stage.parts.sql, ref));
    return left && { result: 'timeout' };
  }

  async #meetLimit(): Promise<Came | undefined> {
    const offer = await untilTaken(() => waitLimitOffer(this.#stage.parts.sql, this.#ref));
    if (offer === 'callback' && this.#wait.keepsPlace) {
      this.#listen([{ prompt: 'press-2-for-callback' }]);
      return undefined;
    }
    this.#tooLong = true;
    return await this.#leave();
  }

  /** Agrees on a number with him, says goodbye, hangs up, and only then lets him be called. */
  async #keepPlace(): Promise<boolean> {
    const stage = this.#stage;
    const { sql } = stage.parts;
    const { line } = this.#caller;
    const kept = await line.ask(async signal => {
      const phone = await askNumber(stage, signal);
      return (
        phone !== undefined && (await takeStep(this.#ref, ref => keepPlace(sql, ref, phone))) !== undefined
      );
    });
    // He has thought better of it, or an agent is just being asked for him: then he goes on waiting for him.
    if (kept === false) this.#listen();
    if (!kept) return false;
    this.#caller.handBack();
    await this.#promise();
    return true;
  }

  async #promise(): Promise<void> {
    const { leg, signal, logger, parts } = this.#stage;
    try {
      await say(this.#stage, ['callback-accepted'], { heardOut: true });
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error }, 'the caller was not told that he will be called');
    }
    await leg.end();
    await untilTaken(() => placeIsDue(parts.sql, this.#ref));
  }

  async #hasTalked(): Promise<boolean> {
    const { sql } = this.#stage.parts;
    const [row] = await untilTaken(
      () => sql<{ talked: boolean }[]>`
        select bridged_at is not null or exists (
          select from events e where e.interaction_id = i.id and e.type = 'bridged') as talked
        from interactions i where i.tenant_id = ${this.#ref.tenantId} and i.id = ${this.#ref.id}`,
    );
    return row?.talked ?? false;
  }
}
