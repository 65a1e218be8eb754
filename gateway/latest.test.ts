import t from 'tap';
import { Latest } from './latest.js';

/** A promise and what resolves it. */
function gate() {
  let open: () => void = () => undefined;
  const passed = new Promise<void>(resolve => {
    open = resolve;
  });
  return { open: () => open(), passed };
}

t.test('requests that come while it works make it work once more, not once each', async t => {
  const gates = [gate(), gate(), gate()];
  let runs = 0;
  const work = new Latest(
    () => gates[runs++]!.passed,
    () => t.fail('nothing fails here'),
  );
  work.request();
  for (let i = 0; i < 10; i++) work.request();
  t.equal(runs, 1);
  gates[0]!.open();
  gates[1]!.open();
  await work.settled();
  t.equal(runs, 2);
  work.request();
  t.equal(runs, 3, 'a later request starts anew');
  gates[2]!.open();
  await work.settled();
});

t.test('a failure is told, and the next request works again', async t => {
  const errors: unknown[] = [];
  let runs = 0;
  const work = new Latest(
    async () => {
      runs += 1;
      if (runs === 1) throw new Error('once');
    },
    error => errors.push(error),
  );
  work.request();
  await work.settled();
  work.request();
  await work.settled();
  t.equal(runs, 2);
  t.match(errors, [{ message: 'once' }]);
});
