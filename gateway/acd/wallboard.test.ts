import t from 'tap';
import { Floor } from './testing/floor.js';
import * as act from './transitions/index.js';
import { readWallboard } from './wallboard.js';

async function sales(f: Floor) {
  const { day, queues } = await readWallboard(f.sql, { tenantId: f.tenantId, locale: 'ko' });
  t.ok(day.from < day.until && day.until.getTime() - day.from.getTime() >= 82_800_000, 'a day');
  return queues.find(({ key }) => key === 'sales')!;
}

/** Somebody asked so many seconds ago. */
async function asked(f: Floor, secondsAgo: number) {
  const { id } = await f.request();
  await f.sql`update interactions set place_at = now() - make_interval(secs => ${secondsAgo}),
    queued_at = now() - make_interval(secs => ${secondsAgo}) where id = ${id}`;
  return { id, tenantId: f.tenantId };
}

/** The agent who is free talks with whoever is next, and is done with it. */
async function serve(f: Floor) {
  const offer = await f.offer();
  for (const step of [act.accept, act.startDialing, act.bridge]) await step(f.sql, offer!);
  await act.end(f.sql, offer!, 'completed', 'customer');
  await act.finish(f.sql, offer!);
}

t.test('a queue as it is now, and its day so far', async t => {
  const f = await Floor.open(t);
  // Long after midnight on the company's clock, whenever this runs.
  await f.sql`update tenants set time_zone = (
    select name from pg_timezone_names where extract(hour from now() at time zone name) between 6 and 20
      and name like 'Etc/%' limit 1)`;
  await f.sql`update queues set service_level_seconds = 60, service_level_percent = 90`;
  await f.sql`delete from agent_queues`;
  const agent = await f.staff();
  t.match(await sales(f), {
    ...{ name: '구매 상담', open: true, waiting: 0, longestSince: null, agents: { ready: 1 } },
    ...{
      answered: 0,
      within: 0,
      abandoned: 0,
      abandonedLate: 0,
      serviceLevelSeconds: 60,
      serviceLevelPercent: 90,
    },
  });

  await asked(f, 10);
  await serve(f);
  await asked(f, 300);
  await serve(f);
  await act.cancel(f.sql, await asked(f, 20));
  await act.cancel(f.sql, await asked(f, 200));
  const yesterday = await asked(f, 0);
  await f.sql`update interactions set place_at = now() - interval '1 day' where id = ${yesterday.id}`;
  await act.cancel(f.sql, yesterday);
  t.match(await sales(f), { waiting: 0, answered: 2, within: 1, abandoned: 2, abandonedLate: 1 });

  await f.sql`update agents set intent = 'paused' where user_id = ${agent}`;
  const [first] = [await asked(f, 90), await asked(f, 30)];
  await f.sql`update interactions set customer_live_since = now() where id = ${first.id}`;
  const now = await sales(f);
  t.match(now, { waiting: 2, onTheLine: 1, agents: { paused: 1 }, answered: 2, abandoned: 2 });
  const longest = (Date.now() - now.longestSince!.getTime()) / 1000;
  t.ok(longest >= 89 && longest < 150, `the longest has waited for 90 s (${longest})`);
});
