/**
 * What the adapter needs of SIP, towards FreeSWITCH: the gateway's telephony offers it. FreeSWITCH makes and answers
 * SDP only within SIP dialogs; everything else goes over the event socket.
 */
export interface MediaDialog {
  /** Also the uuid of FreeSWITCH's channel (`inbound-use-callid-as-uuid`). */
  readonly callId: string;
  /** FreeSWITCH's SDP: its answer to the last offer. */
  readonly remoteSdp: string;
  /** A re-INVITE with the peer's offer; rejects when FreeSWITCH refuses it. */
  reinvite(offer: string): Promise<string>;
  end(): Promise<void>;
  onEnded(listener: (reason: string) => void): void;
}

export interface MediaOffer {
  readonly callId: string;
  readonly offer: string;
  answer(sdp: string): Promise<MediaDialog>;
  abandon(): Promise<void>;
}

export interface MediaInvitation {
  uri: string;
  /** Who we are: the user part of our address. */
  from: string;
  headers: Record<string, string>;
  signal: AbortSignal;
}

export interface MediaSignalling {
  inviteServer(invitation: MediaInvitation & { offer: string }): Promise<MediaDialog>;
  inviteServerToOffer(invitation: MediaInvitation): Promise<MediaOffer>;
}
