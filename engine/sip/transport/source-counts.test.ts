import { test } from 'tap';
import { SourceCounts } from './source-counts.js';

test('each source has its places; an IPv6 source is a /64', async t => {
  const counts = new SourceCounts(2);
  t.ok(counts.add('192.0.2.1'));
  t.ok(counts.add('192.0.2.1'));
  t.notOk(counts.add('192.0.2.1'));
  t.ok(counts.add('192.0.2.2'));
  counts.remove('192.0.2.1');
  t.ok(counts.add('192.0.2.1'));
  t.ok(counts.add('2001:db8:0:1::1'));
  t.ok(counts.add('2001:db8:0:1:2::'));
  t.notOk(counts.add('2001:db8::1:a:b:c:d'), 'the same /64, written otherwise');
  t.ok(counts.add('2001:db8:0:2::1'));
  t.ok(counts.add('::1'));
  t.ok(counts.add('::2'));
  t.notOk(counts.add('::1'));
});
