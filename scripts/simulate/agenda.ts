/** What is done at a moment. */
export type Act = () => void | Promise<void>;

interface Entry {
  at: number;
  /** Of two at the same moment the one that was entered first. */
  nth: number;
  act: Act;
}

/** What is to happen, in the order of its moments: a binary heap. */
export class Agenda {
  readonly #heap: Entry[] = [];
  #entered = 0;

  enter(at: number, act: Act): void {
    const heap = this.#heap;
    let place = heap.push({ at, nth: this.#entered++, act }) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!before(heap[place]!, heap[parent]!)) break;
      this.#swap(place, parent);
      place = parent;
    }
  }

  /** Takes the next one out. */
  next(): { at: number; act: Act } | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    heap[0] = last;
    for (let place = 0; ; ) {
      const left = 2 * place + 1;
      const right = left + 1;
      let least = place;
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
      if (least === place) return first;
      this.#swap(place, least);
      place = least;
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.nth < b.nth);
}
