import type { Endpoint } from '../media/index.js';
import type { Progress } from '../telephony/index.js';

/**
 * What the agent hears while the customer's phone rings: what the network sends (RFC 3960), or a ringing tone of the
 * customer's country when it sends nothing.
 */
export class EarlyMedia {
  readonly #agent: Endpoint;
  readonly #country: string;
  #playing: 'nothing' | 'tone' | 'network' = 'nothing';

  constructor(agent: Endpoint, country: string) {
    this.#agent = agent;
    this.#country = country;
  }

  /** @param customer the endpoint that the network's description belongs to */
  async progress({ status, sdp }: Progress, customer?: Endpoint): Promise<void> {
    if (sdp && customer && this.#playing !== 'network') {
      this.#playing = 'network';
      await customer.accept(sdp);
      await this.#agent.bridge(customer);
    } else if (status === 180 && this.#playing === 'nothing') {
      this.#playing = 'tone';
      await this.#agent.play({ tone: 'ringback', country: this.#country });
    }
  }
}
