import { test } from 'tap';
import { newUuid } from './token.js';

test('identifiers are random UUIDs', t => {
  const made = new Set(Array.from({ length: 2_000 }, newUuid));
  t.equal(made.size, 2_000);
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  t.ok([...made].every(id => form.test(id)));
  t.same(new Set([...made].map(id => id.charAt(19))), new Set('89ab'));
  t.end();
});
