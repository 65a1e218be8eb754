import { RtpPeer } from '../../../test/support/audio.js';
import { WebRtcPeer } from '../../../test/support/webrtc-peer.js';
import { Stream } from './stream.js';

/** `webrtc`: a browser with a trunk. `rtp`: a trunk with a trunk. `recorded`: the latter with both sides on disk. */
export const kinds = ['webrtc', 'rtp', 'recorded'] as const;
export type Kind = (typeof kinds)[number];

export interface BenchCall {
  streams: readonly Stream[];
  end(): Promise<void>;
}

/** A media server with peers around it, all on this machine. */
export interface Bed {
  readonly name: string;
  /** Processes whose CPU is the server's, by name. */
  readonly pids: Record<string, number>;
  readonly kinds: readonly Kind[];
  call(kind: Kind): Promise<BenchCall>;
  stop(): Promise<void>;
}

/** A peer with its stream. */
export interface Party {
  stream: Stream;
  close(): void;
}

export async function phone(): Promise<Party & { peer: RtpPeer }> {
  const stream = new Stream();
  const peer = await RtpPeer.open(['PCMU'], { receive: packet => stream.receive(packet) });
  stream.sendBy(packet => peer.send(packet));
  return { stream, peer, close: () => peer.close() };
}

export function offeringBrowser(): Party & { peer: WebRtcPeer } {
  const stream = new Stream();
  const peer = WebRtcPeer.offering(packet => stream.receive(packet));
  stream.sendBy(packet => peer.send(packet));
  return { stream, peer, close: () => peer.close() };
}

export const callOf = (first: Party, second: Party, end: () => Promise<void>): BenchCall => ({
  streams: [first.stream, second.stream],
  async end() {
    first.close();
    second.close();
    await end();
  },
});

/** Two telephones without a server between: what the measuring itself costs. */
export const directBed = (): Bed => ({
  name: 'direct',
  pids: {},
  kinds: ['rtp'],
  async call() {
    const [first, second] = [await phone(), await phone()];
    first.peer.connect(second.peer.sdp());
    second.peer.connect(first.peer.sdp());
    return callOf(first, second, async () => undefined);
  },
  stop: async () => undefined,
});
