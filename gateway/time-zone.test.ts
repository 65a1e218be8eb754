import t from 'tap';
import { isTimeZone } from './time-zone.js';

t.test('time zones', async t => {
  for (const name of ['Asia/Seoul', 'UTC', 'America/Argentina/Ushuaia']) t.ok(isTimeZone(name), name);
  for (const name of ['', 'Mars/Olympus', '+09:00', 'Asia/Seoul; drop']) t.notOk(isTimeZone(name), name);
});
