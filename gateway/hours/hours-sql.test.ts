import t from 'tap';
import { testDatabase } from '../../test/support/database.js';
import { connect, migrate } from '../store/index.js';
import { seedDemo } from '../tenants/index.js';
import { isOpen, queueHours } from './index.js';

t.test('the hours of a queue, with the holidays of its tenant', async t => {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 2 });
  t.teardown(() => sql.end());
  await migrate(sql);
  await seedDemo(sql, { origins: ['http://localhost'], password: 'irrelevant here' });
  const [queue] = await sql<{ id: string; tenantId: string }[]>`
    select id, tenant_id as "tenantId" from queues where key = 'sales'`;
  const { id, tenantId } = queue!;
  await sql`update queues set opening_hours_id = null`;
  t.equal((await queueHours(sql, tenantId)).size, 0, 'without hours a queue is always open');
  await sql`
    with made as (
      insert into opening_hours (tenant_id, key, time_zone, weekly, public_holidays)
      values (${tenantId}, 'shop', 'Asia/Seoul', ${sql.json({ mon: ['09:00-18:00'], tue: ['09:00-18:00'] })}, 'KR')
      returning id)
    update queues set opening_hours_id = made.id from made where queues.id = ${id}`;
  await sql`insert into holidays (tenant_id, day, name, hours) values
    (${tenantId}, '2026-11-30', ${sql.json({ en: 'Inventory' })}, default),
    (${tenantId}, '2027-02-08', ${sql.json({ en: 'Open all the same' })}, null),
    (${tenantId}, '2026-12-01', ${sql.json({ en: 'Half a day' })}, ${['09:00-12:00']})`;
  const hours = (await queueHours(sql, tenantId)).get(id)!;
  t.notOk(isOpen(hours, new Date('2026-11-30T10:00+09:00')), 'closed');
  t.ok(isOpen(hours, new Date('2026-12-01T11:00+09:00')));
  t.notOk(isOpen(hours, new Date('2026-12-01T13:00+09:00')), 'half a day');
  t.ok(isOpen(hours, new Date('2027-02-08T13:00+09:00')), 'open on a public holiday');
  t.notOk(isOpen(hours, new Date('2027-02-09T13:00+09:00')), 'closed on a public holiday');
  t.equal((await queueHours(sql, crypto.randomUUID())).size, 0, 'nobody else sees them');
});
