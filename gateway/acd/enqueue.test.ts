import t from 'tap';
import { connect } from '../store/index.js';
import { enqueueCallback } from './enqueue.js';
import { Floor } from './testing/floor.js';

t.test('the statement that takes a request is planned once, however much has been asked for', async t => {
  const { url, sql, tenantId, siteId, queueId } = await Floor.open(t);
  await sql`
    insert into interactions (tenant_id, channel, state, outcome, site_id, queue_id, phone, locale, requested_at, place_at, bridged_at)
    select ${tenantId}, 'callback', 'done', 'completed', ${siteId}, ${queueId}, '+8210' || 10000000 + n, 'ko',
      at, at, at
    from generate_series(1, 5000) n, make_interval(mins => n) ago, lateral (select now() - ago as at) moment`;
  await sql`analyze interactions`;
  // Statements are prepared for a connection.
  const one = connect({ url, max: 1 });
  t.teardown(() => one.end());
  for (let n = 0; n < 12; n++)
    await enqueueCallback(one, {
      ...{ tenantId, siteId, queueId, locale: 'ko', requester: Buffer.alloc(16) },
      phone: `+8210${20_000_000 + n}`,
    });
  const [plans] = await one<{ once: number; anew: number }[]>`
    select generic_plans::int as once, custom_plans::int as anew from pg_prepared_statements
    where statement like '%insert into interactions%' and statement not like '%pg_prepared%'`;
  // PostgreSQL tries five before it decides.
  t.same(plans, { once: 7, anew: 5 });
});
