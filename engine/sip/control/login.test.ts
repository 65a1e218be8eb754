import { test } from 'tap';
import { parseTags, secretMatches } from './login.js';

test('tags: at most 20, each of at most 32 characters of the allowed ones', async t => {
  t.same([...parseTags('')], []);
  t.same([...parseTags(`${'y'.repeat(33)},a-b_c+d@e:F9,b<d>,,ok`)], ['a-b_c+d@e:F9', 'ok']);
  t.equal(parseTags(Array.from({ length: 30 }, (_, i) => `tag${i}`).join(',')).size, 20);
});

test('a secret matches itself alone, of whatever length the other is', async t => {
  t.ok(secretMatches('geheim', 'geheim'));
  for (const wrong of ['', 'geheiM', 'geheim ', 'g', 'x'.repeat(4_000)])
    t.notOk(secretMatches(wrong, 'geheim'));
});
