import { frameSamples } from '../audio/clip.js';
import type { JitterBuffer } from '../audio/jitter-buffer.js';
import type { PressedKey } from '../dtmf.js';
import type { Endpoint, Sink } from '../endpoint/endpoint.js';
import { lawOfKind, payloadKind } from '../endpoint/format.js';
import type { RtpPacket } from '../rtp/packet.js';
import type { Room } from './room.js';

/** What a member does: hears and speaks, only hears, or is heard by one other only. */
export type Role = 'speak' | 'listen' | { whisperTo: Endpoint };

/** Packets a holding peer sends before they count as its own hold music and not as a rest of the talk: half a second. */
const ownMusicPackets = 25;

/**
 * One endpoint's place in a room. What its peer says goes straight on to the one seat that hears nobody else, or into
 * a jitter buffer for those whose sound is mixed. Which of it is the room's to say.
 */
export class Seat implements Sink {
  readonly endpoint: Endpoint;
  readonly room: Room;
  role: Role;
  /** The seat whose peer hears this one and nobody else: packets go there as they are. */
  relayTo: Seat | undefined;
  /** Filled while somebody hears this seat in a mix. */
  buffer: JitterBuffer | undefined;
  /** Whether this seat's peer hears a mix. */
  mixed = false;
  /** The seats that this one's peer hears. */
  hears: readonly Seat[] = [];
  /** This moment's sound, when it has some; the mixer's. */
  readonly frame = new Int16Array(frameSamples);
  hasSound = false;
  #packetsOnHold = 0;

  constructor(endpoint: Endpoint, room: Room, role: Role) {
    this.endpoint = endpoint;
    this.room = room;
    this.role = role;
  }

  /** Its peer is heard: it does not hold us, or plays music of its own meanwhile. */
  get audible(): boolean {
    return !this.endpoint.held || this.#packetsOnHold >= ownMusicPackets;
  }

  get speaks(): boolean {
    return this.role === 'speak';
  }

  isHeardBy(other: Seat): boolean {
    if (other === this || !this.audible) return false;
    return typeof this.role === 'string' ? this.role === 'speak' : this.role.whisperTo === other.endpoint;
  }

  receive(from: Endpoint, packet: RtpPacket, kind: number, now: number): void {
    if (from.held && !this.#isOwnMusic(from)) return;
    if (this.buffer !== undefined) {
      const law = lawOfKind(kind);
      if (law !== undefined) this.buffer.put(packet, law, now);
      else if (kind === payloadKind.comfortNoise && packet.payloadEnd > packet.payloadOffset)
        this.buffer.comfortNoise(packet.buffer[packet.payloadOffset] as number);
    }
    // Last: it changes the packet.
    this.relayTo?.endpoint.relay(from, packet, kind, now);
  }

  pressed(press: PressedKey): void {
    this.room.pressed(this, press);
  }

  holdChanged(): void {
    this.#packetsOnHold = 0;
    this.room.tune();
  }

  leave(): void {
    this.room.remove(this.endpoint);
  }

  /** A browser on hold sends the silence of a muted microphone, which is no music. */
  #isOwnMusic(from: Endpoint): boolean {
    if (from.kind === 'webrtc' || !from.peerSendsOnHold) return false;
    this.#packetsOnHold++;
    if (this.#packetsOnHold === ownMusicPackets) this.room.tune();
    return this.#packetsOnHold >= ownMusicPackets;
  }
}
