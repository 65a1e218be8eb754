import t from 'tap';
import type { PromisePage, WaitingFilter } from '../api/types.js';
import { pageSize, WaitingView } from './waiting-view.js';

/** A server with so many who wait. */
function server(total: number) {
  const asked: { filter: WaitingFilter; offset: number }[] = [];
  const view = new WaitingView(async (filter, offset, limit) => {
    asked.push({ filter, offset });
    const length = Math.max(0, Math.min(limit, total - offset));
    const promises = Array.from({ length }, (_, index) => ({ id: String(offset + index) }));
    return { promises, total } as PromisePage;
  });
  return { view, asked };
}

const settled = () => new Promise(setImmediate);

t.test('of thousands only what is looked at is read', async t => {
  const { view, asked } = server(5_000);
  t.same(asked, [], 'nothing while nobody looks');
  const end = view.watch();
  await settled();
  t.equal(view.state.get().value?.total, 5_000);
  t.equal(view.state.get().value?.at(7)?.id, '7');
  t.equal(view.state.get().value?.at(4_000), undefined, 'not read');
  view.look(3_990, 4_010);
  await settled();
  t.equal(view.state.get().value?.at(3_999)?.id, '3999');
  t.equal(view.state.get().value?.at(4_010)?.id, '4010');
  t.same(
    asked.map(({ offset }) => offset),
    [0, 3_950, 4_000],
  );
  view.look(4_000, 4_020);
  await settled();
  t.equal(asked.length, 3, 'what is there is not read again');
  await view.refresh();
  t.same(asked.at(-1)?.offset, 4_000, 'a change reads what is seen');
  end();
  await view.refresh();
  t.equal(asked.length, 4, 'nothing any more when nobody looks');
  t.ok(pageSize >= 20);
});

t.test('another choice begins at its top', async t => {
  const { view, asked } = server(120);
  view.watch();
  await settled();
  view.look(100, 119);
  await settled();
  view.choose({ kind: 'held', queue: 'sales' });
  t.equal(view.state.get().value, null, 'what was of another choice is not shown for it');
  await settled();
  t.same(asked.at(-1), { filter: { kind: 'held', queue: 'sales' }, offset: 0 });
});
