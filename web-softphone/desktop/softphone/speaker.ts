import { type Observable, Store } from '../store.js';
import { canChooseOutput } from './sound-devices.js';

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

  /** @param device empty: that of the system; @param volume 0 to 1 */
  use(device: string, volume: number): void {
    this.audio.volume = volume;
    if (!canChooseOutput(this.audio) || this.audio.sinkId === device) return;
    // One that was taken out meanwhile: the browser goes on with the one it has.
    void this.audio.setSinkId(device).catch(() => undefined);
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
