import { type Observable, Store } from './store.js';

const ringKey = 'ringbridge.ring';
const soundKey = 'ringbridge.sound';

/** Through what the agent speaks and hears. */
export interface SoundChoices {
  /** Ids of devices as this browser names them for this site; empty: whatever the system uses. */
  microphone: string;
  talkOutput: string;
  ringOutput: string;
  /** 0 to 100. */
  talkVolume: number;
  ringVolume: number;
}

const unchosen: SoundChoices = {
  microphone: '',
  talkOutput: '',
  ringOutput: '',
  talkVolume: 100,
  ringVolume: 60,
};

/** What is stored, as far as it is one of ours: another version, or a person, may have written it. */
export function soundChoicesOf(stored: string | null): SoundChoices {
  let parsed: unknown;
  try {
    parsed = JSON.parse(stored ?? '{}');
  } catch {
    return unchosen;
  }
  if (typeof parsed !== 'object' || parsed === null) return unchosen;
  const given = parsed as Readonly<Record<string, unknown>>;
  const device = (name: keyof SoundChoices) => (typeof given[name] === 'string' ? given[name] : '');
  const volume = (name: 'talkVolume' | 'ringVolume') => {
    const value = given[name];
    return typeof value === 'number' && value >= 0 && value <= 100 ? value : unchosen[name];
  };
  return {
    microphone: device('microphone'),
    talkOutput: device('talkOutput'),
    ringOutput: device('ringOutput'),
    talkVolume: volume('talkVolume'),
    ringVolume: volume('ringVolume'),
  };
}

/** What the user has chosen in this browser, beside language and appearance. */
export class Preferences {
  readonly #ring: Store<boolean>;
  readonly #sound: Store<SoundChoices>;

  constructor(private readonly storage: Storage) {
    this.#ring = new Store(storage.getItem(ringKey) !== 'off');
    this.#sound = new Store(soundChoicesOf(storage.getItem(soundKey)));
  }

  get ring(): Observable<boolean> {
    return this.#ring;
  }

  get sound(): Observable<SoundChoices> {
    return this.#sound;
  }

  setRing(on: boolean): void {
    this.storage.setItem(ringKey, on ? 'on' : 'off');
    this.#ring.set(on);
  }

  setSound(change: Partial<SoundChoices>): void {
    const sound = { ...this.#sound.get(), ...change };
    this.storage.setItem(soundKey, JSON.stringify(sound));
    this.#sound.set(sound);
  }
}
