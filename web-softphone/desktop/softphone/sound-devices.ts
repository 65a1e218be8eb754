import { type Observable, Store } from '../store.js';

export interface SoundDevice {
  id: string;
  /** Empty until the page may use the microphone: browsers then keep the names to themselves. */
  name: string;
}

export interface DevicesThere {
  microphones: readonly SoundDevice[];
  outputs: readonly SoundDevice[];
}

/** What the system uses, under a second name: it is offered once, as that. */
const aliases: ReadonlySet<string> = new Set(['', 'default']);

function ofKind(devices: readonly MediaDeviceInfo[], kind: MediaDeviceKind): SoundDevice[] {
  return devices
    .filter(device => device.kind === kind && !aliases.has(device.deviceId))
    .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}

/** The microphones, headsets and speakers that are plugged in. */
export class SoundDevices {
  readonly #there = new Store<DevicesThere>({ microphones: [], outputs: [] });

  constructor(private readonly navigator: Navigator) {}

  get there(): Observable<DevicesThere> {
    return this.#there;
  }

  /** Follows what is plugged in and taken out. */
  watch(): void {
    this.navigator.mediaDevices?.addEventListener('devicechange', () => void this.look());
    void this.look();
  }

  async look(): Promise<void> {
    // Without them, as on a page that is not secure, there is nothing to choose.
    const devices = (await this.navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    this.#there.set({
      microphones: ofKind(devices, 'audioinput'),
      outputs: ofKind(devices, 'audiooutput'),
    });
  }
}

/** The chosen device while it is there; else that of the system, until it comes back. */
export function presentDevice(devices: readonly SoundDevice[], chosen: string): string {
  return devices.some(({ id }) => id === chosen) ? chosen : '';
}

/** Whether this browser lets a page choose where it is heard (W3C Audio Output Devices API). */
export function canChooseOutput(audio: HTMLMediaElement): boolean {
  return 'setSinkId' in audio;
}
