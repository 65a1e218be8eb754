import { pino } from 'pino';
import t from 'tap';
import { Announcements } from '../store/index.js';
import { openDesktop } from './desktops.js';
import { Prober } from './prober.js';
import { Floor } from './testing/floor.js';
import { proveAgent, unprovenOffers } from './transitions/index.js';

t.test('who has answered before he was waited for is rung all the same', async t => {
  const floor = await Floor.open(t);
  const { sql, tenantId, nodeId } = floor;
  const userId = await floor.staff();
  await floor.ready(userId);
  // A page of his has gone, and another one has come: he is asked.
  await openDesktop(sql, { id: crypto.randomUUID(), tenantId, userId }, nodeId);
  await sql`update desktops set lost_at = clock_timestamp()`;
  await openDesktop(sql, { id: crypto.randomUUID(), tenantId, userId }, nodeId);
  await floor.request();
  const offer = await floor.offer();
  t.equal(offer?.agentId, userId);
  t.same(await unprovenOffers(sql, { tenantId, userId }), [offer?.id]);
  t.ok(await proveAgent(sql, offer!, { by: userId, visible: true }));
  t.same(await unprovenOffers(sql, { tenantId, userId }), []);
  const announcements = new Announcements(sql, error => t.error(error));
  const served = await new Promise(serve => {
    const answerMs = 3_600_000;
    const logger = pino({ level: 'silent' });
    new Prober({ sql, announcements, logger, answerMs, serve }).take(offer!);
  });
  t.match(served, { id: offer?.id });
});
