import type { Endpoint, PlaySource } from './port.js';

export interface CollectRequest {
  /** Played first; the first digit ends it. Not played at all when digits are waiting already. */
  prompt?: PlaySource | readonly PlaySource[];
  /** Digits wanted: collecting ends with the last of them. */
  maxDigits: number;
  /** Keys that end it before that and are no part of it, such as `#`. None by default. */
  terminators?: string;
  /** How long the first digit may take from the end of the prompt on, milliseconds. */
  firstDigitMs: number;
  /** How long each further digit may take, milliseconds. */
  interDigitMs: number;
  /** Digits pressed before we asked; without it they are forgotten. */
  typeAhead?: TypeAhead;
  signal?: AbortSignal;
}

export interface CollectedDigits {
  digits: string;
  reason: 'complete' | 'terminator' | 'first_digit_timeout' | 'inter_digit_timeout' | 'lost';
  /** The key that ended it. */
  terminator?: string;
}

/** More than anybody presses ahead in earnest. */
const maxWaiting = 64;

/** Keeps what is pressed on an endpoint until somebody asks for it: callers who know the menu do not wait for it. */
export class TypeAhead {
  readonly #endpoint: Endpoint;
  #waiting: string[] = [];
  #reader: ((digit: string) => boolean) | undefined;

  /** @param waiting what was pressed already */
  constructor(endpoint: Endpoint, waiting = '') {
    this.#endpoint = endpoint;
    this.#waiting = [...waiting];
    endpoint.on('digit', this.#pressed);
  }

  get waiting(): string {
    return this.#waiting.join('');
  }

  /** Forgets what waits: for a question that must not be answered by accident. */
  clear(): void {
    this.#waiting = [];
  }

  close(): void {
    this.#endpoint.off('digit', this.#pressed);
    this.clear();
  }

  /** Hands over what waits, then every key as it comes, as long as `reader` takes them: the rest goes on waiting. */
  read(reader: (digit: string) => boolean): () => void {
    this.#reader = reader;
    while (this.#waiting.length > 0 && reader(this.#waiting[0] as string)) this.#waiting.shift();
    return () => {
      if (this.#reader === reader) this.#reader = undefined;
    };
  }

  readonly #pressed = ({ digit }: { digit: string }): void => {
    if (this.#reader?.(digit)) return;
    if (this.#waiting.length < maxWaiting) this.#waiting.push(digit);
  };
}

/**
 * Asks for digits: prompt, first-digit, inter-digit and length limits, terminators, type-ahead. The same for every
 * engine, since it is made of what the port has. Rejects with the signal's reason when aborted, and with what `play`
 * rejects with when the prompt cannot be played.
 */
export async function collectDigits(endpoint: Endpoint, request: CollectRequest): Promise<CollectedDigits> {
  request.signal?.throwIfAborted();
  const typeAhead = request.typeAhead ?? new TypeAhead(endpoint);
  const collecting = new Collecting(request);
  const lost = () => collecting.end('lost');
  const aborted = () => collecting.fail(request.signal?.reason);
  endpoint.on('lost', lost);
  request.signal?.addEventListener('abort', aborted, { once: true });
  let stopReading: (() => void) | undefined;
  const playing = new AbortController();
  try {
    stopReading = typeAhead.read(digit => {
      playing.abort();
      return collecting.take(digit);
    });
    if (request.prompt === undefined || playing.signal.aborted) collecting.promptOver();
    else {
      endpoint.play(request.prompt, { endOnDigit: anyDigit, signal: playing.signal }).then(
        () => collecting.promptOver(),
        error => collecting.fail(error),
      );
    }
    return await collecting.result;
  } finally {
    playing.abort();
    stopReading?.();
    endpoint.off('lost', lost);
    request.signal?.removeEventListener('abort', aborted);
    collecting.close();
    if (request.typeAhead === undefined) typeAhead.close();
  }
}

const anyDigit = 'any';

/** The digits so far, and the clock that runs between them. */
class Collecting {
  readonly result: Promise<CollectedDigits>;
  readonly #request: CollectRequest;
  #digits = '';
  #timer: NodeJS.Timeout | undefined;
  #over = false;
  #resolve: (collected: CollectedDigits) => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;

  constructor(request: CollectRequest) {
    this.#request = request;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** The caller has heard what is asked of him: now he has so long. */
  promptOver(): void {
    if (this.#over || this.#digits !== '') return;
    this.#wait(this.#request.firstDigitMs, 'first_digit_timeout');
  }

  /** Returns false for a key that comes after the end. */
  take(digit: string): boolean {
    if (this.#over) return false;
    if (this.#request.terminators?.includes(digit)) {
      this.end('terminator', digit);
      return true;
    }
    this.#digits += digit;
    if (this.#digits.length >= this.#request.maxDigits) this.end('complete');
    else this.#wait(this.#request.interDigitMs, 'inter_digit_timeout');
    return true;
  }

  end(reason: CollectedDigits['reason'], terminator?: string): void {
    this.#over = true;
    clearTimeout(this.#timer);
    const ended = { digits: this.#digits, reason };
    this.#resolve(terminator === undefined ? ended : { ...ended, terminator });
  }

  fail(reason: unknown): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#reject(reason);
  }

  close(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #wait(milliseconds: number, reason: CollectedDigits['reason']): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(reason), milliseconds);
  }
}
