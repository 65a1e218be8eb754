/** What the line of an agent in a talk is, or that of a visitor who talks in his page. */
export type LineState =
  /** He is heard. */
  | 'there'
  /** It stands, and nothing comes over it: a machine that sleeps, a network that is gone. */
  | 'silent'
  /** It is no more, and nobody knows where he could be rung. */
  | 'away'
  /** He is rung back. */
  | 'ringing';

export type LineEvent =
  /** Nothing has come over it for a while. */
  | 'fell_silent'
  | 'heard'
  /** The browser has closed it, or it was given up. */
  | 'lost'
  /** A softphone of his has registered or made its connection anew, or a page of his was loaded. */
  | 'reachable'
  | 'answered'
  | 'not_reached';

/** State × event → state. What is missing changes nothing. */
export const lineTable: Readonly<Record<LineState, Partial<Record<LineEvent, LineState>>>> = {
  there: { fell_silent: 'silent', lost: 'ringing' },
  // Whoever registers anew while nothing is heard of him has another page, or another network.
  silent: { heard: 'there', lost: 'ringing', reachable: 'ringing' },
  away: { reachable: 'ringing' },
  ringing: { answered: 'there', not_reached: 'away', reachable: 'ringing' },
};
