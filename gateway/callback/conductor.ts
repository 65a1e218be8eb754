import { setTimeout as delay } from 'node:timers/promises';
import type { ServedInteraction } from '../acd/index.js';
import { CallbackCall } from './callback-call.js';
import type { ServiceParts } from './turn.js';

/** How long a shutdown waits for the answers to its BYEs, milliseconds. */
const hangUpMs = 2_000;

/** The callbacks that are served here. What each of them is doing is the affair of its CallbackCall. */
export class Conductor {
  readonly #parts: ServiceParts;
  readonly #running = new Map<CallbackCall, Promise<void>>();
  readonly #calls = new Map<string, CallbackCall>();

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
    const known = this.#calls.get(interaction.id);
    if (known?.holdsCustomer) {
      known.offer(interaction);
      return;
    }
    const call = new CallbackCall(this.#parts, interaction);
    this.#calls.set(interaction.id, call);
    this.#running.set(
      call,
      call.run(interaction).finally(() => {
        this.#running.delete(call);
        if (this.#calls.get(interaction.id) === call) this.#calls.delete(interaction.id);
      }),
    );
  }

  /** Ends all calls; resolves when their legs are freed, or their peers have had time enough to answer. */
  async stop(): Promise<void> {
    for (const call of this.#running.keys()) call.stop('shutdown');
    const late = new AbortController();
    await Promise.race([
      Promise.all(this.#running.values()),
      delay(hangUpMs, undefined, { signal: late.signal, ref: false }).catch(() => undefined),
    ]);
    late.abort();
  }
}
