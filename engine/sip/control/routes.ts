/** The routes that applications register. */
const maxRoutesOfConnection = 1_000;

/** Which connection gets a new request: round robin over those that have a route for its method. */
export class RouteTable<Connection> {
  /** Verbs are any word: without a cap an application that registers in a loop would fill the memory. */
  readonly #counts = new Map<Connection, number>();
  readonly #entries = new Map<string, Connection[]>();
  readonly #next = new Map<string, number>();

  /**
   * A verb in any case. The same connection may have a verb twice, and then has a double share. False when it has too
   * many routes already.
   */
  add(verb: string, connection: Connection): boolean {
    const count = this.#counts.get(connection) ?? 0;
    if (count >= maxRoutesOfConnection) return false;
    this.#counts.set(connection, count + 1);
    const entries = this.#entries.get(verb.toLowerCase());
    // The last one registered comes first, as in the real server.
    if (entries === undefined) this.#entries.set(verb.toLowerCase(), [connection]);
    else entries.unshift(connection);
    return true;
  }

  /** Takes one route away; false when there is none. */
  remove(verb: string, connection: Connection): boolean {
    const entries = this.#entries.get(verb.toLowerCase());
    const index = entries?.indexOf(connection) ?? -1;
    if (entries === undefined || index < 0) return false;
    entries.splice(index, 1);
    this.#counts.set(connection, (this.#counts.get(connection) ?? 0) - 1);
    if (entries.length === 0) this.#forget(verb.toLowerCase());
    return true;
  }

  removeAll(connection: Connection): void {
    if (!this.#counts.delete(connection)) return;
    for (const [verb, entries] of this.#entries) {
      const rest = entries.filter(entry => entry !== connection);
      if (rest.length === 0) this.#forget(verb);
      else this.#entries.set(verb, rest);
    }
  }

  #forget(verb: string): void {
    this.#entries.delete(verb);
    this.#next.delete(verb);
  }

  /** The next one in turn that `fits`, or, when none does, the next one. */
  choose(verb: string, fits: (connection: Connection) => boolean = () => true): Connection | undefined {
    const entries = this.#entries.get(verb);
    if (entries === undefined) return undefined;
    const turn = this.#next.get(verb) ?? 0;
    const inTurn = (ahead: number) => entries[(turn + ahead) % entries.length] as Connection;
    let ahead = 0;
    while (ahead < entries.length && !fits(inTurn(ahead))) ahead += 1;
    this.#next.set(verb, turn + ahead + 1);
    return inTurn(ahead);
  }

  has(verb: string, connection: Connection): boolean {
    return this.#entries.get(verb)?.includes(connection) ?? false;
  }

  get size(): number {
    let size = 0;
    for (const entries of this.#entries.values()) size += entries.length;
    return size;
  }

  /** The verbs that somebody has a route for. */
  verbs(): string[] {
    return [...this.#entries.keys()];
  }
}
