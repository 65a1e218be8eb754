import { test } from 'tap';
import { connect, migrate } from '../../../gateway/store/index.js';
import { seedDemo } from '../../../gateway/tenants/index.js';
import { testDatabase } from '../../../test/support/database.js';
import { fill, hire } from './floor.js';

test('a step that nobody can serve does not crowd out the others', async t => {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 1 });
  t.teardown(() => sql.end());
  await migrate(sql);
  await seedDemo(sql, { origins: [], password: 'irrelevant here' });
  await hire(sql, 2);
  const each = () =>
    sql<{ step: number; count: number }[]>`
      select skill_step as step, count(*)::int as count from interactions where state = 'waiting' group by 1 order by 1`;
  const full = [0, 1, 2].map(step => ({ step, count: 10 }));

  t.equal(await fill(sql, 30), 30);
  t.strictSame([...(await each())], full);
  for (let round = 0; round < 3; round++) {
    const { count: served } = await sql`update interactions i set state = 'done', outcome = 'cancelled'
      from lanes l where l.id = i.lane_id and i.state = 'waiting'
        and exists (select from agents a where a.levels @> l.levels and a.skills <> '{}')`;
    t.equal(served, 20, 'the agents can serve two of the three steps');
    t.equal(await fill(sql, 30), 20);
    t.strictSame([...(await each())], full, 'and again there is somebody for them');
  }
});
