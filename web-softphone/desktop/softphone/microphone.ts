import { type Observable, Store } from '../store.js';

export type MicrophoneState =
  /** The browser has not been asked yet. */
  | 'unknown'
  | 'asking'
  | 'granted'
  | 'denied'
  /** No device. */
  | 'missing'
  /** Another program holds it, or it failed to start. */
  | 'in_use'
  /** The page is not served over HTTPS or from localhost (W3C Secure Contexts). */
  | 'insecure';

/** Why there is no microphone, in the words of `MicrophoneState`. */
export class MicrophoneError extends Error {
  override readonly name = 'MicrophoneError';
  constructor(readonly state: MicrophoneState) {
    super(`no microphone: ${state}`);
  }
}

/** The names are those of W3C Media Capture and Streams, 10.3. */
const stateOfError: Readonly<Record<string, MicrophoneState>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'in_use',
  AbortError: 'in_use',
};

/** The permission to listen, asked for before the first call and not in its middle. */
export class Microphone {
  readonly #state = new Store<MicrophoneState>('unknown');

  /** @param chosen the id of the device that the user has chosen; empty: that of the system */
  constructor(
    private readonly navigator: Navigator,
    private readonly chosen: () => string,
  ) {}

  get state(): Observable<MicrophoneState> {
    return this.#state;
  }

  /** Learns what the browser has decided before, and follows it when the user changes it in the browser. */
  async watch(): Promise<void> {
    if (!this.navigator.mediaDevices) {
      this.#state.set('insecure');
      return;
    }
    // Firefox before 132 does not know the name and rejects: then the first use tells.
    const status = await this.navigator.permissions.query({ name: 'microphone' }).catch(() => null);
    if (!status) return;
    const apply = () => {
      if (status.state === 'granted') this.#state.set('granted');
      else if (status.state === 'denied') this.#state.set('denied');
      else this.#state.set('unknown');
    };
    apply();
    status.onchange = apply;
  }

  /** Resolves when a call could be answered now; rejects with `MicrophoneError`. */
  async ensure(): Promise<void> {
    if (this.#state.get() === 'granted' && (await this.#hasDevice())) return;
    closeStream(await this.open());
  }

  async #hasDevice(): Promise<boolean> {
    const devices = await this.navigator.mediaDevices.enumerateDevices();
    return devices.some(device => device.kind === 'audioinput');
  }

  /** The microphone's stream, to be ended by `closeStream`. Rejects with `MicrophoneError`. */
  async open(): Promise<MediaStream> {
    if (!this.navigator.mediaDevices) {
      this.#state.set('insecure');
      throw new MicrophoneError('insecure');
    }
    if (this.#state.get() !== 'granted') this.#state.set('asking');
    try {
      const stream = await this.#openChosen();
      this.#state.set('granted');
      return stream;
    } catch (error) {
      const name = error instanceof DOMException ? error.name : '';
      const state = stateOfError[name] ?? 'in_use';
      this.#state.set(state);
      throw new MicrophoneError(state);
    }
  }

  /** A device that is not there is no reason not to answer: another one is taken then. */
  async #openChosen(): Promise<MediaStream> {
    const { mediaDevices } = this.navigator;
    const chosen = this.chosen();
    const any = { audio: true, video: false };
    if (chosen === '') return await mediaDevices.getUserMedia(any);
    try {
      return await mediaDevices.getUserMedia({ audio: { deviceId: { exact: chosen } }, video: false });
    } catch (error) {
      const state = error instanceof DOMException ? stateOfError[error.name] : undefined;
      if (state !== 'missing') throw error;
      return await mediaDevices.getUserMedia(any);
    }
  }
}

export function closeStream(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
