import t from 'tap';
import { lifecycle, pauseBefore } from './lifecycle.js';

/** The whole table, written out once more by what it must do; "-" is a cell where nothing may happen. */
const expected = `
            start            ready             exited            exited again      due              overdue         stop
  idle      starting:launch  -                 -                 -                 -                -               ended:finish
  starting  -                running:announce  ended:give_up     waiting:pause     -                starting:kill   stopping:terminate
  running   -                -                 waiting:pause     waiting:pause     -                -               stopping:terminate
  waiting   -                -                 -                 -                 starting:launch  -               ended:finish
  stopping  -                -                 ended:finish      ended:finish      -                stopping:kill   -
  ended     -                -                 -                 -                 -                -               -
`;

t.test('every cell of the table', t => {
  const [head, ...rows] = expected.trim().split('\n');
  const events = head!.trim().split(/ {2,}/);
  t.strictSame(
    rows.map(row => row.trim().split(/ +/)[0]),
    Object.keys(lifecycle),
    'no state is forgotten',
  );
  for (const row of rows) {
    const [state, ...cells] = row.trim().split(/ +/) as [keyof typeof lifecycle, ...string[]];
    for (const [index, event] of events.entries()) {
      const step = lifecycle[state][event as keyof (typeof lifecycle)[typeof state]];
      const found = step ? `${step.state}:${step.action?.replace(' ', '_')}` : '-';
      t.equal(found, cells[index], `${state} × ${event}`);
    }
  }
  t.end();
});

t.test('pauses grow from a quarter of a second to ten seconds', t => {
  t.strictSame(
    [1, 2, 3, 4, 5, 6, 7, 50].map(pauseBefore),
    [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000],
  );
  t.end();
});
