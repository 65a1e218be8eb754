import t from 'tap';
import { meanOpinionScore, rating, scoreOf } from './quality.js';

t.test('a perfect call has the score of the standard for G.711', async t => {
  t.equal(rating({ loss: 0, delayMs: 0 }), 93.2);
  t.equal(meanOpinionScore({ loss: 0, delayMs: 0 }), 4.41);
  t.equal(meanOpinionScore({ loss: 0, delayMs: 100 }), 4.41, 'delay up to 100 ms goes unnoticed');
});

t.test('loss and delay take from it what the formulas say', async t => {
  // Worked by hand: 95 · 5 / (5 + 25.1) = 15.78.
  t.ok(Math.abs(rating({ loss: 0.05, delayMs: 0 }) - (93.2 - 15.78)) < 0.01);
  t.ok(Math.abs(rating({ loss: 0.01, delayMs: 0 }) - (93.2 - 3.64)) < 0.01);
  // X = 2 at 400 ms: 25 · (65^(1/6) - 3 · (1 + (2/3)^6)^(1/6) + 2) = 24.07.
  t.ok(Math.abs(rating({ loss: 0, delayMs: 400 }) - (93.2 - 24.07)) < 0.02);
});

t.test('it only falls with loss and with delay, and stays within 1 and 4.5', async t => {
  let before = 5;
  for (let percent = 0; percent <= 100; percent += 5) {
    const score = meanOpinionScore({ loss: percent / 100, delayMs: 50 });
    t.ok(score <= before && score >= 1);
    before = score;
  }
  t.equal(meanOpinionScore({ loss: 1, delayMs: 2000 }), 1);
  t.equal(meanOpinionScore({ loss: 7, delayMs: 0 }), meanOpinionScore({ loss: 1, delayMs: 0 }));
});

t.test('a stream is judged by its figures, and one of which nothing came is not', async t => {
  t.equal(scoreOf({ received: 0, lost: 0, jitterMs: 0, roundTripMs: null }), null);
  t.equal(scoreOf({ received: 1000, lost: 0, jitterMs: 1, roundTripMs: 40 }), 4.41);
  t.equal(
    scoreOf({ received: 1000, lost: -3, jitterMs: 1, roundTripMs: null }),
    4.41,
    'duplicates are no loss',
  );
  const poor = scoreOf({ received: 900, lost: 100, jitterMs: 40, roundTripMs: 300 });
  t.ok(poor !== null && poor > 2 && poor < 3.5, `${poor}`);
});
