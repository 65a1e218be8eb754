import type { Outlet } from './outlet.js';

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

interface Note {
  /** Start and length in seconds, frequency in Hz. */
  at: number;
  length: number;
  frequency: number;
}

/** A fourth up, twice: friendly, and never twice as loud. */
const ringNotes: readonly Note[] = [
  { at: 0, length: 0.22, frequency: 587.33 },
  { at: 0.18, length: 0.42, frequency: 783.99 },
  { at: 0.72, length: 0.22, frequency: 587.33 },
  { at: 0.9, length: 0.5, frequency: 783.99 },
];
const ringPeriodMs = 3_000;
const ringGain = 0.4;

/** In the ear of who is about to talk: short, and not to be taken for the ring. */
const takenNotes: readonly Note[] = [
  { at: 0, length: 0.12, frequency: 880 },
  { at: 0.14, length: 0.26, frequency: 1174.66 },
];
const takenGain = 0.2;

const keyGain = 0.06;
const keySeconds = 0.12;

/** The ring may sound where everybody in the room hears it, and the talk in a headset. */
export interface Outlets {
  ring: Outlet;
  talk: Outlet;
}

/**
 * The sounds of the desktop itself. A browser makes none before the user has touched the page; until then ringing is
 * silent, and starts as soon as it may.
 */
export class Tones {
  #context: AudioContext | null = null;
  #ringTimer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly outlets: Outlets) {}

  /** Call it from a user's gesture. */
  unlock(): void {
    this.#context ??= new AudioContext();
    if (this.#context.state === 'suspended') void this.#context.resume();
  }

  startRinging(): void {
    this.stopRinging();
    this.ringOnce();
    this.#ringTimer = setInterval(() => this.ringOnce(), ringPeriodMs);
  }

  stopRinging(): void {
    clearInterval(this.#ringTimer);
    this.#ringTimer = undefined;
  }

  ringOnce(): void {
    for (const note of ringNotes) this.#play(this.outlets.ring, note, ringGain);
  }

  /** A call is taken without the agent's doing; also what the device of the talk is tried with. */
  taken(): void {
    for (const note of takenNotes) this.#play(this.outlets.talk, note, takenGain);
  }

  /** What the agent hears of a key he has pressed. */
  key(tone: string): void {
    for (const frequency of keyFrequencies[tone] ?? [])
      this.#play(this.outlets.talk, { at: 0, length: keySeconds, frequency }, keyGain);
  }

  #play(outlet: Outlet, { at, length, frequency }: Note, loudness: number): void {
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
    oscillator.connect(gain).connect(outlet.input(context));
    oscillator.start(start);
    oscillator.stop(start + length);
  }
}
