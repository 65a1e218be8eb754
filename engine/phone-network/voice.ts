import { type Clip, clipOf, sampleRate } from '../media/audio/clip.js';

/**
 * What the phones of the network say, sung by a small formant synthesiser so that nothing has to be shipped or
 * licensed: "la la la", a step up each time. Vowels are harmonics of the pitch, weighted by the vowel's resonances
 * (Peterson and Barney, 1952).
 */
type Formants = readonly [first: number, second: number, third: number];
const vowels = {
  l: [360, 1300, 2700],
  a: [730, 1090, 2440],
  o: [570, 840, 2410],
  i: [270, 2290, 3010],
} as const satisfies Record<string, Formants>;
const bandwidths = [90, 110, 170] as const;
const strengths = [1, 0.6, 0.3] as const;

interface Note {
  from: keyof typeof vowels;
  to: keyof typeof vowels;
  /** Pitch in Hz. */
  pitch: number;
  ms: number;
}

const greetingNotes: readonly Note[] = [
  { from: 'l', to: 'a', pitch: 196, ms: 260 },
  { from: 'l', to: 'a', pitch: 247, ms: 260 },
  { from: 'l', to: 'o', pitch: 294, ms: 260 },
  { from: 'l', to: 'i', pitch: 392, ms: 620 },
];
const gapMs = 50;
const highestHz = 3400;
const peak = 9000;
const rampMs = 15;
/** How long the mouth takes from the consonant to the vowel. */
const glideMs = 90;

/** The tone after the greeting: from here on the caller hears himself. Also what tests look for. */
export const greetingTone = { frequency: 1000, ms: 400 } as const;
/** The beeps that answer a key. */
export const keyTone = { frequency: 1400, ms: 250, gapMs: 150 } as const;

const samplesOf = (ms: number) => Math.round((ms * sampleRate) / 1000);
const envelope = (i: number, length: number) =>
  Math.min(1, i / samplesOf(rampMs), (length - i) / samplesOf(rampMs));

function sing({ from, to, pitch, ms }: Note): Int16Array {
  const length = samplesOf(ms);
  const wave = new Float64Array(length);
  const harmonics = Math.floor(highestHz / pitch);
  for (let i = 0; i < length; i++) {
    const open = Math.min(1, i / samplesOf(glideMs));
    let value = 0;
    for (let k = 1; k <= harmonics; k++) {
      const frequency = k * pitch;
      let weight = 0;
      for (let f = 0; f < 3; f++) {
        const centre = vowels[from][f]! + (vowels[to][f]! - vowels[from][f]!) * open;
        weight += strengths[f]! / (1 + ((frequency - centre) / bandwidths[f]!) ** 2);
      }
      value += (weight / Math.sqrt(k)) * Math.sin((2 * Math.PI * frequency * i) / sampleRate);
    }
    wave[i] = value * (0.35 + 0.65 * open) * envelope(i, length);
  }
  const loudest = wave.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Int16Array.from(wave, value => Math.round((value / loudest) * peak));
}

function tone(frequency: number, ms: number): Int16Array {
  const length = samplesOf(ms);
  return Int16Array.from({ length }, (_, i) =>
    Math.round(Math.sin((2 * Math.PI * frequency * i) / sampleRate) * peak * envelope(i, length)),
  );
}

const silence = (ms: number) => new Int16Array(samplesOf(ms));

function joined(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function renderGreeting(): Clip {
  const sung = greetingNotes.flatMap(note => [sing(note), silence(gapMs)]);
  const closing = tone(greetingTone.frequency, greetingTone.ms);
  return clipOf(joined([silence(300), ...sung, silence(200), closing]));
}

let greeting: Clip | undefined;
const beeps = new Map<number, Clip>();

/** The greeting and its closing tone, rendered at the first call. */
export function greetingClip(): Clip {
  greeting ??= renderGreeting();
  return greeting;
}

/** So many beeps as the key says; ten for 0, eleven for `*`, twelve for `#`, and so on through A to D. */
export function keyClip(key: string): Clip {
  const count = '1234567890*#ABCD'.indexOf(key) + 1;
  const known = beeps.get(count);
  if (known) return known;
  const beep = [tone(keyTone.frequency, keyTone.ms), silence(keyTone.gapMs)];
  const clip = clipOf(joined(Array.from({ length: count }, () => beep).flat()));
  beeps.set(count, clip);
  return clip;
}
