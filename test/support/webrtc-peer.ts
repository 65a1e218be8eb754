/** A browser without the browser: a WebRTC peer for tests. One process can hold several; see the Chromium tests too. */
import nodeDataChannel from 'node-datachannel';
import { Listener, Mouth } from './audio.js';

type Connection = InstanceType<typeof nodeDataChannel.PeerConnection>;
type Track = ReturnType<Connection['addTrack']>;

/** Ends the native library's threads, which would keep the test's process alive. Nothing of it works afterwards. */
export function endWebRtc(): void {
  nodeDataChannel.cleanup();
}

export class WebRtcPeer {
  readonly listener = new Listener();
  readonly mouth: Mouth;
  readonly opened: Promise<void>;
  readonly #connection: Connection;
  readonly #track: Track;
  #version = 1;
  #local = '';

  private constructor(mid: string, eventType: number, answering: boolean) {
    this.#connection = new nodeDataChannel.PeerConnection('test-peer', {
      iceServers: [],
      bindAddress: '127.0.0.1',
      disableAutoNegotiation: !answering,
    });
    const audio = new nodeDataChannel.Audio(mid, 'SendRecv');
    audio.addAudioCodec(0, 'PCMU/8000');
    audio.addAudioCodec(8, 'PCMA/8000');
    audio.addAudioCodec(eventType, 'telephone-event/8000', '0-16');
    this.mouth = new Mouth(packet => {
      if (this.#track.isOpen()) this.#track.sendMessageBinary(packet);
    });
    this.mouth.eventType = eventType;
    this.listener.eventType = eventType;
    audio.addSSRC(this.mouth.ssrc, 'test', 'test', 'audio');
    this.#track = this.#connection.addTrack(audio);
    this.opened = new Promise(resolve => this.#track.onOpen(() => resolve()));
    this.#track.onMessage(packet => this.listener.receive(packet));
  }

  /** A peer that offers; its telephone-event has the payload type that Chromium uses. */
  static offering(): WebRtcPeer {
    const peer = new WebRtcPeer('0', 126, false);
    peer.#connection.setLocalDescription('offer');
    peer.#local = peer.#description();
    return peer;
  }

  /** A peer that answers an offer. */
  static answering(offer: string): WebRtcPeer {
    const mid = /a=mid:(\S+)/.exec(offer)?.[1] ?? '0';
    const peer = new WebRtcPeer(mid, 101, true);
    peer.#connection.setRemoteDescription(offer, 'offer');
    peer.#local = peer.#description();
    return peer;
  }

  get sdp(): string {
    return this.#local;
  }

  accept(answer: string): void {
    this.#connection.setRemoteDescription(answer, 'answer');
  }

  /** A later offer of the same association, as a browser makes it on hold and resume. */
  reoffer(direction: 'sendrecv' | 'sendonly' | 'inactive'): string {
    this.#version++;
    return this.#local
      .replace(/^o=(\S+) (\S+) \d+/m, `o=$1 $2 ${this.#version}`)
      .replace(/^a=setup:\S+/m, 'a=setup:actpass')
      .replace(/^a=(sendrecv|sendonly|recvonly|inactive)/m, `a=${direction}`);
  }

  close(): void {
    this.mouth.close();
    this.#connection.close();
  }

  #description(): string {
    const description = this.#connection.localDescription();
    if (description === null) throw new Error('the peer has no local description');
    return description.sdp;
  }
}
