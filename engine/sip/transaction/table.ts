/** One cell of a state machine: where an event leads, and what is done on the way, in order. */
export interface Cell<State extends string, Action extends string> {
  next: State;
  actions: readonly Action[];
}

/** A whole machine: every state has a cell for every event, also where nothing happens. */
export type Table<State extends string, Event extends string, Action extends string> = {
  readonly [S in State]: { readonly [E in Event]: Cell<State, Action> };
};

/** Shorthand for a cell. */
export const to = <State extends string, Action extends string>(
  next: State,
  ...actions: Action[]
): Cell<State, Action> => ({ next, actions });
