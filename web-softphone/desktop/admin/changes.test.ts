import t from 'tap';
import { changesOf, differences, same } from './changes.js';

t.test('what is the same on the wire is the same', async t => {
  t.ok(same({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }));
  t.notOk(same([1, 2], [2, 1]));
  t.notOk(same(null, 0));
  t.ok(same({ a: undefined }, {}));
});

t.test('only what was changed is sent', async t => {
  const before = { name: { en: 'A', ko: '가' }, priority: 0, hours: null as string | null };
  t.same(changesOf(before, { ...before, priority: 2 }), { priority: 2 });
  t.same(changesOf(before, { ...before, name: { ko: '가', en: 'A' } }), {});
  t.same(changesOf({ ...before, hours: 'office' }, before), { hours: null });
});

t.test('of two who change the same thing each sees what is the other’s', async t => {
  const base = { name: 'Sales', priority: 0, open: true };
  const theirs = { ...base, name: 'Shop', priority: 5 };
  const mine = { ...base, name: 'Counter', open: false };
  t.same(differences(base, theirs, mine), [
    { field: 'name', theirs: 'Shop', mine: 'Counter', contested: true },
    { field: 'priority', theirs: 5, mine: 0, contested: false },
  ]);
});
