import t from 'tap';
import { backoffDelay } from './backoff.js';

const options = { firstMs: 1_000, longestMs: 20_000 };

t.test('doubles with each attempt, up to the longest', async t => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 40].map(attempt =>
    backoffDelay(attempt, { ...options, random: () => 1 }),
  );
  t.same(longest, [1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000]);
});

t.test('leaves half of the delay to chance, so that desktops do not come back all at once', async t => {
  t.equal(backoffDelay(2, { ...options, random: () => 0 }), 2_000);
  t.equal(backoffDelay(2, { ...options, random: () => 0.5 }), 3_000);
});
