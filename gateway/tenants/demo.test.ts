import t from 'tap';
import { testDatabase } from '../../test/support/database.js';
import { connect, migrate } from '../store/index.js';
import { lockDemo, seedDemo } from './demo.js';
import { openSession } from './sessions.js';

const login = { email: 'agent1@demo.example', hours: 1 };

t.test(
  'the demo company follows the settings of each start, and is closed when it is not wanted',
  async t => {
    const { url } = await testDatabase(t);
    const sql = connect({ url, max: 2 });
    t.teardown(() => sql.end());
    await migrate(sql);
    await seedDemo(sql, { origins: ['http://localhost:1'], password: 'the first password' });
    await seedDemo(sql, { origins: ['http://localhost:2'], password: 'the second password' });
    t.same(await sql`select origins from sites`, [{ origins: ['http://localhost:2'] }]);
    t.same(await sql`select count(*)::int from agents`, [{ count: 2 }]);
    await t.rejects(openSession(sql, { ...login, password: 'the first password' }), { code: 'login_failed' });
    await openSession(sql, { ...login, password: 'the second password' });

    await lockDemo(sql);
    t.same(
      await sql`select count(*)::int from sessions`,
      [{ count: 0 }],
      'whoever is signed in is signed out',
    );
    await t.rejects(openSession(sql, { ...login, password: 'the second password' }), {
      code: 'login_failed',
    });

    await seedDemo(sql, { origins: ['http://localhost:2'], password: 'the second password' });
    t.ok(
      await openSession(sql, { ...login, password: 'the second password' }),
      'a later demo opens it again',
    );
  },
);
