import { isLost, type Leg } from '../calls/index.js';
import type { Locale } from '../errors.js';
import { hoursByKey, openState } from '../hours/index.js';
import { TypeAhead } from '../media/index.js';
import { untilTaken } from '../store/index.js';
import { type CallEntry, endCall, enterStep, type LostCause, type StepTaken } from './calls-sql.js';
import { type Ending, follow, type Move, type Position, type Result, stepAt } from './flow/machine.js';
import { type FlowDefinition, isKind, kindOf, type Step } from './flow/schema.js';
import { type Came, type InboundParts, leaving, type Remains, type Stage, say } from './stage.js';
import { external } from './steps/external.js';
import { menu } from './steps/menu.js';
import { agent, queue } from './steps/queue.js';
import { voicemail } from './steps/voicemail.js';

/** What a step has come to that is no less for the call being over now. */
const lasting: ReadonlySet<Result> = new Set(['served', 'talked', 'kept_place', 'recorded']);

/** A call, and where in its flow it is. */
export interface Journey {
  entry: CallEntry;
  flow: FlowDefinition;
  position: Position;
  language: Locale;
  path: StepTaken[];
  /** Keys that were pressed before they are asked for. */
  ahead: string;
}

/**
 * One answered call on its way through its flow: does step after step, and lets the table of machine.ts say what comes
 * next. A step that fails for a reason of ours ends with an apology and the second way out, never with silence.
 */
export class FlowRun {
  readonly #stage: Stage;
  readonly #journey: Journey;
  readonly #remains: Remains | undefined;
  #written: Promise<void> = Promise.resolve();
  /** Where the caller has not hung up: what he was lost by. */
  #lost: LostCause | undefined;

  /** @param remains of the step that another gateway has left: it is gone on with, or begun again */
  constructor(parts: InboundParts, journey: Journey, leg: Leg, stopping: AbortSignal, remains?: Remains) {
    const { entry, flow, language, ahead } = journey;
    const gone = new AbortController();
    void leg.ended.then(how => {
      if (isLost(how)) this.#lost = how === 'dropped' ? 'engine_lost' : 'line_lost';
      gone.abort(new Error(`the caller's line is ${how}`));
    });
    this.#journey = journey;
    this.#remains = remains;
    this.#stage = {
      ...{ parts, entry, flow, leg, language },
      typeAhead: new TypeAhead(leg.endpoint, ahead),
      signal: AbortSignal.any([gone.signal, stopping]),
      logger: parts.logger.child({ inboundCallId: entry.id, tenantId: entry.tenantId }),
      note: write => this.#write(write),
    };
  }

  /** Never throws: what fails is in the log. */
  async run(): Promise<void> {
    const { parts, entry, leg, typeAhead, signal, logger } = this.#stage;
    let ending: Ending | 'lost' = 'fault';
    try {
      if (!this.#remains) this.#enter();
      ending = await this.#walk();
      if (ending === 'hung_up' && this.#lost) ending = 'lost';
    } catch (error) {
      logger.error({ err: error }, 'the flow broke off');
    } finally {
      typeAhead.close();
    }
    // The caller is the next gateway's, at the step where he is.
    if (signal.reason === leaving) return await this.#written;
    const cause = ending === 'lost' ? this.#lost : undefined;
    try {
      await leg.end();
    } finally {
      await this.#written;
      await untilTaken(() => endCall(parts.sql, entry, ending, this.#journey.path, cause)).catch(error =>
        logger.error({ err: error }, 'the end of the call is not written down'),
      );
    }
  }

  async #walk(): Promise<Ending> {
    const journey = this.#journey;
    let before: 'invalid' | 'silent' | undefined;
    let remains = this.#remains ?? {};
    for (;;) {
      const step = stepAt(journey.flow, journey.position);
      const came = await this.#take(step, before, remains);
      remains = {};
      const move = follow(journey.flow, journey.position, came.result, came.keys);
      this.#note(step, came, move);
      if ('over' in move) {
        if (move.over === 'fault') await this.#apologise();
        return move.over;
      }
      before = move.why === 'again' ? (came.result as 'invalid' | 'silent') : undefined;
      if (move.why === 'fault') await this.#apologise();
    }
  }

  async #take(step: Step, before: 'invalid' | 'silent' | undefined, remains: Remains): Promise<Came> {
    const { signal, logger } = this.#stage;
    try {
      signal.throwIfAborted();
      const came = await this.#do(step, before, remains);
      return signal.aborted && !lasting.has(came.result) ? { result: 'hung_up' } : came;
    } catch (error) {
      if (signal.aborted) return { result: 'hung_up' };
      logger.error({ err: error, step }, 'a step could not be taken');
      return { result: 'fault' };
    }
  }

  async #do(
    step: Step,
    before: 'invalid' | 'silent' | undefined,
    { other, message, queued }: Remains,
  ): Promise<Came> {
    const stage = this.#stage;
    if (isKind(step, 'play')) {
      // Who has pressed a key already knows what is said here.
      if (stage.typeAhead.waiting === '' || step.heardOut)
        await say(stage, step.play, { heardOut: step.heardOut ?? false });
      return { result: 'done' };
    }
    if (isKind(step, 'language')) {
      stage.language = step.language;
      return { result: 'done' };
    }
    if (isKind(step, 'hours')) return await this.#hours(step.hours);
    if (isKind(step, 'menu')) return await menu(stage, step, before);
    if (isKind(step, 'queue')) return await queue(stage, step, queued);
    if (isKind(step, 'agent')) return await agent(stage, step, queued);
    if (isKind(step, 'external')) return await external(stage, step, other);
    if (isKind(step, 'hangup')) {
      await say(stage, step.hangup, { heardOut: true });
      return { result: 'done' };
    }
    if (isKind(step, 'voicemail')) return await voicemail(stage, this.#journey.position.step, step, message);
    throw new Error(`nobody knows how to take a step ${kindOf(step)}`);
  }

  async #hours(key: string): Promise<Came> {
    const { parts, entry } = this.#stage;
    const hours = (await hoursByKey(parts.sql, entry.tenantId)).get(key);
    if (!hours) throw new Error(`there are no opening hours ${key}`);
    return { result: openState(hours, new Date()) };
  }

  async #apologise(): Promise<void> {
    const { signal, logger } = this.#stage;
    try {
      await say(this.#stage, ['technical-fault'], { heardOut: true });
    } catch (error) {
      if (!signal.aborted) logger.error({ err: error }, 'the apology was not heard');
    }
  }

  /** The story of the call, as the agent sees it while he is rung. */
  #note(taken: Step, { result, keys }: Came, move: Move): void {
    const journey = this.#journey;
    journey.path.push({
      ...{ step: journey.position.step, kind: kindOf(taken) ?? '', result },
      ...(keys !== undefined && { keys }),
      ...('at' in move && { to: move.at.step }),
    });
    if ('over' in move) return;
    journey.position = move.at;
    this.#enter();
  }

  /** The step that comes now is written down as the place of the call. */
  #enter(): void {
    const { parts, entry, language, typeAhead } = this.#stage;
    const { position, path } = this.#journey;
    const place = { ...position, language, ahead: typeAhead.waiting };
    const taken = [...path];
    this.#write(() => enterStep(parts.sql, entry, place, taken));
  }

  /** Audio does not wait for it. */
  #write(what: () => Promise<void>): void {
    this.#written = this.#written
      .then(what)
      .catch(error => this.#stage.logger.warn({ err: error }, 'a step of the call is not written down'));
  }
}
