import { test } from 'tap';
import { srv } from '../testing/zone-resolver.js';
import { inSrvOrder } from './srv-order.js';

const names = (records: ReturnType<typeof inSrvOrder>): string =>
  records.map(({ target }) => target).join('');

/** The running sums of RFC 2782: what is drawn decides who comes first. */
const drawn: { name: string; weights: [string, number][]; draws: number[]; order: string }[] = [
  { name: 'one', weights: [['a', 5]], draws: [0.9], order: 'a' },
  {
    name: 'a draw of zero takes the first of weight 0',
    weights: [
      ['a', 10],
      ['z', 0],
    ],
    draws: [0, 0.5],
    order: 'za',
  },
  {
    name: 'any other draw passes it by',
    weights: [
      ['a', 10],
      ['z', 0],
    ],
    draws: [0.1, 0],
    order: 'az',
  },
  {
    name: 'the sum itself belongs to the last',
    weights: [
      ['a', 1],
      ['b', 1],
    ],
    draws: [0.99, 0],
    order: 'ba',
  },
  {
    name: 'all of weight 0 keep their order',
    weights: [
      ['a', 0],
      ['b', 0],
      ['c', 0],
    ],
    draws: [0.9, 0.9, 0.9],
    order: 'abc',
  },
  {
    name: 'sums are those of who is left',
    weights: [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ],
    draws: [0.5, 0.3, 0.9],
    order: 'bac',
  },
];

for (const { name, weights, draws, order } of drawn) {
  test(`drawn by weight: ${name}`, async t => {
    const left = [...draws];
    const records = weights.map(([target, weight]) => srv(1, weight, target, 5060));
    t.equal(names(inSrvOrder(records, () => left.shift() ?? 0)), order);
  });
}

test('a lower priority is tried first, whatever the weights', async t => {
  const records = [srv(20, 65_535, 'c', 1), srv(0, 0, 'a', 1), srv(10, 1, 'b', 1)];
  t.equal(names(inSrvOrder(records, () => 0.999)), 'abc');
  t.same(inSrvOrder([], Math.random), []);
});

test('who is first is shared as the weights say', async t => {
  const records = [srv(1, 10, 'a', 1), srv(1, 30, 'b', 1), srv(1, 60, 'c', 1)];
  const first = { a: 0, b: 0, c: 0 };
  // Each number from 0 to the sum, 100, a hundred times, in the place of chance.
  const steps = 10_100;
  for (let i = 0; i < steps; i += 1) {
    const [record] = inSrvOrder(records, () => i / steps);
    first[record?.target as 'a'] += 1;
  }
  // RFC 2782 draws up to and with the sum: 0 is the first one's, too.
  t.same(first, { a: 1_100, b: 3_000, c: 6_000 });
});
