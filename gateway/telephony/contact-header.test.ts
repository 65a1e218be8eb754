import t from 'tap';
import { ContactError, parseAddress, parseContacts } from './contact-header.js';

t.test('contacts as softphones write them', async t => {
  t.same(parseContacts(undefined), []);
  t.equal(parseContacts(' * '), '*');
  t.same(parseContacts('<sip:abc@xyz.invalid;transport=ws>;+sip.ice;expires=300'), [
    { uri: 'sip:abc@xyz.invalid;transport=ws', host: 'xyz.invalid', transport: 'ws', expires: 300 },
  ]);
  t.same(parseContacts('sip:a@10.0.0.1:5060;expires=60'), [
    { uri: 'sip:a@10.0.0.1:5060', host: '10.0.0.1', transport: undefined, expires: 60 },
  ]);
  t.match(parseContacts('"Kim, \\"M\\"" <sip:a@[::1]:5060;transport=TCP>, Lee <sips:b@b.example>'), [
    { uri: 'sip:a@[::1]:5060;transport=TCP', host: '[::1]', transport: 'tcp' },
    { uri: 'sips:b@b.example', host: 'b.example' },
  ]);
  t.match(parseContacts('<sip:a@b.example>;expires=soon'), [{ expires: undefined }]);
});

t.test('what may not become a Request-URI', async t => {
  for (const broken of [
    '<tel:+82>',
    '<sip:>',
    '<sip:a@b.example?Subject=x>',
    '<sip:a@b.example;x=\r\nRoute: y>',
    '<sip:a b@c.example>',
    '<sip:a@b.example',
    '<sip:a@b@c.example>',
    '<sip:a@b.example:99999>',
    `<sip:${'a'.repeat(200)}@b.example>`,
    `<sip:a@${'b'.repeat(600)}>`,
    '<sip:a@b.example>, <sip:a@b.example>',
    Array.from({ length: 11 }, (_, i) => `<sip:a${i}@b.example>`).join(','),
    `<sip:a@b.example>;x=${'y'.repeat(5000)}`,
  ]) {
    t.throws(() => parseContacts(broken), ContactError, broken.slice(0, 40));
  }
});

t.test('addresses', async t => {
  t.same(parseAddress('"A" <sip:user@Example.COM:5060;x=y>;tag=1'), { user: 'user', host: 'example.com' });
  t.same(parseAddress('sip:example.com'), { user: '', host: 'example.com' });
  t.equal(parseAddress('tel:+82'), undefined);
  t.equal(parseAddress(undefined), undefined);
});
