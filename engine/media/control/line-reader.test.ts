import t from 'tap';
import { LineReader } from './line-reader.js';
import { isProof, proofOf } from './login.js';
import { Params } from './params.js';

t.test('lines are whole whatever the pieces, also within a character', async t => {
  const text = 'one\n\n둘 two\nrest';
  const bytes = Buffer.from(text);
  for (let size = 1; size < bytes.length; size++) {
    const reader = new LineReader(100);
    const lines: string[] = [];
    for (let at = 0; at < bytes.length; at += size) lines.push(...reader.feed(bytes.subarray(at, at + size)));
    t.same(lines, ['one', '', '둘 two']);
  }
});

t.test('a line that outgrows its limit is an error, ended or not', async t => {
  t.throws(() => [...new LineReader(4).feed(Buffer.from('12345'))], RangeError);
  t.throws(() => [...new LineReader(4).feed(Buffer.from('12345\n'))], RangeError);
  const reader = new LineReader(4);
  t.same([...reader.feed(Buffer.from('123'))], []);
  t.throws(() => [...reader.feed(Buffer.from('45'))], RangeError);
});

t.test('a proof fits one secret, nonce and owner', async t => {
  const proof = proofOf('secret', 'nonce', 'owner');
  t.ok(isProof(proof, 'secret', 'nonce', 'owner'));
  t.notOk(isProof(proof, 'secret', 'nonce2', 'owner'));
  t.notOk(isProof(proof, 'secret', 'nonce', 'other'));
  t.notOk(isProof(proof, 'secret2', 'nonce', 'owner'));
  t.notOk(isProof('', 'secret', 'nonce', 'owner'));
});

t.test('parameters are refused by name', async t => {
  const params = new Params({
    text: 'x',
    number: 1.5,
    long: 'y'.repeat(100),
    nothing: null,
    keys: '1a',
    sdp: 'z'.repeat(70_000),
  });
  t.equal(params.text('text', 5), 'x');
  t.equal(params.optionalText('nothing', 5), undefined);
  t.equal(params.keys('keys'), '1A');
  t.equal(params.number('absent', 7, 1, 10), 7);
  t.throws(() => params.text('absent', 5), { code: 'bad_request', message: /absent is missing/ });
  t.throws(() => params.text('number', 5), { message: /number is no text/ });
  t.throws(() => params.text('long', 5), { message: /long is longer/ });
  t.throws(() => params.number('number', 1, 1, 10), { message: /number/ });
  t.throws(() => params.oneOf('text', ['a', 'b']), { message: /a, b/ });
  t.throws(() => params.object('text'), { code: 'bad_request' });
  t.throws(() => params.sdp('sdp'), { code: 'bad_sdp' });
  t.throws(() => new Params([1]), { code: 'bad_request' });
});
