import type { Logger } from 'pino';
import { bareCall } from '../calls/index.js';
import type { Locale } from '../errors.js';
import { MediaError, type MediaServer, type PlaySource } from '../media/index.js';
import type { PromptFiles } from '../prompts/index.js';
import { type Sql, untilTaken } from '../store/index.js';
import { CallFailure, type Telephony } from '../telephony/index.js';
import { noteProof, type ProofCall, type ProofState } from './proofs.js';

/** How long a number rings, and how long whoever answers may listen, milliseconds. */
const ringMs = 45_000;
const listenMs = 120_000;

/** Between two digits: slow enough to write them down, milliseconds. */
const betweenMs = 350;

export interface ProverParts {
  sql: Sql;
  telephony: Telephony;
  media: MediaServer;
  prompts: PromptFiles;
  logger: Logger;
}

/** Calls numbers and reads them their codes. */
export class NumberProver {
  readonly #parts: ProverParts;
  readonly #stop = new AbortController();
  readonly #calls = new Set<Promise<void>>();

  constructor(parts: ProverParts) {
    this.#parts = parts;
  }

  /** Begins a call; what becomes of it is written down. */
  call(proof: ProofCall, language: Locale): void {
    const call = this.#call(proof, language).finally(() => this.#calls.delete(call));
    this.#calls.add(call);
  }

  /** Hangs up what is under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#calls);
  }

  async #call(proof: ProofCall, language: Locale): Promise<void> {
    const log = this.#parts.logger.child({ proofId: proof.id, tenantId: proof.tenantId });
    try {
      await this.#speak(proof, language, log);
      await this.#note(proof, 'spoken');
    } catch (error) {
      if (!(error instanceof CallFailure || error instanceof MediaError))
        log.error({ err: error }, 'the call for a proof failed unexpectedly');
      const outcome = error instanceof CallFailure ? error.outcome : 'failed';
      await this.#note(proof, 'failed', outcome).catch(cause =>
        log.error({ err: cause }, 'what became of a call for a proof was not written down'),
      );
    }
  }

  #note(proof: ProofCall, state: ProofState, outcome: string | null = null): Promise<void> {
    return untilTaken(() => noteProof(this.#parts.sql, proof, state, outcome));
  }

  async #speak(proof: ProofCall, language: Locale, logger: Logger): Promise<void> {
    const { telephony, media, prompts } = this.#parts;
    const { id, tenantId, number, callerId, code } = proof;
    const over = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ringMs)]);
    // Over a trunk of its own the company could listen to its codes itself.
    const call = { tenantId, number, callerId, interactionId: id, operatorOnly: true };
    const invite = (offer: string) => telephony.invitePhone({ ...call, offer, signal });
    await bareCall({ media, logger }, { kind: 'rtp', owner: id, invite, over }, async endpoint => {
      await this.#note(proof, 'speaking');
      const said = await prompts.announce(tenantId, language, [{ prompt: 'number-code' }]);
      const digits: PlaySource[] = [];
      for (const digit of code) {
        const { sources } = await prompts.announce(tenantId, language, [{ digits: digit }]);
        digits.push(...sources, { silenceMs: betweenMs });
      }
      // Twice: for who has no pen at hand.
      const again: PlaySource[] = [{ silenceMs: 1_000 }, ...digits, { silenceMs: 800 }];
      await endpoint.play([{ silenceMs: 700 }, ...said.sources, ...digits, ...again], {
        signal: AbortSignal.any([this.#stop.signal, over.signal, AbortSignal.timeout(listenMs)]),
      });
    });
  }
}
