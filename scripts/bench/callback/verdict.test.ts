import t from 'tap';
import { cleanRate, complaints, type StepCounts } from './verdict.js';

const clean = (rate: number): StepCounts => ({
  rate,
  asked: rate * 10,
  completed: rate * 10,
  retransmissions: 0,
  failedCalls: 0,
  late: 0,
  backlog: 2,
  setUp: { p50: 9, p99: 90 },
});

t.test('each thing that may go wrong is named', async t => {
  t.strictSame(complaints(clean(10)), []);
  t.strictSame(complaints({ ...clean(10), late: 1 }), [], 'one late request in a hundred is no fault');
  const faults: [Partial<StepCounts>, RegExp][] = [
    [{ completed: 99 }, /^1 of 100 not completed$/],
    [{ failedCalls: 1 }, /^1 calls failed/],
    [{ retransmissions: 3 }, /^3 SIP retransmissions$/],
    [{ backlog: 11 }, /^11 not yet bridged/],
    [{ setUp: { p50: 9, p99: 1001 } }, /^p99 .* 1000 ms$/],
    [{ setUp: { p50: undefined, p99: undefined } }, /^p99/],
    [{ late: 2 }, /^2 requests sent late/],
  ];
  for (const [fault, sentence] of faults) {
    const found = complaints({ ...clean(10), ...fault });
    t.equal(found.length, 1);
    t.match(found[0], sentence);
  }
});

t.test('the clean rate is the one before the first fault', async t => {
  t.equal(cleanRate([clean(10), clean(20), clean(40)]), 40);
  t.equal(cleanRate([clean(10), { ...clean(20), failedCalls: 1 }, clean(40)]), 10);
  t.equal(cleanRate([{ ...clean(10), completed: 0 }, clean(20)]), 0);
  t.equal(cleanRate([clean(40), clean(10)]), 40, 'in whatever order they were run');
  t.equal(cleanRate([]), 0);
});
