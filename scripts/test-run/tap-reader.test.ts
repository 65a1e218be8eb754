import t from 'tap';
import { TapReader } from './tap-reader.js';

function read(text: string): TapReader {
  const reader = new TapReader();
  for (const line of text.split('\n')) reader.line(line);
  return reader;
}

t.test('assertions are counted, not the sums of their subtests', t => {
  const { passed, failures, complete } = read(`TAP version 14
# Subtest: adds
    ok 1 - one
    ok 2 - ok 3 is no point
    1..2
ok 1 - adds # time=9.192ms

ok 2 - a point outside of any subtest
# Subtest: deeper
    # Subtest: down
        ok 1 - three
        1..1
    ok 1 - down # time=1ms
    1..1
ok 3 - deeper # time=2ms

1..3
# { total: 4, pass: 4 }`);
  t.equal(passed, 4);
  t.strictSame(failures, []);
  t.equal(complete, true);
  t.end();
});

t.test('a failure keeps its path and what is said about it', t => {
  const { passed, failures, complete } = read(`# Subtest: adds
    ok 1 - one
    not ok 2 - two
      ---
      diff: |
        -1
        +2
        ok 9 - not a point
      ...
    1..2
not ok 1 - adds # time=9ms
  ---
  at: the sum
  ...
1..1`);
  t.equal(passed, 1);
  t.equal(complete, true);
  t.strictSame(failures, [
    { path: ['adds', 'two'], diagnostics: ['diff: |', '  -1', '  +2', '  ok 9 - not a point'] },
  ]);
  t.end();
});

t.test('a subtest that fails by itself is a failure', t => {
  const { passed, failures, complete } = read(`# Subtest: adds
    ok 1 - one
    1..1
not ok 1 - adds # time=9ms
  ---
  plan: wrong
  ...
# Subtest: hangs
    ok 1 - one`);
  t.equal(passed, 2);
  t.strictSame(failures, [{ path: ['adds'], diagnostics: ['plan: wrong'] }]);
  t.equal(complete, false, 'there is no plan at the end');
  t.end();
});

t.test('a file that ended in the middle is not complete', t => {
  t.equal(read('TAP version 14').complete, false);
  t.equal(read('TAP version 14\n1..2\nok 1 - one').complete, false);
  t.equal(read('TAP version 14\n1..0').complete, true, 'one without tests is; whoever counts will notice');
  t.end();
});
