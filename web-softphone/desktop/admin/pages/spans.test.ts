import t from 'tap';
import { isSpan, spanOf, spansText, textOf } from './spans.js';

t.test('spans of the clock and the two inputs they are typed into', async t => {
  t.same(spanOf('09:00-18:00'), { from: '09:00', until: '18:00' });
  t.same(spanOf('22:00-24:00'), { from: '22:00', until: '00:00' }, 'midnight');
  for (const text of ['09:00-18:00', '22:00-06:00', '00:00-24:00']) t.equal(textOf(spanOf(text)), text);
  t.equal(spansText(['09:00-12:00', '13:00-18:00']), '09:00–12:00, 13:00–18:00');
});

t.test('only those that the server takes', async t => {
  for (const text of ['09:00-18:00', '22:00-06:00', '18:00-24:00', '00:00-24:00']) t.ok(isSpan(text), text);
  for (const text of ['-18:00', '09:00-', '09:00-09:00', '9:00-18:00', '09:00-25:00'])
    t.notOk(isSpan(text), text);
});
