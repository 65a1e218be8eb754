import { randomUUID } from 'node:crypto';
import { atMost } from '../at-most.js';
import { answerCall } from '../calls/index.js';
import { MediaError } from '../media/index.js';
import { type NodeLease, StoreClock } from '../store/index.js';
import { CallFailure, type IncomingCall, type Refusal } from '../telephony/index.js';
import { adoptJourneys } from './adoption.js';
import {
  admitCall,
  brokenMessages,
  type CallEntry,
  endCall,
  endLostCalls,
  isSomebodys,
} from './calls-sql.js';
import { flowOf, type StoredFlow } from './flow/flows-sql.js';
import { begin, stepAt } from './flow/machine.js';
import { isKind } from './flow/schema.js';
import { FlowRun, type Journey } from './flow-run.js';
import { type InboundParts, leaving } from './stage.js';
import { keepMessage } from './steps/voicemail.js';

/** How long a stop waits for the answers to its BYEs, milliseconds. */
const hangUpMs = 2_000;

export interface ReceptionOptions extends Omit<InboundParts, 'nodeId'> {
  lease: NodeLease;
}

/** Takes the calls that come from trunks: each is refused with its reason, or answered and led by the flow of its number. */
export class Reception {
  readonly #parts: InboundParts;
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #lost: StoreClock;

  constructor({ lease, ...parts }: ReceptionOptions) {
    this.#parts = { ...parts, nodeId: lease.id };
    this.#lost = new StoreClock(
      {
        // A node is no more, or what another one has gone on with may be over.
        planning: new Set([
          'node_lost',
          'ended',
          'customer_left',
          'customer_lost',
          'cut_off',
          'held',
          'customer_released',
          'agent_lost',
          'forward_ended',
        ]),
        complaint: 'calls of dead gateways not ended; the next look ends them',
        look: async () => {
          await this.#keepBroken();
          await endLostCalls(parts.sql);
          return undefined;
        },
      },
      parts.logger,
    );
  }

  /** How many calls are under way. */
  get size(): number {
    return this.#running.size;
  }

  start(): void {
    this.#lost.start(this.#parts.announcements);
    this.#parts.telephony.onIncoming(call => this.#keep(this.#take(call)));
  }

  /** Goes on with callers whom other gateways, or an earlier run of this one, have left, at the step where each is. */
  async adopt(): Promise<void> {
    for (const { journey, leg, remains } of await adoptJourneys(this.#parts))
      this.#keep(new FlowRun(this.#parts, journey, leg, this.#stopping.signal, remains).run());
  }

  /**
   * Takes no more calls, and ends those that are under way.
   * @param keep another gateway goes on with them
   */
  async stop({ keep }: { keep: boolean }): Promise<void> {
    this.#parts.telephony.onIncoming(call => call.refuse('overloaded'));
    this.#stopping.abort(keep ? leaving : new Error('the gateway goes'));
    await atMost(hangUpMs, Promise.all([...this.#running, this.#lost.stop()]));
  }

  #keep(call: Promise<void>): void {
    const running = call.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** What callers have said into calls that nobody goes on with. */
  async #keepBroken(): Promise<void> {
    const { sql, logger } = this.#parts;
    for (const { entry, flow, place, message } of await brokenMessages(sql)) {
      const { step, language } = place;
      const definition = stepAt(flow, place);
      if (!message || !isKind(definition, 'voicemail')) continue;
      try {
        await keepMessage(this.#parts, { id: message.id, entry, language, step, definition, logger });
      } catch (error) {
        logger.error({ err: error, inboundCallId: entry.id }, 'what was left of a message is not kept');
      }
    }
  }

  /** Never throws: a call that cannot be taken is refused. */
  async #take(call: IncomingCall): Promise<void> {
    const { logger } = this.#parts;
    try {
      const refusal = await this.#lead(call);
      if (refusal) call.refuse(refusal);
    } catch (error) {
      if (!call.signal.aborted) logger.error({ err: error, callId: call.callId }, 'inbound call not taken');
      call.refuse('overloaded');
    }
  }

  async #lead(call: IncomingCall): Promise<Refusal | undefined> {
    const { sql, media, nodeId, logger, prompts } = this.#parts;
    const { endpoints, capacity, draining } = media.load();
    if (!media.healthy() || draining || endpoints >= capacity) return 'overloaded';
    if (call.number === undefined) return 'unknown_number';
    const { tenantId: company } = call;
    const stored = await flowOf(sql, call.number);
    if (!stored || (company !== undefined && company !== stored.tenantId))
      return (await isSomebodys(sql, call.number, company)) ? 'not_served' : 'unknown_number';
    const journey = journeyOf(call, stored);
    const { entry } = journey;
    const { tenantId, id: inboundCallId } = entry;
    if (!(await call.takeChannel(tenantId, inboundCallId))) return 'overloaded';
    if (!(await admitCall(sql, entry, nodeId))) return 'busy';
    try {
      const { file: holdMusic } = await prompts.music(tenantId);
      const leg = await answerCall(this.#parts, { call, tenantId, inboundCallId, holdMusic });
      await new FlowRun(this.#parts, journey, leg, this.#stopping.signal).run();
      return undefined;
    } catch (error) {
      await endCall(sql, entry, error instanceof CallFailure ? 'hung_up' : 'refused', []);
      if (error instanceof CallFailure) {
        logger.info({ callId: call.callId, err: error }, 'the caller was gone before he was answered');
        return undefined;
      }
      if (!(error instanceof MediaError)) throw error;
      return error.code === 'no_common_codec' || error.code === 'bad_sdp' ? 'no_common_codec' : 'overloaded';
    }
  }
}

function journeyOf(call: IncomingCall, { tenantId, version, flow }: StoredFlow): Journey {
  const entry: CallEntry = {
    id: randomUUID(),
    tenantId,
    number: call.number as string,
    caller: call.caller ?? null,
    trunk: call.trunk,
    flow: flow.flow,
    version,
  };
  return { entry, flow, position: begin(flow), language: flow.language, path: [], ahead: '' };
}
