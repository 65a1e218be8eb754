import t from 'tap';
import { type FileResult, TapReader } from './tap-reader.js';

function read(text: string): FileResult[] {
  const results: FileResult[] = [];
  const reader = new TapReader(result => results.push(result));
  for (const line of text.split('\n')) reader.line(line);
  return results;
}

t.test('assertions are counted, not the sums of their subtests', t => {
  const [result] = read(`TAP version 14
# Subtest: dist/a.test.js
    # Subtest: adds
        ok 1 - one
        ok 2 - ok 3 is no point
        1..2
    ok 1 - adds # time=9.192ms

    ok 2 - a point outside of any subtest
    1..2
ok 1 - dist/a.test.js # time=1.5s`);
  t.strictSame(result, { name: 'dist/a.test.js', passed: 3, failures: [], milliseconds: 1500 });
  t.end();
});

t.test('a failure keeps its path and what is said about it', t => {
  const [result] = read(`# Subtest: dist/a.test.js
    # Subtest: adds
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
    1..1
not ok 1 - dist/a.test.js # time=12ms`);
  t.equal(result?.passed, 1);
  t.strictSame(result?.failures, [
    {
      path: ['dist/a.test.js', 'adds', 'two'],
      diagnostics: ['diff: |', '  -1', '  +2', '  ok 9 - not a point'],
    },
  ]);
  t.end();
});

t.test('a subtest that fails by itself is a failure', t => {
  const [first, second] = read(`# Subtest: dist/a.test.js
    # Subtest: adds
        ok 1 - one
        1..1
    not ok 1 - timeout! # time=9ms
    1..1
not ok 1 - dist/a.test.js # time=12ms
  ---
  exitCode: 1
  ...
not ok 2 - dist/b.test.js # time=1ms
  ---
  exitCode: 7
  ...`);
  t.match(first, { passed: 1, failures: [{ path: ['dist/a.test.js', 'timeout!'] }] });
  t.match(second, { passed: 0, failures: [{ path: ['dist/b.test.js'] }] });
  t.equal(first?.failures.length, 1, 'the file is not counted once more');
  t.end();
});
