import type { Law } from '../audio/g711.js';

/** What a payload type of the peer carries. */
export const payloadKind = { unknown: 0, PCMU: 1, PCMA: 2, telephoneEvent: 3, comfortNoise: 4 } as const;

/** What offer and answer agreed upon for one leg. */
export interface LegFormat {
  /** The law we send, and its payload type. */
  readonly law: Law;
  readonly audioType: number;
  /** Payload type of telephone-event; undefined when the peer does not take it. */
  readonly eventType: number | undefined;
  /** For each of the 128 payload types what it carries (`payloadKind`). */
  readonly kinds: Uint8Array;
}

export function lawOfKind(kind: number): Law | undefined {
  if (kind === payloadKind.PCMU) return 'PCMU';
  return kind === payloadKind.PCMA ? 'PCMA' : undefined;
}
