import t from 'tap';
import { SharedReading } from './shared-reading.js';

/** A reading that ends when it is told to. */
function controlled() {
  const ends: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  const shared = new SharedReading(
    () => new Promise<number>((resolve, reject) => ends.push({ resolve, reject })),
  );
  return { shared, ends };
}

t.test('who asks meanwhile shares the next one', async t => {
  const { shared, ends } = controlled();
  const first = shared.get();
  const others = [shared.get(), shared.get(), shared.get()];
  t.equal(ends.length, 1, 'one at a time');
  ends[0]!.resolve(1);
  t.equal(await first, 1);
  await new Promise(setImmediate);
  t.equal(ends.length, 2, 'one for all who asked meanwhile');
  const later = shared.get();
  ends[1]!.resolve(2);
  t.same(await Promise.all(others), [2, 2, 2]);
  await new Promise(setImmediate);
  ends[2]!.resolve(3);
  t.equal(await later, 3, 'who asked while it ran got one that began afterwards');
});

t.test('a reading that fails takes no other with it', async t => {
  const { shared, ends } = controlled();
  const first = shared.get();
  const second = shared.get();
  ends[0]!.reject(new Error('away'));
  await t.rejects(first, { message: 'away' });
  await new Promise(setImmediate);
  ends[1]!.resolve(2);
  t.equal(await second, 2);
  await new Promise(setImmediate);
  const third = shared.get();
  ends[2]!.resolve(3);
  t.equal(await third, 3);
});
