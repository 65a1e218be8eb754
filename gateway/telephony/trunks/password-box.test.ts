import t from 'tap';
import { PasswordBox } from './password-box.js';

t.test('a password is opened by its key, for its owner, and by nobody else', async t => {
  const box = new PasswordBox('a key');
  const sealed = box.seal('비밀번호 of the carrier', 'shop/1');
  t.equal(box.open(sealed, 'shop/1'), '비밀번호 of the carrier');
  t.equal(box.open(sealed, 'shop/2'), undefined, 'moved to another row');
  t.equal(new PasswordBox('another key').open(sealed, 'shop/1'), undefined);
  t.notOk(sealed.includes('carrier'));
  t.notSame(box.seal('twice', 'a'), box.seal('twice', 'a'), 'the same one never looks the same');
  for (let at = 0; at < sealed.length; at += 7) {
    const altered = Buffer.from(sealed);
    altered[at] = altered[at]! ^ 1;
    t.equal(box.open(altered, 'shop/1'), undefined, `altered at ${at}`);
  }
  for (const length of [0, 5, 12, 27]) t.equal(box.open(sealed.subarray(0, length), 'shop/1'), undefined);
});
