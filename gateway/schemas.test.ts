import t from 'tap';
import { PointInTime } from './schemas.js';

t.test('a point in time is one that JavaScript and PostgreSQL know', async t => {
  const { pattern: source = '' } = PointInTime as { pattern?: string };
  const pattern = new RegExp(source);
  for (const known of ['2026-11-30T02:00:00.000Z', '2026-11-30T02:00:59+09:00'])
    t.match(known, pattern, known);
  for (const unknown of ['0000-01-01T00:00:00Z', '2026-01-01T23:59:60Z', '9999-12-31T23:59:59-23:59'])
    t.notMatch(unknown, pattern, unknown);
});
