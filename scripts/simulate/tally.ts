/** What came of the customers of one queue. */
export interface QueueTally {
  asked: number;
  /** Who was given an agent. */
  served: number;
  inTime: number;
  /** Of all, until they were given an agent or gave up, seconds. */
  waitedSeconds: number;
  /** Of those who were served. */
  servedAfterSeconds: number;
  gaveUp: number;
  /** Agents were given, and the customer did not answer his phone. */
  notReached: number;
  /** Offers to whoever stood first, of all offers. */
  offers: number;
  inPlace: number;
  /** Offers that their agents let ring. */
  missed: number;
}

/** What came of the time of the agents, seconds. */
export interface AgentTally {
  onDuty: number;
  engaged: number;
}

export function emptyTally(): QueueTally {
  return {
    asked: 0,
    served: 0,
    inTime: 0,
    waitedSeconds: 0,
    servedAfterSeconds: 0,
    gaveUp: 0,
    notReached: 0,
    offers: 0,
    inPlace: 0,
    missed: 0,
  };
}

/** Those who wait in one queue, by the moments they asked. */
export class WaitingLine {
  readonly #moments: number[] = [];

  enter(at: number): void {
    this.#moments.splice(this.#placeOf(at), 0, at);
  }

  /** @returns whether he stood first */
  leave(at: number): boolean {
    const place = this.#placeOf(at);
    if (this.#moments[place] !== at) throw new Error('somebody left a line in which he did not stand');
    this.#moments.splice(place, 1);
    return place === 0;
  }

  /** The first place that is not before that moment. */
  #placeOf(at: number): number {
    let low = 0;
    let high = this.#moments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#moments[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
