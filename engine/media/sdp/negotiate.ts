import { type LegFormat, payloadKind } from '../endpoint/format.js';
import type { AudioSection, Codec } from './audio.js';

/** What we offer: the laws in our order of preference, and digits. */
export const offeredCodecs: readonly Codec[] = [
  { payloadType: 0, encoding: 'PCMU' },
  { payloadType: 8, encoding: 'PCMA' },
  { payloadType: 101, encoding: 'telephone-event' },
];

const kindOf: Record<Codec['encoding'], number> = {
  PCMU: payloadKind.PCMU,
  PCMA: payloadKind.PCMA,
  'telephone-event': payloadKind.telephoneEvent,
  CN: payloadKind.comfortNoise,
};

/**
 * What we answer to an offer: one law, the same on every leg where the peer lets us choose, so that bridged legs agree
 * and nothing is transcoded; and telephone-event when it was offered.
 */
export function chooseCodecs({ codecs }: AudioSection): Codec[] {
  const law =
    codecs.find(({ encoding }) => encoding === 'PCMU') ?? codecs.find(({ encoding }) => encoding === 'PCMA');
  const events = codecs.find(({ encoding }) => encoding === 'telephone-event');
  return [law, events].filter(codec => codec !== undefined);
}

/**
 * The format of a leg. `send` are the peer's codecs in its order: the first law is sent. What may arrive is what either
 * side named, under its own payload types.
 */
export function formatOf(send: readonly Codec[], ours: readonly Codec[]): LegFormat {
  const kinds = new Uint8Array(128);
  for (const codec of [...ours, ...send]) kinds[codec.payloadType] = kindOf[codec.encoding];
  const audio = send.find(({ encoding }) => encoding === 'PCMU' || encoding === 'PCMA') as Codec;
  const events = send.find(({ encoding }) => encoding === 'telephone-event');
  return {
    law: audio.encoding as 'PCMU' | 'PCMA',
    audioType: audio.payloadType,
    eventType: events?.payloadType,
    kinds,
  };
}
