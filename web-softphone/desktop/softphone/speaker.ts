import { type Observable, Store } from '../store.js';

/** Plays what the other side says. */
export class Speaker {
  readonly #blocked = new Store(false);

  constructor(private readonly audio: HTMLAudioElement) {
    audio.autoplay = true;
  }

  /** The browser refuses to play until the user has touched the page. */
  get blocked(): Observable<boolean> {
    return this.#blocked;
  }

  attach(connection: RTCPeerConnection): void {
    connection.addEventListener('track', ({ track, streams }) => {
      if (track.kind !== 'audio') return;
      this.audio.srcObject = streams[0] ?? new MediaStream([track]);
      void this.play();
    });
  }

  async play(): Promise<void> {
    try {
      await this.audio.play();
      this.#blocked.set(false);
    } catch (error) {
      // AbortError: another stream took its place meanwhile, and has its own play().
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#blocked.set(true);
    }
  }

  release(): void {
    this.audio.srcObject = null;
    this.#blocked.set(false);
  }
}
