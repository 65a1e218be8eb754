import t from 'tap';
import { ownOffer, readOffer, reanswer } from './negotiation.js';

const phone = (direction: string, events = true) =>
  [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    'm=audio 4000 RTP/AVP 0 101',
    ...(events ? ['a=rtpmap:101 telephone-event/8000'] : []),
    `a=${direction}`,
    'a=ptime:20',
    '',
  ].join('\r\n');

const browser = (setup: string, ufrag = 'abcd') =>
  [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'm=audio 4000 UDP/TLS/RTP/SAVPF 0',
    'c=IN IP4 127.0.0.1',
    'a=rtcp-mux',
    `a=ice-ufrag:${ufrag}`,
    'a=ice-pwd:0123456789abcdef01234567',
    `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
    `a=setup:${setup}`,
    'a=sendrecv',
    '',
  ].join('\r\n');

t.test('a hold is read, and answered as RFC 3264 6.1 asks', async t => {
  for (const [offered, answer, holds] of [
    ['sendrecv', 'sendrecv', false],
    ['sendonly', 'recvonly', true],
    ['recvonly', 'sendonly', false],
    ['inactive', 'inactive', true],
  ] as const) {
    const negotiated = readOffer('rtp', phone(offered), undefined);
    t.match(negotiated, { answer, holds }, offered);
    t.match(reanswer(phone('sendrecv'), negotiated), new RegExp(`a=${answer}\\r\\n$`));
    t.equal(reanswer(phone('sendrecv'), negotiated).match(/^a=(send|recv|inact)/gm)?.length, 1);
    t.notMatch(reanswer(phone('sendrecv'), negotiated), /\n\r?\n/, 'no empty line, which Chromium refuses');
  }
  t.equal(readOffer('rtp', phone('sendrecv', false), undefined).events, false);
});

t.test('another ICE session is another peer', async t => {
  const first = readOffer('webrtc', browser('actpass'), browser('active'));
  const again = readOffer('webrtc', browser('actpass'), undefined);
  t.equal(first.association, again.association);
  t.not(first.association, readOffer('webrtc', browser('actpass', 'efgh'), undefined).association);
});

t.test('the DTLS role stays what it was', async t => {
  const answered = readOffer('webrtc', browser('actpass'), browser('active'));
  t.equal(answered.role, 'active', 'ours, by our answer');
  t.match(reanswer(browser('actpass'), answered), /^a=setup:active\r$/m);
  t.equal(
    readOffer('webrtc', browser('active'), browser('actpass')).role,
    'passive',
    'ours, by the peer’s answer',
  );
});

t.test('an offer says that it is DTLS', async t => {
  t.equal(ownOffer('m=audio 4000 RTP/SAVPF 0 8'), 'm=audio 4000 UDP/TLS/RTP/SAVPF 0 8');
  t.equal(ownOffer('m=audio 4000 RTP/AVP 0 8'), 'm=audio 4000 RTP/AVP 0 8');
});
