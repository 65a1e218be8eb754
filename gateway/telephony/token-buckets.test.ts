import t from 'tap';
import { TokenBuckets } from './token-buckets.js';

t.test('bursts, then a rate, for each key', async t => {
  let now = 0;
  const buckets = new TokenBuckets(2, 0.5, 2, () => now);
  t.same([buckets.take('a'), buckets.take('a'), buckets.take('a')], [true, true, false]);
  t.notOk(buckets.has('a'));
  t.ok(buckets.take('b'), 'another key has its own');
  now += 1_000;
  t.notOk(buckets.has('a'));
  now += 1_000;
  t.ok(buckets.has('a'));
  t.ok(buckets.take('a'));
  t.notOk(buckets.take('a'));
  now += 60_000;
  t.same(
    [buckets.take('a'), buckets.take('a'), buckets.take('a')],
    [true, true, false],
    'never more than full',
  );
  buckets.take('c');
  buckets.take('d');
  t.ok(buckets.has('a'), 'the least recent key was forgotten');
});
