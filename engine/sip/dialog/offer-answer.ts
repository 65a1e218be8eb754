/** Whose offer is open in a dialog (RFC 3264 section 4: at most one), which is what UPDATE and INVITE may collide with. */

export type Side = 'us' | 'peer';

export class OfferAnswer {
  #open: { by: Side; method: string } | undefined;
  /** The INVITE under way, or one of its responses, has described the session. */
  #described = false;

  /** Whose offer waits for its answer. */
  get open(): Side | undefined {
    return this.#open?.by;
  }

  /** A request, sent or received. @param described whether it has a session description */
  request(by: Side, method: string, described: boolean): void {
    if (method === 'INVITE') this.#described = described;
    if (!described) return;
    // A PRACK answers an offer that came in the response it is for (RFC 3262 section 5).
    if (method === 'PRACK' && this.#open !== undefined && this.#open.by !== by) this.#open = undefined;
    else this.#open ??= { by, method };
  }

  /** A provisional response or 2xx to an INVITE of `by`: the answer to its offer, or an offer where it had none. */
  inviteResponse(by: Side, described: boolean): void {
    if (!described) return;
    if (this.#open?.method === 'INVITE' && this.#open.by === by) this.#open = undefined;
    else if (!this.#described) this.#open ??= { by: by === 'us' ? 'peer' : 'us', method: 'INVITE' };
    this.#described = true;
  }

  /** A request has its final response, other than a 2xx to an INVITE; an INVITE, its ACK: nothing of it is open. */
  closed(method: string): void {
    if (this.#open?.method === method) this.#open = undefined;
  }
}
