/**
 * How good a talk sounds: the E-model, ITU-T G.107, for G.711 with packet loss concealment (G.711 Appendix I). What it
 * does not know of the call (levels, noise, echo) has the standard's default values.
 */

export interface Impairments {
  /** Share of packets that were not there when they should have been played, 0 to 1. */
  loss: number;
  /** From mouth to ear, milliseconds. */
  delayMs: number;
}

/** Ro - Is with every input at its default (G.107 table 3). */
const defaultRating = 93.2;
/** Equipment impairment and robustness to random loss of G.711 with concealment (G.113 appendix I). */
const equipmentImpairment = 0;
const lossRobustness = 25.1;
/** Below this, delay alone impairs nothing (G.107 7.4). */
const unnoticedDelayMs = 100;

/** Impairment by too long a delay with perfect echo cancelling, Idd (G.107 7.4). */
function delayImpairment(delayMs: number): number {
  if (delayMs <= unnoticedDelayMs) return 0;
  const x = Math.log2(delayMs / unnoticedDelayMs);
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2);
}

/** Effective equipment impairment, Ie-eff, under random loss (G.107 7.5, BurstR = 1). */
function lossImpairment(loss: number): number {
  const percent = Math.min(1, Math.max(0, loss)) * 100;
  return equipmentImpairment + (95 - equipmentImpairment) * (percent / (percent + lossRobustness));
}

/** The transmission rating R, 0 to 93.2. */
export function rating({ loss, delayMs }: Impairments): number {
  return Math.max(0, defaultRating - delayImpairment(delayMs) - lossImpairment(loss));
}

/** The mean opinion score that a rating stands for, 1 to 4.5 (G.107 annex B), to two decimals. */
export function meanOpinionScore(impairments: Impairments): number {
  const r = rating(impairments);
  const score = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
  return Math.round(Math.min(4.5, Math.max(1, score)) * 100) / 100;
}

export interface StreamFigures {
  /** Packets that arrived, and that did not. */
  received: number;
  lost: number;
  jitterMs: number;
  /** Half of it is the way of one packet; null counts as no way at all. */
  roundTripMs: number | null;
}

/** A frame is played when it is whole, and encoded when it is full: two packets' time. */
const packetizationMs = 40;

/** The score of one direction of a call, or null while nothing came. */
export function scoreOf({ received, lost, jitterMs, roundTripMs }: StreamFigures): number | null {
  if (received <= 0) return null;
  // A receiver's buffer has to hold back about twice the jitter to lose nothing by it.
  const delayMs = (roundTripMs ?? 0) / 2 + 2 * jitterMs + packetizationMs;
  return meanOpinionScore({ loss: Math.max(0, lost) / (received + Math.max(0, lost)), delayMs });
}
