import t from 'tap';
import { type EchoEvent, type EchoState, echoTable, stepsOf } from './echo-states.js';

const events: EchoEvent[] = ['answered', 'recorded', 'over'];

/** Rows are states, columns events in the order above; a dot changes nothing. */
const cells: Record<EchoState, string> = {
  ringing: 'listening . done',
  listening: '. playing done',
  playing: '. . done',
  done: '. . .',
};

t.test('a call with an echo: every cell', async t => {
  t.same(Object.keys(echoTable), Object.keys(cells));
  for (const state of Object.keys(cells) as EchoState[])
    cells[state].split(' ').forEach((cell, column) => {
      const event = events[column]!;
      t.equal(echoTable[state][event] ?? '.', cell, `${state} × ${event}`);
    });
});

t.test('each event leads to one state, wherever it is met', async t => {
  for (const event of events) {
    const { from, to } = stepsOf(event);
    t.same(
      from.map(state => echoTable[state][event]),
      from.map(() => to),
      event,
    );
  }
});
