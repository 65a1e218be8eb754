import type { PromisePage, WaitingFilter } from '../api/types.js';
import { type Observable, Store } from '../store.js';
import { WatchedView } from './watched-view.js';

/** Rows that are read together. */
export const pageSize = 50;

export interface WaitingRows {
  total: number;
  /** The row at a place of the whole list; undefined where it has not been looked at. */
  at: (index: number) => PromisePage['promises'][number] | undefined;
}

interface Page {
  offset: number;
  page: PromisePage;
}

/** The whole list of those who wait, of which only what is looked at is read: it may be thousands. */
export class WaitingView {
  readonly #filter = new Store<WaitingFilter>({ kind: 'waiting', queue: null });
  #pages: readonly number[] = [0];
  readonly #view: WatchedView<WaitingRows>;

  constructor(read: (filter: WaitingFilter, offset: number, limit: number) => Promise<PromisePage>) {
    this.#view = new WatchedView(async () => {
      const filter = this.#filter.get();
      const pages = await Promise.all(
        this.#pages.map(async (number): Promise<Page> => {
          const offset = number * pageSize;
          return { offset, page: await read(filter, offset, pageSize) };
        }),
      );
      return rowsOf(pages);
    });
  }

  get filter(): Observable<WaitingFilter> {
    return this.#filter;
  }

  get state(): WatchedView<WaitingRows>['state'] {
    return this.#view.state;
  }

  /** Returns what ends the looking. */
  readonly watch = (): (() => void) => this.#view.watch();

  /** Something has changed, or may have. */
  readonly refresh = (): Promise<void> => this.#view.refresh();

  /** Others are to be shown. */
  choose(filter: WaitingFilter): void {
    this.#filter.set(filter);
    this.#pages = [0];
    this.#view.clear();
    void this.#view.refresh();
  }

  /** The rows that are seen now, both included. */
  look(first: number, last: number): void {
    const from = Math.floor(Math.max(0, first) / pageSize);
    const until = Math.floor(Math.max(0, last) / pageSize);
    const wanted = Array.from({ length: until - from + 1 }, (_, index) => from + index);
    const missing = wanted.some(number => !this.#pages.includes(number));
    this.#pages = wanted;
    if (missing) void this.#view.refresh();
  }

  clear(): void {
    this.#filter.set({ kind: 'waiting', queue: null });
    this.#pages = [0];
    this.#view.clear();
  }
}

function rowsOf(pages: readonly Page[]): WaitingRows {
  // Each page was counted at its own moment: the newest count is the last one's.
  const total = pages.at(-1)?.page.total ?? 0;
  return {
    total,
    at: index => {
      const found = pages.find(({ offset }) => index >= offset && index < offset + pageSize);
      return found?.page.promises[index - found.offset];
    },
  };
}
