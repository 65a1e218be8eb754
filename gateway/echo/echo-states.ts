/** A call in which an agent hears himself. */
export type EchoState =
  | 'ringing'
  /** After the tone: what he says is recorded. */
  | 'listening'
  /** He hears it. */
  | 'playing'
  | 'done';

export type EchoEvent = 'answered' | 'recorded' | 'over';

/** State × event → state. What is missing does not happen in that state, and changes nothing. */
export const echoTable: Readonly<Record<EchoState, Partial<Record<EchoEvent, EchoState>>>> = {
  ringing: { answered: 'listening', over: 'done' },
  listening: { recorded: 'playing', over: 'done' },
  playing: { over: 'done' },
  done: {},
};

export type EchoOutcome =
  | 'heard'
  /** He was recorded, and there is no sound in it. */
  | 'nothing_heard'
  | 'no_answer'
  | 'hung_up'
  /** Something else is asked of him. */
  | 'interrupted'
  | 'failed';

/** The states from which an event leads on, and where to. */
export function stepsOf(event: EchoEvent): { from: EchoState[]; to: EchoState } {
  const steps = (Object.keys(echoTable) as EchoState[]).filter(
    state => echoTable[state][event] !== undefined,
  );
  const [to] = steps.map(state => echoTable[state][event]);
  if (to === undefined) throw new Error(`nothing follows from ${event}`);
  return { from: steps, to };
}
