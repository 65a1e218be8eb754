import type { ApiClient } from '../api/client.js';
import { Problem } from '../api/problem.js';
import type { Me } from '../api/types.js';
import { type Observable, Store } from '../store.js';

export type SessionState =
  | { phase: 'starting' }
  /** The server could not be asked who is signed in. */
  | { phase: 'unreachable'; failure: unknown }
  /** `ended`: not by the user on this page. */
  | { phase: 'signed_out'; ended: boolean }
  | { phase: 'signed_in'; me: Me };

/** Who sits at this desk. */
export class Session {
  readonly #state = new Store<SessionState>({ phase: 'starting' });

  constructor(private readonly api: ApiClient) {}

  get state(): Observable<SessionState> {
    return this.#state;
  }

  /** Finds out whether the browser has a session already. */
  async resume(): Promise<void> {
    this.#state.set({ phase: 'starting' });
    try {
      this.#state.set({ phase: 'signed_in', me: await this.api.me() });
    } catch (failure) {
      const unauthorized = failure instanceof Problem && failure.status === 401;
      this.#state.set(
        unauthorized ? { phase: 'signed_out', ended: false } : { phase: 'unreachable', failure },
      );
    }
  }

  /** Rejects with `Problem`. */
  async signIn(email: string, password: string): Promise<void> {
    await this.api.signIn(email, password);
    this.#state.set({ phase: 'signed_in', me: await this.api.me() });
  }

  /** Rejects with `Problem` when the server could not be told; it is signed out here only once it is there. */
  async signOut(): Promise<void> {
    try {
      await this.api.signOut();
    } catch (failure) {
      if (!(failure instanceof Problem && failure.status === 401)) throw failure;
    }
    this.#state.set({ phase: 'signed_out', ended: false });
  }

  /** The server no longer knows the session: expired, or ended elsewhere. */
  end(): void {
    if (this.#state.get().phase === 'signed_in') this.#state.set({ phase: 'signed_out', ended: true });
  }
}
