import t from 'tap';
import { iceServersFor } from './ice-servers.js';

t.test('a TURN server with a shared secret gets a credential for each softphone', async t => {
  const now = Date.UTC(2026, 0, 1);
  const settings = [
    { urls: 'stun:turn.example:3478' },
    { urls: 'turn:turn.example:3478', secret: 'a-secret-of-the-two' },
    { urls: 'turn:other.example', username: 'fixed', credential: 'word' },
  ];
  const servers = iceServersFor(settings, 'anna', now);
  t.same(servers, [
    { urls: 'stun:turn.example:3478' },
    {
      urls: 'turn:turn.example:3478',
      username: '1767312000:anna',
      // openssl: printf 1767312000:anna | openssl dgst -sha1 -hmac a-secret-of-the-two -binary | base64
      credential: 'iqf79zCyhRfGhq7HWRHx5/SzZ4o=',
    },
    { urls: 'turn:other.example', username: 'fixed', credential: 'word' },
  ]);
  t.notMatch(JSON.stringify(servers), /a-secret-of-the-two/);
  t.not(iceServersFor(settings, 'ben', now)[1]?.credential, servers[1]?.credential);
});
