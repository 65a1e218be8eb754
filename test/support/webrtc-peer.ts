/** A browser without the browser: a WebRTC peer for tests. One process can hold several; see the Chromium tests too. */
import { randomInt } from 'node:crypto';
import nodeDataChannel from 'node-datachannel';
import { readAudio } from '../../engine/media/sdp/audio.js';
import { parseSdp } from '../../engine/media/sdp/parse.js';
import { type Certificate, makeCertificate } from '../../engine/media/webrtc/certificate.js';
import { NativePeer } from '../../engine/media/webrtc/native-peer.js';
import {
  candidateValue,
  hostCandidates,
  makeCredentials,
  readParameters,
} from '../../engine/media/webrtc/transport.js';
import { Listener, Mouth } from './audio.js';

/** Ends the native library's threads, which would keep the test's process alive. Nothing of it works afterwards. */
export function endWebRtc(): void {
  for (const { listener } of resting.splice(0)) listener.stop();
  nodeDataChannel.cleanup();
}

const loopback = '127.0.0.1';
const protocols = ['UDP/TLS/RTP/SAVPF'];

interface HeldPort {
  address: string;
  port: number;
  listener: InstanceType<typeof nodeDataChannel.IceUdpMuxListener>;
}

/**
 * Ports of peers that have closed, in that order. An association closes on a thread of the library; a listener that is
 * stopped meanwhile takes the lock from under it, which aborts the process. So they rest, and serve again.
 */
const resting: HeldPort[] = [];
const restingAtLeast = 32;

/** A UDP port of the peer's own: with one remote address for all, the library tells associations apart by port. */
function holdPort(address: string): HeldPort {
  const oldest = resting.length > restingAtLeast ? resting.findIndex(held => held.address === address) : -1;
  const [rested] = oldest < 0 ? [] : resting.splice(oldest, 1);
  if (rested !== undefined) return rested;
  for (;;) {
    const port = randomInt(10_000, 20_000);
    try {
      return { address, port, listener: new nodeDataChannel.IceUdpMuxListener(port, address) };
    } catch (error) {
      if (!/register/.test((error as Error).message)) throw error;
    }
  }
}

export class WebRtcPeer {
  readonly listener = new Listener();
  readonly mouth = new Mouth(packet => this.send(packet));
  /** Resolves when ICE and DTLS are done. */
  readonly opened: Promise<void>;
  readonly #held: HeldPort;
  readonly #offering: boolean;
  readonly #certificate: Certificate = makeCertificate('test');
  readonly #credentials = makeCredentials();
  readonly #eventType: number;
  #markOpen: () => void = () => undefined;
  #peer: NativePeer | undefined;
  #version = 1;
  #closed = false;

  readonly #receive: (packet: Buffer) => void;

  private constructor(offering: boolean, receive?: (packet: Buffer) => void, address = loopback) {
    this.#offering = offering;
    this.#held = holdPort(address);
    this.#receive = receive ?? (packet => this.listener.receive(packet));
    // Chromium offers telephone-event at 8000 Hz as 126, and answers with what was offered.
    this.#eventType = offering ? 126 : 101;
    this.mouth.eventType = this.#eventType;
    this.listener.eventType = this.#eventType;
    this.opened = new Promise(resolve => {
      this.#markOpen = resolve;
    });
  }

  /** A peer that offers. `receive` takes what comes instead of the listener. */
  static offering(receive?: (packet: Buffer) => void, address?: string): WebRtcPeer {
    return new WebRtcPeer(true, receive, address);
  }

  /** A peer that answers an offer. */
  static answering(offer: string, receive?: (packet: Buffer) => void): WebRtcPeer {
    const peer = new WebRtcPeer(false, receive);
    peer.#connect(offer);
    return peer;
  }

  /** Our offer, or our answer. */
  get sdp(): string {
    return this.#describe('sendrecv', this.#offering ? 'actpass' : 'active');
  }

  accept(answer: string): void {
    this.#connect(answer);
  }

  send(packet: Buffer): void {
    this.#peer?.send(packet);
  }

  /** A later offer of the same association, as a browser makes it on hold and resume. */
  reoffer(direction: 'sendrecv' | 'sendonly' | 'inactive'): string {
    this.#version++;
    return this.#describe(direction, 'actpass');
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.mouth.close();
    this.#peer?.close();
    resting.push(this.#held);
  }

  #connect(remoteSdp: string): void {
    const remote = readParameters(readAudio(parseSdp(remoteSdp), protocols));
    this.#peer = new NativePeer(
      {
        name: 'test-peer',
        address: this.#held.address,
        muxPort: this.#held.port,
        certificate: this.#certificate,
        ...this.#credentials,
        offered: this.#offering,
        mid: remote.mid,
        ssrc: this.mouth.ssrc,
        codecs: [
          { payloadType: 0, encoding: 'PCMU' },
          { payloadType: 8, encoding: 'PCMA' },
          { payloadType: this.#eventType, encoding: 'telephone-event' },
        ],
      },
      remote,
      {
        open: () => {
          // As a browser: it sends its microphone from the first moment, silent or not.
          this.mouth.wake();
          this.#markOpen();
        },
        failed: () => this.mouth.close(),
        message: this.#receive,
      },
    );
  }

  #describe(direction: string, setup: string): string {
    const { ufrag, pwd } = this.#credentials;
    const { algorithm, value } = this.#certificate.fingerprint;
    const { address, port } = this.#held;
    const family = address.includes(':') ? 'IP6' : 'IP4';
    const lines = [
      'v=0',
      `o=- 4712 ${this.#version} IN ${family} ${address}`,
      's=-',
      't=0 0',
      'a=group:BUNDLE 0',
      `m=audio ${port} UDP/TLS/RTP/SAVPF 0 8 ${this.#eventType}`,
      `c=IN ${family} ${address}`,
      'a=mid:0',
      'a=rtcp-mux',
      `a=ice-ufrag:${ufrag}`,
      `a=ice-pwd:${pwd}`,
      `a=fingerprint:${algorithm} ${value}`,
      `a=setup:${setup}`,
      `a=${direction}`,
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:8 PCMA/8000',
      `a=rtpmap:${this.#eventType} telephone-event/8000`,
      ...hostCandidates([address], port).map(candidate => `a=${candidateValue(candidate)}`),
    ];
    return `${lines.join('\r\n')}\r\n`;
  }
}
