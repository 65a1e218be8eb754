import { pino } from 'pino';
import t from 'tap';
import { eventually } from '../../test/support/eventually.js';
import { viewAgent } from './agents.js';
import { dismissLost, loseOrphanDesktops, openDesktop } from './desktops.js';
import { Presence } from './presence.js';
import { Floor } from './testing/floor.js';

/** Longer than any machine needs for what follows. */
const graceSeconds = 3600;

t.test('whose gateway has died has the time to come back from when he can', async t => {
  const floor = await Floor.open(t);
  const { sql, tenantId } = floor;
  const userId = await floor.hire();
  await floor.ready(userId);
  const desktop = { id: crypto.randomUUID(), tenantId, userId };
  const stateNow = async () => (await viewAgent(sql, tenantId, userId))?.state;
  const lostSeconds = async () => {
    const [row] = await sql<{ seconds: number }[]>`
      select extract(epoch from clock_timestamp() - lost_at)::float8 as seconds from desktops where id = ${desktop.id}`;
    return row!.seconds;
  };
  await openDesktop(sql, desktop, crypto.randomUUID());
  await loseOrphanDesktops(sql);
  // The gateway after it needs longer than that to start.
  await sql`update desktops set lost_at = lost_at - make_interval(secs => ${2 * graceSeconds})`;
  const presence = new Presence(sql, pino({ level: 'silent' }), floor.nodeId);
  presence.start();
  await eventually('his time begins', async () => (await lostSeconds()) < graceSeconds);
  presence.stop();
  await dismissLost(sql, graceSeconds);
  t.equal(await stateNow(), 'ready');
  await dismissLost(sql, 0);
  t.equal(await stateNow(), 'offline', 'who does not come is not there');
});
