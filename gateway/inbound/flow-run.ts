import { isLost, type Leg } from '../calls/index.js';
import type { Locale } from '../errors.js';
import { hoursByKey, openState } from '../hours/index.js';
import { TypeAhead } from '../media/index.js';
import { untilTaken } from '../store/index.js';
import { type CallEntry, endCall, noteAnswered, notePath, type StepTaken } from './calls-sql.js';
import { type Ending, follow, type Move, type Position, type Result, stepAt } from './flow/machine.js';
import { type FlowDefinition, isKind, kindOf, type Step } from './flow/schema.js';
import { type Came, type InboundParts, type Stage, say } from './stage.js';
import { external } from './steps/external.js';
import { menu } from './steps/menu.js';
import { agent, queue } from './steps/queue.js';
import { voicemail } from './steps/voicemail.js';

/** What a step has come to that is no less for the call being over now. */
const lasting: ReadonlySet<Result> = new Set(['served', 'talked', 'kept_place', 'recorded']);

/** Why a flow stops when its gateway goes, and another one goes on with whoever is with the conductor. */
export const leaving = new Error('another gateway goes on');

/** A call, and where in its flow it is. */
export interface Journey {
  entry: CallEntry;
  flow: FlowDefinition;
  position: Position;
  language: Locale;
  path: StepTaken[];
}

/**
 * One answered call on its way through its flow: does step after step, and lets the table of machine.ts say what comes
 * next. A step that fails for a reason of ours ends with an apology and the second way out, never with silence.
 */
export class FlowRun {
  readonly #stage: Stage;
  readonly #journey: Journey;
  #written: Promise<void> = Promise.resolve();
  /** The caller has not hung up: his line was lost. */
  #lost = false;

  constructor(parts: InboundParts, journey: Journey, leg: Leg, stopping: AbortSignal) {
    const { entry, flow, language } = journey;
    const gone = new AbortController();
    void leg.ended.then(how => {
      this.#lost = isLost(how);
      gone.abort(new Error(`the caller's line is ${how}`));
    });
    this.#journey = journey;
    this.#stage = {
      ...{ parts, entry, flow, leg, language },
      typeAhead: new TypeAhead(leg.endpoint),
      signal: AbortSignal.any([gone.signal, stopping]),
      logger: parts.logger.child({ inboundCallId: entry.id, tenantId: entry.tenantId }),
    };
  }

  /** Never throws: what fails is in the log. */
  async run(): Promise<void> {
    const { parts, entry, leg, typeAhead, logger } = this.#stage;
    let ending: Ending | 'lost' = 'fault';
    try {
      await noteAnswered(parts.sql, entry);
      ending = await this.#walk();
      if (ending === 'hung_up' && this.#lost) ending = 'lost';
    } catch (error) {
      logger.error({ err: error }, 'the flow broke off');
    } finally {
      typeAhead.close();
    }
    if (this.#left) return;
    try {
      await leg.end();
    } finally {
      await this.#written;
      await untilTaken(() => endCall(parts.sql, entry, ending, this.#journey.path)).catch(error =>
        logger.error({ err: error }, 'the end of the call is not written down'),
      );
    }
  }

  /** Whether the caller is the next gateway's: he stands in a queue, or talks with an agent. */
  get #left(): boolean {
    const { flow, position } = this.#journey;
    const kind = kindOf(stepAt(flow, position));
    return this.#stage.signal.reason === leaving && (kind === 'queue' || kind === 'agent');
  }

  async #walk(): Promise<Ending> {
    const journey = this.#journey;
    let before: 'invalid' | 'silent' | undefined;
    for (;;) {
      const step = stepAt(journey.flow, journey.position);
      const came = await this.#take(step, before);
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

  async #take(step: Step, before: 'invalid' | 'silent' | undefined): Promise<Came> {
    const { signal, logger } = this.#stage;
    try {
      signal.throwIfAborted();
      const came = await this.#do(step, before);
      return signal.aborted && !lasting.has(came.result) ? { result: 'hung_up' } : came;
    } catch (error) {
      if (signal.aborted) return { result: 'hung_up' };
      logger.error({ err: error, step }, 'a step could not be taken');
      return { result: 'fault' };
    }
  }

  async #do(step: Step, before: 'invalid' | 'silent' | undefined): Promise<Came> {
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
    if (isKind(step, 'queue')) return await queue(stage, step);
    if (isKind(step, 'agent')) return await agent(stage, step);
    if (isKind(step, 'external')) return await external(stage, step);
    if (isKind(step, 'hangup')) {
      await say(stage, step.hangup, { heardOut: true });
      return { result: 'done' };
    }
    if (isKind(step, 'voicemail')) return await voicemail(stage, this.#journey.position.step, step);
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

  /** The story of the call, as the agent sees it while he is rung; audio does not wait for it. */
  #note(taken: Step, { result, keys }: Came, move: Move): void {
    const { journey, stage } = { journey: this.#journey, stage: this.#stage };
    journey.path.push({
      ...{ step: journey.position.step, kind: kindOf(taken) ?? '', result },
      ...(keys !== undefined && { keys }),
      ...('at' in move && { to: move.at.step }),
    });
    if ('over' in move) return;
    journey.position = move.at;
    const path = [...journey.path];
    const { parts, entry, logger } = stage;
    this.#written = this.#written
      .then(() => notePath(parts.sql, entry, path))
      .catch(error => logger.warn({ err: error }, 'a step of the call is not written down'));
  }
}
