import type { Clip } from './clip.js';
import { clipOf, looped, sampleRate } from './clip.js';

export type ToneName = 'ringback' | 'busy';

/** A signal of a telephone network: frequencies heard together, and on and off times in ms, repeated. */
interface Cadence {
  frequencies: readonly number[];
  onOffMs: readonly number[];
}

/** ITU-T E.180 Supplement 2, "Various tones used in national networks". */
const networks: Record<string, Record<ToneName, Cadence>> = {
  kr: {
    ringback: { frequencies: [440, 480], onOffMs: [1000, 2000] },
    busy: { frequencies: [480, 620], onOffMs: [500, 500] },
  },
  us: {
    ringback: { frequencies: [440, 480], onOffMs: [2000, 4000] },
    busy: { frequencies: [480, 620], onOffMs: [500, 500] },
  },
  jp: {
    ringback: { frequencies: [384, 416], onOffMs: [1000, 2000] },
    busy: { frequencies: [400], onOffMs: [500, 500] },
  },
  gb: {
    ringback: { frequencies: [400, 450], onOffMs: [400, 200, 400, 2000] },
    busy: { frequencies: [400], onOffMs: [380, 380] },
  },
  de: {
    ringback: { frequencies: [425], onOffMs: [1000, 4000] },
    busy: { frequencies: [425], onOffMs: [480, 480] },
  },
  fr: {
    ringback: { frequencies: [440], onOffMs: [1500, 3500] },
    busy: { frequencies: [440], onOffMs: [500, 500] },
  },
};
const defaultNetwork = 'kr';
/** Peak of each frequency: two together stay near -13 dBm0, the usual level of tones. */
const peak = 5000;
const rampSamples = 40;

const dtmfRows = [697, 770, 852, 941] as const;
const dtmfColumns = [1209, 1336, 1477, 1633] as const;
const dtmfKeys = '123A456B789C*0#D';

const cache = new Map<string, Clip>();

/** The tone of a country's network (ISO 3166 code; an unknown one has the house's default), looped. */
export function toneClip(tone: ToneName, country: string | undefined): Clip {
  const code = country?.toLowerCase() ?? defaultNetwork;
  const network = Object.hasOwn(networks, code) ? code : defaultNetwork;
  const key = `${network}/${tone}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const clip = looped(clipOf(renderCadence((networks[network] as Record<ToneName, Cadence>)[tone])));
  cache.set(key, clip);
  return clip;
}

const beepHz = 1400;
const beepMs = 500;
let beep: Clip | undefined;

/** The tone after which one speaks (ITU-T E.180, record tone's frequency), heard once. */
export function beepClip(): Clip {
  beep ??= clipOf(renderCadence({ frequencies: [beepHz], onOffMs: [beepMs] }));
  return beep;
}

/** One key of the telephone as sound (ITU-T Q.23), for peers without telephone-event. */
export function dtmfSamples(key: string, toneMs: number, gapMs: number): Int16Array {
  const index = dtmfKeys.indexOf(key);
  const frequencies = [dtmfRows[index >> 2] as number, dtmfColumns[index & 3] as number];
  return renderCadence({ frequencies, onOffMs: [toneMs, gapMs] });
}

function renderCadence({ frequencies, onOffMs }: Cadence): Int16Array {
  const parts = onOffMs.map(ms => Math.round((ms * sampleRate) / 1000));
  const samples = new Int16Array(parts.reduce((sum, part) => sum + part, 0));
  let at = 0;
  parts.forEach((length, index) => {
    if (index % 2 === 0) renderTone(samples, at, length, frequencies);
    at += length;
  });
  return samples;
}

function renderTone(samples: Int16Array, at: number, length: number, frequencies: readonly number[]): void {
  for (let i = 0; i < length; i++) {
    // Soft edges: a tone that starts or stops at full height clicks.
    const envelope = Math.min(1, (i + 1) / rampSamples, (length - i) / rampSamples);
    let value = 0;
    for (const frequency of frequencies) value += Math.sin((2 * Math.PI * frequency * i) / sampleRate);
    samples[at + i] = Math.round(value * peak * envelope);
  }
}
