import type { Endpoint } from '../media/index.js';
import type { Progress } from '../telephony/index.js';

/**
 * What the agent hears while the customer's phone rings: what the network sends (RFC 3960), or a ringing tone of the
 * customer's country when it sends nothing.
 */
export class EarlyMedia {
  readonly #agent: Endpoint;
  readonly #country: string;
  readonly #after: Promise<unknown>;
  #playing: 'nothing' | 'tone' | 'network' = 'nothing';
  #over = false;

  /** @param after what he has to have heard first */
  constructor(agent: Endpoint, country: string, after: Promise<unknown> = Promise.resolve()) {
    this.#agent = agent;
    this.#country = country;
    this.#after = after;
  }

  /** @param customer the endpoint that the network's description belongs to */
  async progress({ status, sdp }: Progress, customer?: Endpoint): Promise<void> {
    if (sdp && customer && this.#playing !== 'network') {
      this.#playing = 'network';
      await Promise.all([customer.accept(sdp), this.#after]);
      if (!this.#over) await this.#agent.bridge(customer);
    } else if (status === 180 && this.#playing === 'nothing') {
      this.#playing = 'tone';
      await this.#after;
      // The network may have begun to send something meanwhile.
      if (!this.#over && this.#playing === 'tone')
        await this.#agent.play({ tone: 'ringback', country: this.#country });
    }
  }

  /** It is answered, or not: nothing begins any more. What is heard goes on until something else is. */
  end(): void {
    this.#over = true;
  }
}
