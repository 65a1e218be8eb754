import { type Observable, Store } from '../store.js';

export interface ActionState {
  pending: boolean;
  /** The last try succeeded; what it leads to may not be on the desk yet. */
  done: boolean;
  /** What it was done to, usually an interaction's id. */
  subject: string | null;
  /** Why the last try failed; null while it is tried again. */
  failure: unknown;
}

/** Something the user asks for: one at a time, with its progress and its failure to be seen. */
export class Action<Args extends [subject: string, ...rest: unknown[]]> {
  readonly #state = new Store<ActionState>({ pending: false, done: false, subject: null, failure: null });

  constructor(private readonly perform: (...args: Args) => Promise<unknown>) {}

  get state(): Observable<ActionState> {
    return this.#state;
  }

  /** Never rejects: the failure is in the state. Resolves to whether it was done. */
  readonly run = async (...args: Args): Promise<boolean> => {
    if (this.#state.get().pending) return false;
    const subject = args[0];
    this.#state.set({ pending: true, done: false, subject, failure: null });
    try {
      await this.perform(...args);
      this.#state.set({ pending: false, done: true, subject, failure: null });
      return true;
    } catch (failure) {
      this.#state.set({ pending: false, done: false, subject, failure });
      return false;
    }
  };

  readonly dismiss = (): void => {
    this.#state.update(state => ({ ...state, failure: null }));
  };
}
