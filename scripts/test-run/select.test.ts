import { fileURLToPath } from 'node:url';
import t from 'tap';
import { selectTests, slow } from './select.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

t.test('the slow ones come first, each file once', async t => {
  const { unit, system } = selectTests(root, []);
  const all = [...unit, ...system];
  t.equal(new Set(all).size, all.length);
  t.same(
    slow.filter(file => !all.includes(file)),
    [],
    'each of them is there',
  );
  for (const lane of [unit, system]) {
    const first = lane.filter(file => slow.includes(file));
    t.same(lane.slice(0, first.length), first);
  }
});

t.test('files below a path, and none is an error', async t => {
  t.same(selectTests(root, ['./scripts/test-run/select.test.ts']), {
    unit: ['scripts/test-run/select.test.ts'],
    system: [],
  });
  t.throws(() => selectTests(root, ['scripts/nowhere']), { message: /no test below scripts\/nowhere/ });
});
