/** The one call the softphone may have, as this browser's SIP session knows it. */
export type CallPhase =
  | 'idle'
  | 'ringing'
  /** The 200 is on its way: microphone, ICE, DTLS. */
  | 'answering'
  | 'connected'
  | 'holding'
  | 'held'
  | 'resuming';

export type CallEvent =
  | 'invited'
  | 'answer'
  /** The ACK is in (RFC 3261 13.3.1.4): the dialog stands. */
  | 'confirmed'
  | 'hold'
  | 'held'
  | 'resume'
  | 'resumed'
  | 'ended';

/** State × event → state. What is missing does not happen in that state, and changes nothing. */
export const callTable: Readonly<Record<CallPhase, Partial<Record<CallEvent, CallPhase>>>> = {
  idle: { invited: 'ringing' },
  ringing: { answer: 'answering', ended: 'idle' },
  answering: { confirmed: 'connected', ended: 'idle' },
  connected: { hold: 'holding', ended: 'idle' },
  holding: { held: 'held', ended: 'idle' },
  held: { resume: 'resuming', ended: 'idle' },
  resuming: { resumed: 'connected', ended: 'idle' },
};

export function nextCall(phase: CallPhase, event: CallEvent): CallPhase {
  return callTable[phase][event] ?? phase;
}

/** From asking for the hold until the conversation goes on. */
export function isOnHold(phase: CallPhase): phase is 'holding' | 'held' | 'resuming' {
  return phase === 'holding' || phase === 'held' || phase === 'resuming';
}

/** Whether the agent's line carries audio, or would if it were not on hold. */
export function isUp(phase: CallPhase): boolean {
  return phase === 'connected' || isOnHold(phase);
}
