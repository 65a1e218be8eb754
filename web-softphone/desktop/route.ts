import { type Observable, Store } from './store.js';

/** Asked before a page is left that holds something unsaved: it calls `leave` when it may be. */
export type LeaveGuard = (leave: () => void) => void;

/** The address of the page: what it shows, and what Back goes back to. */
export class Route {
  readonly #path: Store<string>;
  #guard: LeaveGuard | null = null;

  constructor(private readonly window: Window) {
    this.#path = new Store(window.location.pathname);
    window.addEventListener('popstate', () => this.#moved());
    window.addEventListener('beforeunload', event => {
      if (this.#guard) event.preventDefault();
    });
  }

  get path(): Observable<string> {
    return this.#path;
  }

  /** Shows another page; what is not saved is asked about first. */
  readonly go = (path: string): void => {
    if (path === this.#path.get()) return;
    if (this.#guard) this.#guard(() => this.#show(path));
    else this.#show(path);
  };

  /** Shows another page although something is not saved: what it was of is no more, or it has just been saved. */
  leave(path: string): void {
    this.#show(path);
  }

  /** What is shown has got another address: nothing is left by it. */
  replace(path: string): void {
    this.window.history.replaceState(null, '', path);
    this.#path.set(path);
  }

  /** Returns what ends the guard. */
  guard(guard: LeaveGuard): () => void {
    this.#guard = guard;
    return () => {
      if (this.#guard === guard) this.#guard = null;
    };
  }

  #show(path: string): void {
    this.#guard = null;
    this.window.history.pushState(null, '', path);
    this.#path.set(path);
    this.window.scrollTo(0, 0);
  }

  /** Back and Forward have moved already: what is not saved is put before the user again, and then he is asked. */
  #moved(): void {
    const { pathname } = this.window.location;
    if (!this.#guard) {
      this.#path.set(pathname);
      return;
    }
    this.window.history.pushState(null, '', this.#path.get());
    this.#guard(() => this.#show(pathname));
  }
}
