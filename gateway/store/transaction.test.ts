import { EventEmitter, once } from 'node:events';
import t, { type Test } from 'tap';
import { testDatabase } from '../../test/support/database.js';
import { connect, isDatabaseAway, type Sql, transaction } from './index.js';

async function open(t: Test) {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 2 });
  const other = connect({ url, max: 1 });
  t.teardown(() => Promise.all([sql.end(), other.end()]));
  await other`create table notes (text text)`;
  return {
    sql,
    other,
    notes: async () => (await other`select text from notes order by text`).map(row => row.text),
  };
}

const pidOf = async (tx: Sql) => (await tx<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]!.pid;

const write = (tx: Sql, text: string) => tx`insert into notes values (${text})`;

t.test('what the steps wrote stands together, and their result is the result', async t => {
  const { sql, notes } = await open(t);
  const result = await transaction(sql, async tx => {
    await write(tx, 'one');
    await write(tx, 'two');
    return ['of', 'any', 'shape'];
  });
  t.same(result, ['of', 'any', 'shape']);
  t.same(await notes(), ['one', 'two']);
});

t.test('steps that fail leave nothing, and the connection is good for the next', async t => {
  const { sql, notes } = await open(t);
  const failed = transaction(sql, async tx => {
    await write(tx, 'half');
    throw new Error('second thoughts');
  });
  await t.rejects(failed, { message: 'second thoughts' });
  const wrong = transaction(sql, async tx => {
    await write(tx, 'half');
    await tx`select nonsense`;
  });
  await t.rejects(wrong, { code: '42703' });
  await transaction(sql, tx => write(tx, 'whole'));
  t.same(await notes(), ['whole']);
});

t.test('an error that only looks like a lost connection undoes the steps all the same', async t => {
  const { sql, notes } = await open(t);
  const refused = Object.assign(new Error('a service of somebody else'), { code: 'ECONNREFUSED' });
  const failed = transaction(sql, async tx => {
    await write(tx, 'half');
    throw refused;
  });
  await t.rejects(failed, refused);
  t.same(await notes(), []);
});

/** What happens in the steps; `over` is when the caller has been told that it is over. */
const losses: Record<
  string,
  (tx: Sql, cut: (pid: number) => PromiseLike<unknown>, over: Promise<void>) => Promise<unknown>
> = {
  'while a statement runs': async (tx, cut) => {
    const pid = await pidOf(tx);
    const running = tx`select pg_sleep(60)`.execute();
    await cut(pid);
    await running;
  },
  'between two statements': async (tx, cut, over) => {
    await write(tx, 'before');
    await cut(await pidOf(tx));
    await over;
    await write(tx, 'after');
  },
  'between the last statement and the end': async (tx, cut, over) => {
    await write(tx, 'before');
    await cut(await pidOf(tx));
    await over;
  },
};

for (const [when, steps] of Object.entries(losses)) {
  t.test(`a connection lost ${when} fails the transaction, not the process`, async t => {
    const { sql, other, notes } = await open(t);
    const told = new EventEmitter();
    const over = once(told, 'over').then(() => undefined);
    const waiting: Promise<unknown>[] = [];
    const error = await transaction(sql, async tx => {
      // Others wait for a connection and take the next at once: nothing of the lost transaction may slip onto it.
      for (let others = 0; others < 4; others++) waiting.push(sql`select pg_sleep(0.2)`.execute());
      await steps(tx, pid => other`select pg_terminate_backend(${pid}, 10000)`, over);
    }).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    told.emit('over');
    t.ok(isDatabaseAway(error), String(error));
    // The driver fails the first of them with the other's error (decision 0007), unexecuted.
    await Promise.allSettled(waiting);
    await transaction(sql, tx => write(tx, 'the next'));
    t.same(await notes(), ['the next']);
  });
}
