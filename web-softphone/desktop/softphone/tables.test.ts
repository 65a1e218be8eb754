import t from 'tap';
import { type CallEvent, type CallPhase, callTable, isUp, nextCall } from './call.js';
import { type LineEvent, type LineState, lineTable, nextLine } from './line.js';

const callPhases: CallPhase[] = ['idle', 'ringing', 'answering', 'connected', 'holding', 'held', 'resuming'];
const callEvents: CallEvent[] = [
  'invited',
  'answer',
  'confirmed',
  'hold',
  'held',
  'resume',
  'resumed',
  'ended',
];

/** Rows are phases, columns events in the order above; a dot stays where it is. */
const callCells: Record<CallPhase, string> = {
  idle: 'ringing . . . . . . .',
  ringing: '. answering . . . . . idle',
  answering: '. . connected . . . . idle',
  connected: '. . . holding . . . idle',
  holding: '. . . . held . . idle',
  held: '. . . . . resuming . idle',
  resuming: '. . . . . . connected idle',
};

const lineStates: LineState[] = [
  'off',
  'elsewhere',
  'preparing',
  'connecting',
  'registering',
  'registered',
  'reconnecting',
  'refused',
];
const lineEvents: LineEvent[] = [
  'start',
  'taken',
  'credential',
  'connected',
  'registered',
  'lost',
  'refused',
  'stop',
];

const lineCells: Record<LineState, string> = {
  off: 'preparing elsewhere . . . . . .',
  elsewhere: 'preparing . . . . . . off',
  preparing: '. . connecting . . . refused off',
  connecting: '. . . registering . reconnecting refused off',
  registering: '. . . . registered reconnecting refused off',
  registered: 'preparing . . . . reconnecting refused off',
  reconnecting: 'preparing . . registering . . refused off',
  refused: 'preparing . . . . reconnecting . off',
};

t.test('the call: every cell', async t => {
  t.same(Object.keys(callTable), callPhases);
  for (const phase of callPhases) {
    const cells = callCells[phase].split(' ');
    callEvents.forEach((event, column) => {
      const wanted = cells[column] === '.' ? phase : cells[column];
      t.equal(nextCall(phase, event), wanted, `${phase} × ${event}`);
    });
  }
});

t.test('the line: every cell', async t => {
  t.same(Object.keys(lineTable), lineStates);
  for (const state of lineStates) {
    const cells = lineCells[state].split(' ');
    lineEvents.forEach((event, column) => {
      const wanted = cells[column] === '.' ? state : cells[column];
      t.equal(nextLine(state, event), wanted, `${state} × ${event}`);
    });
  }
});

t.test('a call can be ended in every phase, and has audio only when it stands', async t => {
  for (const phase of callPhases) t.equal(nextCall(phase, 'ended'), 'idle', phase);
  t.same(callPhases.filter(isUp), ['connected', 'holding', 'held', 'resuming']);
});
