import pino from 'pino';
import t from 'tap';
import { eventually } from '../../test/support/eventually.js';
import { Announcements, type Sql, transaction } from '../store/index.js';
import { type Desk, LiveDesk } from './live-desk.js';
import { offerWaiting } from './matching.js';
import { Floor } from './testing/floor.js';
import { WaitingCounts } from './waiting-counts.js';

/** Resolves when a statement waits for a lock. */
async function somebodyWaits(sql: Sql): Promise<void> {
  const waits = async () => {
    const waiting = await sql`select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    return waiting.length > 0;
  };
  await eventually('somebody waits for the lock', waits);
}

t.test('an offer that is made while a desk is read is in all of it, or in nothing', async t => {
  const floor = await Floor.open(t);
  const { sql, tenantId, nodeId } = floor;
  const userId = await floor.staff();
  const { id } = await floor.request();
  const announcements = new Announcements(sql, error => t.fail(String(error)));
  const waitingCounts = new WaitingCounts(sql, announcements, pino({ level: 'silent' }));
  t.teardown(() => waitingCounts.stop());
  const shown: ((desk: Desk) => void)[] = [];
  const desk = new LiveDesk({
    sql,
    viewer: { tenantId, userId, role: 'agent', locale: 'en' },
    waitingCounts,
    send: one => shown.shift()?.(one),
  });
  desk.onError(error => t.fail(String(error)));
  const next = () => new Promise<Desk>(resolve => shown.push(resolve));

  const during = next();
  await transaction(sql, async tx => {
    // What the agent is waits for this table, what he is engaged with does not.
    await tx`lock table registrations in access exclusive mode`;
    desk.refresh();
    await somebodyWaits(sql);
    t.match((await offerWaiting(tx, nodeId, 1)).offers, [{ id, agentId: userId }]);
  });
  const { me, current } = await during;
  t.equal(current !== null, me?.state !== 'ready', `${me?.state}, with ${current?.id ?? 'nothing'}`);

  const after = next();
  desk.refresh();
  t.match(await after, { me: { state: 'offered' }, current: { id, state: 'offered' } });
});
