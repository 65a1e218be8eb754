import { createHash } from 'node:crypto';
import t from 'tap';
import { Challenge } from './challenge.js';

const subscriber = { realm: 'demo', username: 'gateway', password: 'correct horse' };
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const nonceOf = (header: string) => /nonce="([^"]+)"/.exec(header)![1]!;

/** What a client answers, by RFC 7616 3.4.1. */
function answer(nonce: string, { username, realm, password } = subscriber, method = 'INVITE'): string {
  const uri = 'sip:+821055500100@127.0.0.1';
  const response = md5(
    `${md5(`${username}:${realm}:${password}`)}:${nonce}:00000001:abc:auth:${md5(`${method}:${uri}`)}`,
  );
  return `Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=MD5, cnonce="abc", qop=auth, nc=00000001`;
}

t.test('the right password is accepted, once', async t => {
  const challenge = new Challenge(subscriber);
  const header = challenge.header(undefined, 'INVITE');
  t.match(header, 'realm="demo"');
  t.notMatch(header, 'stale');
  const given = answer(nonceOf(header));
  t.equal(challenge.accepts(given, 'INVITE'), true);
  t.equal(challenge.accepts(given, 'INVITE'), false, 'the same answer again');
  t.match(challenge.header(given, 'INVITE'), 'stale=true');
});

t.test('everything else is refused', async t => {
  const challenge = new Challenge(subscriber);
  const nonce = () => nonceOf(challenge.header(undefined, 'INVITE'));
  t.equal(challenge.accepts(undefined, 'INVITE'), false);
  t.equal(challenge.accepts('Basic abc', 'INVITE'), false);
  t.equal(challenge.accepts('Digest nonsense', 'INVITE'), false);
  t.equal(challenge.accepts(answer('made-up'), 'INVITE'), false, 'a nonce that is not ours');
  t.equal(challenge.accepts(answer(nonce(), { ...subscriber, password: 'wrong' }), 'INVITE'), false);
  t.equal(challenge.accepts(answer(nonce(), { ...subscriber, username: 'other' }), 'INVITE'), false);
  t.equal(challenge.accepts(answer(nonce(), undefined, 'BYE'), 'INVITE'), false, 'for another method');
  t.equal(challenge.accepts(`${answer(nonce())}${' '.repeat(4000)}`, 'INVITE'), false, 'too long');
  const wrong = answer('made-up', { ...subscriber, password: 'wrong' });
  t.notMatch(challenge.header(wrong, 'INVITE'), 'stale', 'who does not know the password is not told more');
});

t.test('a nonce does not live for ever', async t => {
  let now = 0;
  const challenge = new Challenge(subscriber, () => now);
  const nonce = nonceOf(challenge.header(undefined, 'INVITE'));
  now = 60_001;
  t.equal(challenge.accepts(answer(nonce), 'INVITE'), false);
});

t.test('collecting nonces pushes out the oldest', async t => {
  const challenge = new Challenge(subscriber);
  const first = nonceOf(challenge.header(undefined, 'INVITE'));
  for (let i = 0; i < 10_000; i++) challenge.header(undefined, 'INVITE');
  t.equal(challenge.accepts(answer(first), 'INVITE'), false);
});
