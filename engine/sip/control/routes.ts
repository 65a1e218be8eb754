/** Which connection gets a new request: round robin over those that have a route for its method. */
export class RouteTable<Connection> {
  readonly #entries = new Map<string, Connection[]>();
  readonly #next = new Map<string, number>();

  /** A verb in any case. The same connection may have a verb twice, and then has a double share. */
  add(verb: string, connection: Connection): void {
    const entries = this.#entries.get(verb.toLowerCase());
    // The last one registered comes first, as in the real server.
    if (entries === undefined) this.#entries.set(verb.toLowerCase(), [connection]);
    else entries.unshift(connection);
  }

  /** Takes one route away; false when there is none. */
  remove(verb: string, connection: Connection): boolean {
    const entries = this.#entries.get(verb.toLowerCase());
    const index = entries?.indexOf(connection) ?? -1;
    if (entries === undefined || index < 0) return false;
    entries.splice(index, 1);
    if (entries.length === 0) this.#entries.delete(verb.toLowerCase());
    return true;
  }

  removeAll(connection: Connection): void {
    for (const [verb, entries] of this.#entries) {
      const rest = entries.filter(entry => entry !== connection);
      if (rest.length === 0) this.#entries.delete(verb);
      else this.#entries.set(verb, rest);
    }
  }

  choose(verb: string): Connection | undefined {
    const entries = this.#entries.get(verb);
    if (entries === undefined) return undefined;
    const turn = this.#next.get(verb) ?? 0;
    this.#next.set(verb, turn + 1);
    return entries[turn % entries.length];
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
