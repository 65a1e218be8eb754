import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { aborted } from '../aborted.js';
import { type BareEnding, bareCall } from '../calls/index.js';
import { type Endpoint, MediaError, type MediaServer } from '../media/index.js';
import { convertApart, SoundFault } from '../prompts/index.js';
import { type Announcements, type Sql, untilTaken } from '../store/index.js';
import { CallFailure, type Telephony } from '../telephony/index.js';
import { beginEcho, type EchoTest, echoOf, isEngaged, type Person, stepEcho } from './echo-sql.js';
import type { EchoOutcome } from './echo-states.js';

/** The softphone takes the call by itself: what rings longer is not there, milliseconds. */
const ringMs = 10_000;
/** How long it takes at most until it can be spoken in, milliseconds. */
const connectMs = 10_000;
/** How long somebody may speak: a sentence, milliseconds. */
const listenMs = 4_000;

export interface EchoParts {
  sql: Sql;
  announcements: Announcements;
  telephony: Telephony;
  media: MediaServer;
  logger: Logger;
  /** Where media servers write what is said, until it has been played. */
  recordingsDir: string;
  nodeId: string;
}

/** Why a call is over before its end. */
type Ending = BareEnding | 'interrupted';

/**
 * Calls agents, records what they say after a tone, and plays it to them: over the SIP server and the media engine, as a
 * customer would hear it. A customer is more important: what is offered to the agent meanwhile ends the test.
 */
export class EchoCalls {
  readonly #parts: EchoParts;
  readonly #stop = new AbortController();
  readonly #calls = new Set<Promise<void>>();

  constructor(parts: EchoParts) {
    this.#parts = parts;
  }

  /** @returns why not, where he cannot be called now */
  async begin(person: Person): Promise<EchoTest | 'echo_test_not_now' | 'softphone_missing'> {
    const { sql, telephony, nodeId } = this.#parts;
    if (await isEngaged(sql, person)) return 'echo_test_not_now';
    const test = await beginEcho(sql, person, nodeId);
    if (!test) {
      const phone = await telephony.softphoneOf(person.tenantId, person.userId);
      return phone ? 'echo_test_not_now' : 'softphone_missing';
    }
    const call = this.#call(test).finally(() => this.#calls.delete(call));
    this.#calls.add(call);
    return test;
  }

  /** He has enough of it, wherever it is carried. @returns whether there was one */
  async end(person: Person): Promise<boolean> {
    const { sql } = this.#parts;
    const test = await echoOf(sql, person);
    return test !== null && (await stepEcho(sql, { ...person, id: test.id }, 'over', 'hung_up'));
  }

  /** Hangs up what is under way. */
  async stop(): Promise<void> {
    this.#stop.abort('failed' satisfies Ending);
    await Promise.all(this.#calls);
  }

  async #call(test: EchoTest): Promise<void> {
    const { sql, logger } = this.#parts;
    const log = logger.child({ echoTestId: test.id, userId: test.userId });
    const over = new AbortController();
    const unwatch = this.#giveWay(test, over, log);
    let outcome: EchoOutcome;
    try {
      outcome = await this.#talk(test, over, log);
    } catch (error) {
      if (over.signal.aborted || this.#stop.signal.aborted)
        outcome = (this.#stop.signal.reason ?? over.signal.reason) as Ending;
      else {
        outcome = error instanceof CallFailure ? 'no_answer' : 'failed';
        if (!(error instanceof CallFailure || error instanceof MediaError))
          log.error({ err: error }, 'a call with an echo failed unexpectedly');
      }
    } finally {
      unwatch();
    }
    log.info({ outcome }, 'call with an echo over');
    await untilTaken(() => stepEcho(sql, test, 'over', outcome)).catch(error =>
      log.error({ err: error }, 'what became of a call with an echo was not written down'),
    );
  }

  /** Ends it when something else is asked of the agent, or he has ended it himself. Returns what ends that. */
  #giveWay(test: EchoTest, over: AbortController, log: Logger): () => void {
    const { sql, announcements } = this.#parts;
    const look = async () => {
      const [newest, engaged] = await Promise.all([echoOf(sql, test), isEngaged(sql, test)]);
      if (newest?.id !== test.id || newest.state === 'done') over.abort('hung_up' satisfies Ending);
      else if (engaged) over.abort('interrupted' satisfies Ending);
    };
    const lookSafely = () => {
      look().catch(error => log.warn({ err: error }, 'what is asked of an agent in his test is not known'));
    };
    const endings = [
      announcements.onEvent(({ userId }) => {
        if (userId === test.userId) lookSafely();
      }),
      announcements.onGap(lookSafely),
    ];
    // He may have been asked for while the test began.
    lookSafely();
    return () => {
      for (const end of endings) end();
    };
  }

  /** @throws whatever ends it early; `over` says why */
  async #talk(test: EchoTest, over: AbortController, logger: Logger): Promise<EchoOutcome> {
    const { sql, telephony, media } = this.#parts;
    const { id, tenantId, userId } = test;
    const signal = AbortSignal.any([over.signal, this.#stop.signal]);
    const kind = await telephony.softphoneOf(tenantId, userId);
    if (!kind) throw new CallFailure('unreachable', 'The agent has no softphone');
    const invite = (offer: string) =>
      telephony.inviteAgent({
        ...{ tenantId, userId, interactionId: id, offer },
        ...{ callerName: 'Ringbridge', callerNumber: 'anonymous' },
        signal: AbortSignal.any([signal, AbortSignal.timeout(ringMs)]),
      });
    return await bareCall(
      { media, logger },
      { kind, owner: id, invite, over },
      async (endpoint, connected) => {
        const late = AbortSignal.any([signal, AbortSignal.timeout(connectMs)]);
        await Promise.race([connected, aborted(late)]);
        late.throwIfAborted();
        await stepEcho(sql, test, 'answered');
        return await this.#echo(test, endpoint, signal);
      },
    );
  }

  async #echo(test: EchoTest, endpoint: Endpoint, signal: AbortSignal): Promise<EchoOutcome> {
    const { sql, recordingsDir } = this.#parts;
    await mkdir(recordingsDir, { recursive: true });
    const file = join(recordingsDir, `echo-${test.id}.wav`);
    try {
      await endpoint.play({ tone: 'beep' }, { signal });
      signal.throwIfAborted();
      const recording = await endpoint.record({ file, sides: 'peer', maxMs: listenMs });
      await Promise.race([recording.ended, aborted(signal)]);
      signal.throwIfAborted();
      if (!(await isHeard(file))) return 'nothing_heard';
      await stepEcho(sql, test, 'recorded');
      await endpoint.play({ file }, { signal });
      signal.throwIfAborted();
      return 'heard';
    } finally {
      await rm(file, { force: true });
    }
  }
}

/** Whether there is any sound in it. */
async function isHeard(file: string): Promise<boolean> {
  try {
    await convertApart({ upload: await readFile(file), kind: 'speech', maxSeconds: listenMs / 1000 + 1 });
    return true;
  } catch (error) {
    if (error instanceof SoundFault) return false;
    throw error;
  }
}
