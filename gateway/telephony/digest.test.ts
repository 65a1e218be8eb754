import { createHash } from 'node:crypto';
import t from 'tap';
import { challenge, ha1, Nonces, parseAuthorization, proves } from './digest.js';

const header = (changes: Record<string, string> = {}) =>
  `Digest ${Object.entries({
    username: '"Mufasa"',
    realm: '"http-auth@example.org"',
    nonce: '"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"',
    uri: '"sip:example.org"',
    response: '"0123456789abcdef0123456789abcdef"',
    algorithm: 'MD5',
    cnonce: '"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"',
    nc: '00000001',
    qop: 'auth',
    ...changes,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')}`;

t.test('the example of RFC 7616 3.9.1, with MD5', async t => {
  const secret = ha1('Mufasa', 'http-auth@example.org', 'Circle of Life');
  const digest = parseAuthorization(
    header({ uri: '"/dir/index.html"', response: '"8ca523f5e9506fed4657c9700eebdbec"' }),
  );
  t.ok(digest);
  t.ok(proves(digest!, 'GET', secret));
  t.notOk(proves(digest!, 'POST', secret));
  t.notOk(proves(digest!, 'GET', createHash('md5').update('').digest('hex')));
  t.match(
    challenge('a.example', 'n', true),
    /^Digest realm="a.example", nonce="n", .*qop="auth", stale=true$/,
  );
});

t.test('what is not a whole digest is no digest', async t => {
  t.ok(parseAuthorization(header()));
  t.equal(parseAuthorization(header({ username: '"a\\"b"' }))?.username, 'a"b');
  for (const broken of [
    '',
    'Basic abc',
    'Digest',
    'Digest ',
    header({ qop: 'auth-int' }),
    header({ algorithm: 'SHA-256' }),
    header({ response: '"short"' }),
    header({ nc: '1' }),
    header({ cnonce: '""' }),
    header({ username: '"open' }),
    `${header()}, realm="twice"`,
    `${header()}, ${header()}`,
    header({ cnonce: `"${'x'.repeat(4000)}"` }),
  ]) {
    t.equal(parseAuthorization(broken), undefined, broken.slice(0, 40));
  }
});

t.test('a nonce is good for its address, its time, and each count once', async t => {
  let now = 1_000_000;
  const nonces = new Nonces(Buffer.from('secret'), () => now);
  const nonce = nonces.issue('10.0.0.1');
  t.not(nonce, nonces.issue('10.0.0.1'));
  t.equal(nonces.use(nonce, 1, '10.0.0.2'), 'foreign');
  t.equal(nonces.use(`${nonce.slice(0, -2)}AA`, 1, '10.0.0.1'), 'foreign');
  t.equal(nonces.use('', 1, '10.0.0.1'), 'foreign');
  t.equal(new Nonces(Buffer.from('other'), () => now).use(nonce, 1, '10.0.0.1'), 'foreign');
  t.equal(new Nonces(Buffer.from('secret'), () => now).use(nonce, 1, '10.0.0.1'), 'fresh', 'another gateway');
  t.equal(nonces.use(nonce, 0, '10.0.0.1'), 'stale');
  t.equal(nonces.use(nonce, 1, '10.0.0.1'), 'fresh');
  t.equal(nonces.use(nonce, 1, '10.0.0.1'), 'stale', 'a replay');
  t.equal(nonces.use(nonce, 3, '10.0.0.1'), 'fresh');
  t.equal(nonces.use(nonce, 2, '10.0.0.1'), 'stale');
  now += 120_001;
  t.equal(nonces.use(nonce, 4, '10.0.0.1'), 'stale', 'too old');
});
