import type { BrowserLine, BrowserTrouble } from '../api/types.js';

/** What is taken of a browser's statistics (W3C WebRTC Statistics): counted since the line began. `null`: not told. */
export interface LineCounts {
  packetsReceived: number;
  packetsLost: number;
  jitterMs: number | null;
  /** Samples that were played, and those of them that were made up. */
  samples: number;
  concealed: number;
  packetsSent: number;
  sentLost: number | null;
  sentJitterMs: number | null;
  roundTripMs: number | null;
  /** Energy and seconds of what was spoken and heard: their quotient is a power of full scale. */
  spoken: { energy: number; seconds: number } | null;
  heard: { energy: number; seconds: number } | null;
}

type Entry = Readonly<Record<string, unknown>>;

const number = (entry: Entry | undefined, name: string): number | null => {
  const value = entry?.[name];
  return typeof value === 'number' ? value : null;
};

const inMs = (seconds: number | null) => (seconds === null ? null : seconds * 1000);

function energyOf(entry: Entry | undefined): LineCounts['spoken'] {
  const energy = number(entry, 'totalAudioEnergy');
  const seconds = number(entry, 'totalSamplesDuration');
  return energy === null || seconds === null ? null : { energy, seconds };
}

/** Undefined while the browser says nothing of an audio line. */
export function countsOf(report: Iterable<[string, unknown]>): LineCounts | undefined {
  const entries = [...report].map(([, entry]) => entry as Entry);
  const of = (type: string) =>
    entries.find(entry => entry.type === type && (entry.kind === undefined || entry.kind === 'audio'));
  const [incoming, outgoing, reported, source] = [
    of('inbound-rtp'),
    of('outbound-rtp'),
    of('remote-inbound-rtp'),
    of('media-source'),
  ];
  if (!incoming && !outgoing) return undefined;
  return {
    packetsReceived: number(incoming, 'packetsReceived') ?? 0,
    packetsLost: number(incoming, 'packetsLost') ?? 0,
    jitterMs: inMs(number(incoming, 'jitter')),
    samples: number(incoming, 'totalSamplesReceived') ?? 0,
    concealed: number(incoming, 'concealedSamples') ?? 0,
    packetsSent: number(outgoing, 'packetsSent') ?? 0,
    sentLost: number(reported, 'packetsLost'),
    sentJitterMs: inMs(number(reported, 'jitter')),
    roundTripMs: inMs(number(reported, 'roundTripTime')),
    spoken: energyOf(source),
    heard: energyOf(incoming),
  };
}

/** Below the last bit of 16: a room is never so quiet, a microphone that is switched off is. */
const zerosDb = -100;
/** Above this share of made-up sound people ask "pardon?", percent. */
const gapsPercent = 5;
/** Quieter is not told apart from nothing, dBFS. */
const quietestDb = -120;

/** What was loud between two looks, dBFS; null: not told. */
function loudness(before: LineCounts['spoken'], now: LineCounts['spoken']): number | null {
  if (before === null || now === null) return null;
  const seconds = now.seconds - before.seconds;
  if (seconds <= 0) return null;
  const power = (now.energy - before.energy) / seconds;
  return power <= 0 ? quietestDb : Math.max(quietestDb, 10 * Math.log10(power));
}

function percentOf(part: number, whole: number): number | null {
  return whole <= 0 ? null : Math.max(0, (100 * part) / whole);
}

/** What is wrong between two looks; what nobody hears comes before what is heard badly. */
function troubleBetween(before: LineCounts, now: LineCounts, muted: boolean): BrowserTrouble | null {
  if (now.packetsSent <= before.packetsSent) return 'sends_nothing';
  const spokenDb = loudness(before.spoken, now.spoken);
  if (!muted && spokenDb !== null && spokenDb < zerosDb) return 'microphone_silent';
  const gaps = percentOf(now.concealed - before.concealed, now.samples - before.samples);
  return gaps !== null && gaps > gapsPercent ? 'sound_gaps' : null;
}

const rounded = (value: number | null, digits = 1) =>
  value === null ? null : Math.round(value * 10 ** digits) / 10 ** digits;

/** Follows one line. A trouble is one when two looks agree, and so is its end. */
export class LineFollower {
  #before: LineCounts | undefined;
  #seen: BrowserTrouble | null = null;
  #trouble: BrowserTrouble | null = null;

  /** Undefined at the first look, to which there is nothing to compare. */
  look(now: LineCounts, muted: boolean): BrowserLine | undefined {
    const before = this.#before;
    this.#before = now;
    if (!before) return undefined;
    const found = troubleBetween(before, now, muted);
    if (found === this.#seen) this.#trouble = found;
    this.#seen = found;
    return {
      packetsReceived: now.packetsReceived,
      packetsLost: now.packetsLost,
      jitterMs: rounded(now.jitterMs),
      concealedPercent: rounded(percentOf(now.concealed, now.samples)),
      packetsSent: now.packetsSent,
      sentLost: now.sentLost,
      sentJitterMs: rounded(now.sentJitterMs),
      roundTripMs: rounded(now.roundTripMs),
      spokenDb: rounded(loudness(before.spoken, now.spoken)),
      heardDb: rounded(loudness(before.heard, now.heard)),
      trouble: this.#trouble,
    };
  }
}
