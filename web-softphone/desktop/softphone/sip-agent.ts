import type { SoftphoneAccess } from '../api/types.js';

/** What the softphone needs of a SIP session that somebody else began. */
export interface SipSession {
  /** From the header X-Ringbridge-Interaction. */
  readonly interactionId: string | null;
  answer(microphone: MediaStream, iceServers: RTCIceServer[]): void;
  /** Declines, or hangs up. Harmless when it is over already. */
  end(): void;
  /** Says 486 Busy Here. */
  refuse(): void;
  /** Begins a re-INVITE; false when one is under way. `done` is called when the other side has agreed. */
  hold(done: () => void): boolean;
  resume(done: () => void): boolean;
  mute(muted: boolean): void;
  /** Another microphone in the place of the one that it was answered with; muted or held as that was. */
  speakThrough(microphone: MediaStream): Promise<void>;
  /** RFC 4733. */
  sendTone(tone: string): void;
  onConfirmed(listener: () => void): void;
  onPeerConnection(listener: (connection: RTCPeerConnection) => void): void;
  /** Called once. */
  onEnded(listener: (reason: SessionEnd) => void): void;
}

/** `media`: no audio could be set up, or it stopped; `ended`: hung up, cancelled or declined. */
export type SessionEnd = 'ended' | 'media';

export interface SipAgentListener {
  connected(): void;
  lost(): void;
  registered(): void;
  /** The registrar said no, or nothing: asking again with the same credential is of no use. */
  refused(): void;
  invited(session: SipSession): void;
}

/** One registration with one credential. */
export interface SipAgent {
  start(): void;
  /** Unregisters and closes; resolves when the server has confirmed, or after a short while. Ends its session. */
  stop(): Promise<void>;
}

export type SipAgentFactory = (access: SoftphoneAccess, listener: SipAgentListener) => Promise<SipAgent>;
