import { Outlet } from '../alert/outlet.js';
import { Tones } from '../alert/tones.js';
import type { SoundChoices } from '../preferences.js';
import { type Observable, Store } from '../store.js';
import { Microphone } from './microphone.js';
import { canChooseOutput, presentDevice, SoundDevices } from './sound-devices.js';
import { Speaker } from './speaker.js';

/** All that is spoken into and heard through, as the user has chosen it. */
export class Sound {
  readonly devices: SoundDevices;
  readonly microphone: Microphone;
  readonly speaker: Speaker;
  readonly tones: Tones;
  /** Whether this browser lets the user choose where a page is heard. */
  readonly outputsChosen: boolean;
  readonly #outlets: { ring: Outlet; talk: Outlet };
  readonly #through: Store<string>;

  constructor(
    { navigator, document }: Window,
    private readonly choices: Observable<SoundChoices>,
  ) {
    const audio = () => document.createElement('audio');
    this.devices = new SoundDevices(navigator);
    this.microphone = new Microphone(navigator, () => this.choices.get().microphone);
    this.speaker = new Speaker(audio());
    this.#outlets = { ring: new Outlet(audio()), talk: new Outlet(audio()) };
    this.tones = new Tones(this.#outlets);
    this.outputsChosen = canChooseOutput(audio());
    this.#through = new Store(this.choices.get().microphone);
  }

  /** The device that is spoken into: the chosen one, while it is plugged in. */
  get through(): Observable<string> {
    return this.#through;
  }

  start(): void {
    const { devices, microphone } = this;
    this.choices.subscribe(() => this.#apply());
    devices.there.subscribe(() => this.#apply());
    // From now on the browser names the devices.
    microphone.state.subscribe(() => {
      if (microphone.state.get() === 'granted') void devices.look();
    });
    void microphone.watch();
    devices.watch();
    this.#apply();
  }

  #apply(): void {
    const { microphone, talkOutput, ringOutput, talkVolume, ringVolume } = this.choices.get();
    const { microphones, outputs } = this.devices.there.get();
    const talk = presentDevice(outputs, talkOutput);
    this.speaker.use(talk, talkVolume / 100);
    this.#outlets.talk.use(talk, talkVolume / 100);
    this.#outlets.ring.use(presentDevice(outputs, ringOutput), ringVolume / 100);
    if (microphones.length > 0) this.#through.set(presentDevice(microphones, microphone));
  }
}
