/** Spoken digits that a test can read: a company whose own recordings of them are tones, and an ear that knows them. */
import { once } from 'node:events';
import type { Api } from './api.js';
import { loudness, type RtpPeer, toneShare, toneWav } from './audio.js';

/** Far enough apart to be told in 200 ms, and within what a telephone carries. */
const frequencyOf = (digit: number) => 500 + digit * 220;
const toneMs = 600;
/** What is held for so long is no passing sound. */
const heldFrames = 6;
/** The clip of a digit that is read by itself; Korean has a zero of its own for it. */
function clipOf(language: 'ko' | 'en', digit: number): string {
  if (language === 'en') return `cardinal-${digit}`;
  return digit === 0 ? 'digit-0' : `sino-${digit}`;
}

/** Replaces the digits of a language by tones, as an administrator replaces any clip. */
export async function speakDigitsAsTones(api: Api, token: string, language: 'ko' | 'en'): Promise<void> {
  const replace = async (clip: string, frequency: number) => {
    const { status } = await api.call('PUT', `/api/v1/prompts/${language}/${clip}/sound`, {
      token,
      body: toneWav(frequency, toneMs),
      headers: { 'content-type': 'audio/wav' },
    });
    if (status !== 200) throw new Error(`the tone was not taken as ${clip}: ${status}`);
  };
  for (let digit = 0; digit < 10; digit += 1) await replace(clipOf(language, digit), frequencyOf(digit));
  // A vowel of the sentence before them can be as pure as a tone.
  await replace('number-code', 300);
}

/** Resolves to the first so many digits that are heard; a pause lies between two of them. */
export async function hearDigits({ listener }: RtpPeer, count: number, waitMs = 60_000): Promise<string> {
  const signal = AbortSignal.timeout(waitMs);
  let digits = '';
  let sounding: number | undefined;
  let frames = 0;
  let before: number | undefined;
  const take = (samples: Int16Array) => {
    if (loudness(samples) < 50) sounding = undefined;
    const heard = Array.from({ length: 10 }, (_, digit) => digit).find(
      digit => toneShare(samples, frequencyOf(digit)) > 0.9,
    );
    frames = heard === before ? frames + 1 : 1;
    before = heard;
    if (heard === undefined || heard === sounding || frames < heldFrames) return;
    sounding = heard;
    digits += heard;
  };
  while (digits.length < count) {
    await once(listener.ear, 'frame', { signal });
    take(listener.ear.lastSamples());
  }
  return digits;
}
