/** ITU-T Q.23: the pair of frequencies, in Hz, of each key. */
const keyFrequencies: Readonly<Record<string, readonly [number, number]>> = {
  '1': [697, 1209],
  '2': [697, 1336],
  '3': [697, 1477],
  '4': [770, 1209],
  '5': [770, 1336],
  '6': [770, 1477],
  '7': [852, 1209],
  '8': [852, 1336],
  '9': [852, 1477],
  '*': [941, 1209],
  '0': [941, 1336],
  '#': [941, 1477],
};

/** One note of the ring: start and length in seconds, frequency in Hz. A fourth up, twice: friendly, and never twice as loud. */
const ringNotes = [
  { at: 0, length: 0.22, frequency: 587.33 },
  { at: 0.18, length: 0.42, frequency: 783.99 },
  { at: 0.72, length: 0.22, frequency: 587.33 },
  { at: 0.9, length: 0.5, frequency: 783.99 },
] as const;
const ringPeriodMs = 3_000;
const ringGain = 0.25;
const keyGain = 0.06;
const keySeconds = 0.12;

/**
 * The sounds of the desktop itself. A browser makes none before the user has touched the page; until then ringing is
 * silent, and starts as soon as it may.
 */
export class Tones {
  #context: AudioContext | null = null;
  #ringTimer: ReturnType<typeof setInterval> | undefined;

  /** Call it from a user's gesture. */
  unlock(): void {
    this.#context ??= new AudioContext();
    if (this.#context.state === 'suspended') void this.#context.resume();
  }

  startRinging(): void {
    this.stopRinging();
    this.#ringOnce();
    this.#ringTimer = setInterval(() => this.#ringOnce(), ringPeriodMs);
  }

  stopRinging(): void {
    clearInterval(this.#ringTimer);
    this.#ringTimer = undefined;
  }

  /** What the agent hears of a key he has pressed. */
  key(tone: string): void {
    for (const frequency of keyFrequencies[tone] ?? []) this.#play(0, keySeconds, frequency, keyGain);
  }

  #ringOnce(): void {
    for (const { at, length, frequency } of ringNotes) this.#play(at, length, frequency, ringGain);
  }

  #play(at: number, length: number, frequency: number, loudness: number): void {
    const context = this.#context;
    if (context?.state !== 'running') return;
    const start = context.currentTime + at;
    const gain = context.createGain();
    // Without a slope at both ends a tone clicks.
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(loudness, start + 0.015);
    gain.gain.setValueAtTime(loudness, start + length * 0.5);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + length);
    const oscillator = context.createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + length);
  }
}
