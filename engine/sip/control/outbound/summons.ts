/** Takes the place of an application for a new request, until the one that it is for is there. */
import type { Application, Delivery } from '../../dialog/application.js';
import type { SipRequest } from '../../message/message.js';
import type { Flow } from '../../transport/transport.js';

export class Summons implements Application {
  readonly watchesFlows = false;
  readonly congested = false;
  readonly resumeName = undefined;
  readonly #ended = new AbortController();
  #delivered: { transactionId: string; flow: Flow | undefined } | undefined;

  constructor(
    readonly request: SipRequest,
    private readonly begin: (summons: Summons) => void,
  ) {}

  get connected(): boolean {
    return !this.signal.aborted;
  }

  /** Aborted when nobody needs to be found any more. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  get transactionId(): string {
    return this.#delivered?.transactionId ?? '';
  }

  get flow(): Flow | undefined {
    return this.#delivered?.flow;
  }

  /** First the request; what comes after it is its CANCEL. */
  deliver({ transactionId, flow }: Delivery): void {
    if (this.#delivered !== undefined) {
      this.end();
      return;
    }
    this.#delivered = { transactionId, flow };
    this.begin(this);
  }

  end(): void {
    this.#ended.abort();
  }
}
