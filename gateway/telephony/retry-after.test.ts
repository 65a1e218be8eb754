import t from 'tap';
import { retryAfterOf } from './retry-after.js';

const after = (value: string | undefined) =>
  retryAfterOf({ get: name => (name === 'Retry-After' ? value : '1') });

t.test('Retry-After is read with and without what may follow the seconds', async t => {
  t.equal(after('120'), 120);
  t.equal(after('18000;duration=3600'), 18_000);
  t.equal(after('120 (I am in a meeting)'), 120);
  for (const none of [undefined, '', 'soon', '0', '-']) t.equal(after(none), undefined, `${none}`);
});
