import t from 'tap';
import { valueAt, withValue } from './paths.js';

t.test('values by their path', async t => {
  const values = { name: { en: 'A', ko: '가' }, origins: ['x', 'y'], quiet: null };
  t.equal(valueAt(values, 'name.ko'), '가');
  t.equal(valueAt(values, 'origins.1'), 'y');
  t.equal(valueAt(values, 'quiet.from'), undefined);
  const changed = withValue(values, 'origins.1', 'z');
  t.same(changed.origins, ['x', 'z']);
  t.same(values.origins, ['x', 'y'], 'nothing is changed in place');
  t.equal(changed.name, values.name);
  t.same(withValue(values, 'name.en', 'B').name, { en: 'B', ko: '가' });
});
