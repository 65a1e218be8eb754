import { canChooseOutput } from '../softphone/sound-devices.js';

/** One way out for the desktop's own sounds: a device, and how loud it is there. */
export class Outlet {
  #device = '';
  #volume = 1;
  #gain: GainNode | null = null;
  #stream: MediaStreamAudioDestinationNode | null = null;

  /** @param audio plays on any device but that of the system, which a page's sounds go to of themselves */
  constructor(private readonly audio: HTMLAudioElement) {}

  /** @param device empty: that of the system; @param volume 0 to 1 */
  use(device: string, volume: number): void {
    this.#volume = volume;
    if (this.#gain) this.#gain.gain.value = volume;
    if (device === this.#device || !canChooseOutput(this.audio)) return;
    this.#device = device;
    this.#route();
  }

  /** What sounds are connected to. */
  input(context: AudioContext): AudioNode {
    if (!this.#gain) {
      this.#gain = context.createGain();
      this.#gain.gain.value = this.#volume;
      this.#route();
    }
    return this.#gain;
  }

  #route(): void {
    const gain = this.#gain;
    if (!gain) return;
    const { context } = gain;
    const device = this.#device;
    gain.disconnect();
    if (device === '') {
      this.audio.pause();
      gain.connect(context.destination);
      return;
    }
    this.#stream ??= (context as AudioContext).createMediaStreamDestination();
    gain.connect(this.#stream);
    this.audio.srcObject = this.#stream.stream;
    this.audio
      .setSinkId(device)
      .then(() => this.audio.play())
      .catch(() => {
        // Taken out meanwhile, or not allowed: better heard elsewhere than not at all.
        if (device === this.#device) gain.connect(context.destination);
      });
  }
}
