import t from 'tap';
import { readPeerSdp } from './peer-sdp.js';

const sdp = (...lines: string[]) =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...lines, ''].join('\r\n');
const phone = sdp('m=audio 4000 RTP/AVP 8 0 101', 'a=rtpmap:101 telephone-event/8000', 'a=sendonly');
const browserLines = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 0',
  'a=rtpmap:111 opus/48000/2',
  'a=mid:0',
  'a=rtcp-mux',
  'a=setup:actpass',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
];

t.test('what a telephone and a browser say is read', async t => {
  t.same(readPeerSdp('rtp', phone), { direction: 'sendonly', codecs: ['PCMA', 'PCMU'] });
  t.same(readPeerSdp('webrtc', sdp(...browserLines)), { direction: 'sendrecv', codecs: ['PCMU'] });
  t.equal(readPeerSdp('rtp', phone.replace('c=IN IP4 192.0.2.1', 'c=IN IP4 0.0.0.0')).direction, 'inactive');
});

t.test('the audio that is meant for us is found among others', async t => {
  const lines = ['m=video 4002 RTP/AVP 96', 'm=audio 0 RTP/AVP 0', 'm=audio 4004 RTP/AVP 0'];
  t.same(readPeerSdp('rtp', sdp(...lines)).codecs, ['PCMU']);
});

t.test('what cannot be is refused by name', async t => {
  const bad: [string, RegExp][] = [
    ['', /v=0/],
    ['v=0\r\nhello', /line 2/],
    [sdp(), /no live audio/],
    [sdp('m=audio 70000 RTP/AVP 0'), /65535/],
    [sdp('m=audio 4000 RTP/SAVP 0'), /RTP\/SAVP/],
    [phone.replace('c=IN IP4 192.0.2.1', 'c=IN IP4 a.example'), /no IP address/],
    [phone.replace('c=IN IP4 192.0.2.1\r\n', ''), /no c=/],
    [sdp(`a=${'x'.repeat(3000)}`), /2048/],
    [sdp(...Array(2000).fill('a=x')), /1000 lines/],
    ['x'.repeat(70_000), /65536/],
  ];
  for (const [text, message] of bad) t.throws(() => readPeerSdp('rtp', text), { code: 'bad_sdp', message });
  for (const missing of ['rtcp-mux', 'setup', 'ice-ufrag', 'ice-pwd', 'fingerprint']) {
    const lines = browserLines.filter(line => !line.startsWith(`a=${missing}`));
    t.throws(() => readPeerSdp('webrtc', sdp(...lines)), { code: 'bad_sdp' }, missing);
  }
  const candidates = Array(65).fill('a=candidate:1 1 UDP 1 192.0.2.9 9 typ host');
  t.throws(() => readPeerSdp('webrtc', sdp(...browserLines, ...candidates)), { code: 'bad_sdp' });
});

t.test('no codec of ours is another matter', async t => {
  for (const lines of [
    ['m=audio 4000 RTP/AVP 96', 'a=rtpmap:96 opus/48000/2'],
    ['m=audio 4000 RTP/AVP 0', 'a=rtpmap:0 PCMU/16000'],
  ])
    t.throws(() => readPeerSdp('rtp', sdp(...lines)), { code: 'no_common_codec' });
});
