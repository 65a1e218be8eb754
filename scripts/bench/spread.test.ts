import t from 'tap';
import { percentile, spread } from './spread.js';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

t.test('percentiles are values that were measured', async t => {
  t.equal(percentile(hundred, 0.5), 50);
  t.equal(percentile(hundred, 0.99), 99);
  t.equal(percentile(hundred, 1), 100);
  t.equal(percentile([7], 0.99), 7);
  t.equal(percentile([1, 1000], 0.99), 1000, 'of few values it is the worst');
  t.equal(percentile([], 0.5), undefined);
  t.strictSame(spread([3, 1, 2]), { p50: 2, p99: 3 });
  t.equal(hundred[0], 100, 'the values are left in their order');
});
