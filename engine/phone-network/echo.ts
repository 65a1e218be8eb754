import type { Endpoint, Sink } from '../media/endpoint/endpoint.js';
import { lawOfKind } from '../media/endpoint/format.js';
import type { RtpPacket } from '../media/rtp/packet.js';

/** Sends the caller's voice back to him; keys stay with the phone. While the phone speaks itself, it rests. */
export const echo: Sink = {
  receive(from: Endpoint, packet: RtpPacket, kind: number, now: number): void {
    if (lawOfKind(kind) !== undefined) from.relay(from, packet, kind, now);
  },
  holdChanged: () => undefined,
  leave: () => undefined,
};
