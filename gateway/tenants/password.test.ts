import t from 'tap';
import { hashPassword, nobodysHash, verifyPassword } from './password.js';

t.test('a password is verified against its hash, however its characters are composed', async t => {
  const hash = await hashPassword('비밀번호 é');
  t.notMatch(hash, /비밀/);
  t.equal(await verifyPassword('비밀번호 é', hash), true);
  t.equal(await verifyPassword('비밀번호 é'.normalize('NFD'), hash), true);
  t.equal(await verifyPassword('비밀번호 e', hash), false);
  t.not(await hashPassword('same'), await hashPassword('same'), 'each has its own salt');
});

t.test('nobody’s hash is nobody’s password', async t => {
  for (const password of ['', 'password', '\0']) t.equal(await verifyPassword(password, nobodysHash), false);
});

t.test('a hash of another kind is an error, not a wrong password', async t => {
  await t.rejects(verifyPassword('x', '$2b$10$abc'), { message: 'unknown password hash' });
});
