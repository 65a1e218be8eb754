/** The softphone's line to the SIP server: from no credential to a registration that is kept. */
export type LineState =
  | 'off'
  /** Another tab of this browser has the softphone. */
  | 'elsewhere'
  /** A credential is being asked of the API. */
  | 'preparing'
  | 'connecting'
  | 'registering'
  | 'registered'
  /** The WebSocket was lost. */
  | 'reconnecting'
  /** The registrar or the API said no, or nothing: another try follows. */
  | 'refused';

export type LineEvent =
  /** Also when the credential is renewed. */
  'start' | 'taken' | 'credential' | 'connected' | 'registered' | 'lost' | 'refused' | 'stop';

/** State × event → state. What is missing does not happen in that state, and changes nothing. */
export const lineTable: Readonly<Record<LineState, Partial<Record<LineEvent, LineState>>>> = {
  off: { start: 'preparing', taken: 'elsewhere' },
  elsewhere: { start: 'preparing', stop: 'off' },
  preparing: { credential: 'connecting', refused: 'refused', stop: 'off' },
  connecting: { connected: 'registering', lost: 'reconnecting', refused: 'refused', stop: 'off' },
  registering: { registered: 'registered', lost: 'reconnecting', refused: 'refused', stop: 'off' },
  registered: { start: 'preparing', lost: 'reconnecting', refused: 'refused', stop: 'off' },
  reconnecting: { start: 'preparing', connected: 'registering', refused: 'refused', stop: 'off' },
  refused: { start: 'preparing', lost: 'reconnecting', stop: 'off' },
};

export function nextLine(state: LineState, event: LineEvent): LineState {
  return lineTable[state][event] ?? state;
}
