import t from 'tap';
import { type LineEvent, type LineState, lineTable } from './line-states.js';

const events: LineEvent[] = ['fell_silent', 'heard', 'lost', 'reachable', 'answered', 'not_reached'];

/** Rows are states, columns events in the order above; a dot changes nothing. */
const cells: Record<LineState, string> = {
  there: 'silent . ringing . . .',
  silent: '. there ringing ringing . .',
  away: '. . . ringing . .',
  ringing: '. . . ringing there away',
};

t.test('the line of an agent in a talk: every cell', async t => {
  t.same(Object.keys(lineTable), Object.keys(cells));
  for (const state of Object.keys(cells) as LineState[])
    cells[state].split(' ').forEach((cell, column) => {
      const event = events[column]!;
      t.equal(lineTable[state][event] ?? '.', cell, `${state} × ${event}`);
    });
});
