import t from 'tap';
import { spanText } from '../parts/span-text.js';
import { triesOf } from './retries.js';

const rule = { retries: 4, delaySeconds: 300, growth: 2, mostDelaySeconds: 900, withinMinutes: 1440 };

t.test('when the further tries of a rule come', async t => {
  t.same(triesOf(rule), [300, 900, 1800, 2700], 'twice as long each time, up to the longest');
  t.same(triesOf({ ...rule, withinMinutes: 20 }), [300, 900], 'and none later than its end');
  t.same(triesOf({ ...rule, retries: 0 }), []);
  t.same(triesOf({ ...rule, growth: 1 }), [300, 600, 900, 1200]);
});

t.test('spans in words', async t => {
  t.equal(spanText(45, 'en'), '45 sec');
  t.equal(spanText(5400, 'en'), '1 hr 30 min');
  t.equal(spanText(90_000, 'ko'), '1일 1시간');
  t.equal(spanText(0, 'ko'), '0초');
});
