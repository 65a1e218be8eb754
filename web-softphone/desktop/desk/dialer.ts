import type { CallTarget } from '../api/types.js';
import { type Observable, Store } from '../store.js';
import { Action } from './action.js';

export interface DialerState {
  opened: boolean;
  /** What is in the field: a number, or the beginning of a colleague's name. */
  entry: string;
}

/** Where an agent says whom he wants to call. */
export class Dialer {
  readonly #state = new Store<DialerState>({ opened: false, entry: '' });
  /** Subject: the number or the colleague's id. */
  readonly call: Action<[to: string, target: CallTarget]>;

  constructor(begin: (to: CallTarget) => Promise<unknown>) {
    this.call = new Action(async (_, target) => {
      await begin(target);
      this.close();
    });
  }

  get state(): Observable<DialerState> {
    return this.#state;
  }

  /** @param number to begin with, e.g. one that was clicked on */
  readonly open = (number = ''): void => {
    this.call.dismiss();
    this.#state.set({ opened: true, entry: number });
  };

  readonly close = (): void => this.#state.set({ opened: false, entry: '' });

  readonly type = (entry: string): void => this.#state.update(state => ({ ...state, entry }));
}
