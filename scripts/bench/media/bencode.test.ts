import t from 'tap';
import { decode, encode } from './bencode.js';

t.test('what is written is read again', async t => {
  const value = { command: 'offer', flags: ['a', 'ö'], sdp: 'v=0\r\n', n: -3, deep: { list: [[], {}] } };
  t.same(decode(Buffer.from(encode(value))), value);
  t.equal(encode({ b: 1, a: 'é' }), 'd1:a2:é1:bi1ee', 'keys sorted, lengths in bytes');
});

t.test('what is cut off is refused', async t => {
  for (const text of ['', 'd1:a', 'i12', '5:abc', 'l1:a', 'x'])
    t.throws(() => decode(Buffer.from(text)), Error, text);
});
