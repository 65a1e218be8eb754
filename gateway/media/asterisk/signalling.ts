/**
 * The gateway's SIP as this adapter needs it: each leg is a dialog with Asterisk, beside the one with the peer. main.ts
 * brings the two together, for SIP knows no media engine and the other way round.
 */
export interface EngineDialog {
  /** The engine's last SDP. */
  readonly remoteSdp: string;
  /** Sends a re-INVITE with an offer; resolves with the engine's answer. Rejects with its `sipStatus`. */
  reinvite(offer: string): Promise<string>;
  end(): Promise<void>;
}

/** The engine made an offer, and waits for our answer. */
export interface EngineOffer {
  readonly offer: string;
  answer(sdp: string): Promise<EngineDialog>;
  abandon(): Promise<void>;
}

interface Invitation {
  uri: string;
  /** The user part of our own address: which kind of leg is wanted. */
  from: string;
  signal: AbortSignal;
}

export interface EngineSignalling {
  /** Rejects with `sipStatus` when the engine refuses. */
  inviteServer(invitation: Invitation & { offer: string }): Promise<EngineDialog>;
  inviteServerToOffer(invitation: Invitation): Promise<EngineOffer>;
}
