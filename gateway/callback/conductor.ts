import type { InteractionRef, ServedInteraction } from '../acd/index.js';
import { atMost } from '../at-most.js';
import type { Leg } from '../calls/index.js';
import { type AdoptedCall, adoptCalls } from './adoption.js';
import { CallbackCall } from './callback-call.js';
import type { CustomerLine } from './customer-line.js';
import type { ServiceParts } from './turn.js';

/** How long a shutdown waits for the answers to its BYEs, milliseconds. */
const hangUpMs = 2_000;

/** A caller who waits in a queue, or talks with the agents that he has got there. */
export interface ReceivedCaller {
  readonly line: CustomerLine;
  /** Resolves when he is no longer here: he has talked with somebody, has hung up, or was handed back. */
  readonly over: Promise<void>;
  /** Once he has left the queue: his line is whoever's again who brought him. */
  handBack(): void;
}

/** A caller whom another gateway has left in a queue, or in a talk that he has got there. */
export interface InheritedCaller extends ReceivedCaller {
  ref: InteractionRef;
  leg: Leg;
}

/** The callbacks that are served here. What each of them is doing is the affair of its CallbackCall. */
export class Conductor {
  readonly #parts: ServiceParts;
  readonly #running = new Map<CallbackCall, Promise<void>>();
  /** By interaction: one that ends, and whose customer is gone, may still be there when the next begins. */
  readonly #calls = new Map<string, Set<CallbackCall>>();

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** How many are under way. */
  get size(): number {
    return this.#running.size;
  }

  /** Serves an offer that was just made. Never throws: what fails gets a named outcome and a line in the log. */
  serve(interaction: ServedInteraction): void {
    if (this.#parts.expected.take(interaction)) return;
    const holder = [...(this.#calls.get(interaction.id) ?? [])].find(call => call.holdsCustomer);
    if (holder) {
      holder.offer(interaction);
      return;
    }
    const call = new CallbackCall(this.#parts, interaction);
    void this.#keep(interaction.id, call, call.run(interaction));
  }

  /** A caller who is about to take his place in a queue, as this interaction: his agents come to him here. */
  receive({ id, tenantId }: InteractionRef, leg: Leg): ReceivedCaller {
    const call = new CallbackCall(this.#parts, { id, tenantId });
    const { line, over } = call.receive(leg);
    return { line, over: this.#keep(id, call, over), handBack: () => call.handBack() };
  }

  /**
   * Goes on with the calls that other gateways, or an earlier run of this one, have left, as far as the engines still hold
   * them.
   * @param nodeId this gateway
   * @param led calls that came in whose flow is gone on with here
   * @returns the callers of those, by their call
   */
  async adopt(nodeId: string, led: ReadonlySet<string>): Promise<Map<string, InheritedCaller>> {
    const callers = new Map<string, InheritedCaller>();
    const adopted = await adoptCalls(this.#parts, nodeId);
    await Promise.all(
      adopted.map(async ({ inboundCallId, ...adopted }) => {
        if (inboundCallId === undefined || !led.has(inboundCallId)) return void this.#resume(adopted, false);
        const caller = await this.#resume(adopted, true);
        if (caller) callers.set(inboundCallId, caller);
      }),
    );
    return callers;
  }

  /** Undefined: it was not to be gone on with. */
  async #resume(adopted: AdoptedCall, brought: boolean): Promise<InheritedCaller | undefined> {
    const { interaction, customer: leg } = adopted;
    const { id, tenantId } = interaction;
    this.#parts.logger.info({ interactionId: id }, 'goes on with the call of another gateway');
    const call = new CallbackCall(this.#parts, interaction);
    let over: Promise<void> = Promise.resolve();
    const line = await new Promise<CustomerLine | undefined>(resolve => {
      over = this.#keep(id, call, call.resume(adopted, { brought, onLine: resolve }));
      void over.then(() => resolve(undefined));
    });
    return line && { ref: { id, tenantId }, leg, line, over, handBack: () => call.handBack() };
  }

  #keep(id: string, call: CallbackCall, served: Promise<void>): Promise<void> {
    const calls = this.#calls.get(id) ?? new Set();
    this.#calls.set(id, calls.add(call));
    const over = served.finally(() => {
      this.#running.delete(call);
      calls.delete(call);
      if (calls.size === 0) this.#calls.delete(id);
    });
    this.#running.set(call, over);
    return over;
  }

  /** Ends all calls; resolves when their legs are freed, or their peers have had time enough to answer. */
  async stop(): Promise<void> {
    for (const call of this.#running.keys()) call.stop('shutdown');
    await this.#settled([...this.#running.values()]);
  }

  /** Leaves who talks or waits on the line to the next gateway, and lets go of all others. */
  async leave(): Promise<void> {
    await this.#settled([...this.#running].filter(([call]) => call.leave()).map(([, served]) => served));
  }

  async #settled(calls: Promise<void>[]): Promise<void> {
    await atMost(hangUpMs, Promise.all(calls));
  }
}
