import t from 'tap';
import { payloadKind } from '../endpoint/format.js';
import { candidateValue, readParameters } from '../webrtc/transport.js';
import { readAudio, readTransport } from './audio.js';
import { answerTo } from './direction.js';
import { chooseCodecs, formatOf, offeredCodecs } from './negotiate.js';
import { parseSdp } from './parse.js';
import { Origin, writeAnswer, writeOffer } from './write.js';

const rtp = ['RTP/AVP', 'RTP/AVPF'];

function lines(...extra: string[]): string {
  return ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...extra, ''].join('\r\n');
}

t.test('what a telephone offers is read', async t => {
  const offer = lines(
    'm=video 4002 RTP/AVP 96',
    'm=audio 4000 RTP/AVP 18 8 0 101',
    'c=IN IP4 192.0.2.7',
    'a=rtpmap:101 telephone-event/8000/1',
    'a=sendonly',
  );
  const audio = readAudio(parseSdp(offer), rtp);
  t.equal(audio.index, 1);
  t.equal(audio.direction, 'sendonly');
  t.same(
    audio.codecs.map(({ payloadType }) => payloadType),
    [8, 0, 101],
  );
  t.same(readTransport(audio.section), { address: '192.0.2.7', port: 4000, hostless: false });
});

t.test('the answer has one law, the digits, and every section in its place', async t => {
  const offer = parseSdp(
    lines('m=video 4002 RTP/AVP 96', 'm=audio 4000 RTP/AVP 8 0 97', 'a=rtpmap:97 telephone-event/8000'),
  );
  const audio = readAudio(offer, rtp);
  const codecs = chooseCodecs(audio);
  t.same(codecs, [
    { payloadType: 0, encoding: 'PCMU' },
    { payloadType: 97, encoding: 'telephone-event' },
  ]);
  const local = {
    address: '192.0.2.9',
    port: 20000,
    protocol: 'RTP/AVP',
    codecs,
    direction: 'sendrecv' as const,
    attributes: [],
  };
  const answer = parseSdp(writeAnswer(new Origin(), local, [], offer, audio.index));
  t.same(
    answer.media.map(({ type, port }) => [type, port]),
    [
      ['video', 0],
      ['audio', 20000],
    ],
  );
  t.equal(readAudio(answer, rtp).codecs.length, 2);
});

t.test('the version grows with each description, the session stays', async t => {
  const origin = new Origin();
  const local = {
    address: '::1',
    port: 2,
    protocol: 'RTP/AVP',
    codecs: offeredCodecs,
    direction: 'sendrecv' as const,
    attributes: [],
  };
  const [first, second] = [writeOffer(origin, local, []), writeOffer(origin, local, [])].map(sdp =>
    sdp.split('\r\n')[1]?.split(' '),
  );
  t.equal(first?.[1], second?.[1]);
  t.equal(Number(second?.[2]), Number(first?.[2]) + 1);
  t.match(writeOffer(origin, local, []), /^c=IN IP6 ::1\r$/m);
});

t.test('a format sends what the peer put first and takes what either side named', async t => {
  const format = formatOf(
    [
      { payloadType: 8, encoding: 'PCMA' },
      { payloadType: 0, encoding: 'PCMU' },
      { payloadType: 126, encoding: 'telephone-event' },
    ],
    offeredCodecs,
  );
  t.equal(format.law, 'PCMA');
  t.equal(format.audioType, 8);
  t.equal(format.eventType, 126);
  t.equal(format.kinds[101], payloadKind.telephoneEvent);
  t.equal(format.kinds[126], payloadKind.telephoneEvent);
  t.equal(format.kinds[96], payloadKind.unknown);
  t.equal(formatOf([{ payloadType: 0, encoding: 'PCMU' }], []).eventType, undefined);
});

t.test('Chromium offers digits at two rates: the one at 8000 Hz is meant', async t => {
  const offer = lines(
    'm=audio 4000 RTP/AVP 111 0 110 126',
    'a=rtpmap:110 telephone-event/48000',
    'a=rtpmap:126 telephone-event/8000',
  );
  t.same(
    readAudio(parseSdp(offer), rtp).codecs.map(({ payloadType }) => payloadType),
    [0, 126],
  );
});

t.test('directions are mirrored', async t => {
  t.same(
    ['sendrecv', 'sendonly', 'recvonly', 'inactive'].map(d => answerTo(d as never)),
    ['sendrecv', 'recvonly', 'sendonly', 'inactive'],
  );
});

t.test('SDP that is none is refused by line and reason', async t => {
  const bad: [string, RegExp][] = [
    ['', /v=0/],
    ['v=0\r\nhello', /line 2/],
    ['v=0\r\nm=audio', /port/],
    ['v=0\r\nm=audio 70000 RTP/AVP 0', /65535/],
    ['v=0\r\nm=audio 4000 RTP/AVP', /formats/],
    ['v=0\r\nm=audio 4000 RTP/AVP <script>', /token/],
    ['v=0\r\nc=IN IP4 $(reboot)', /connection/],
    [`v=0\r\na=${'x'.repeat(3000)}`, /2048/],
    [`v=0\r\n${'m=audio 4000 RTP/AVP 0\r\n'.repeat(20)}`, /16/],
    [`v=0\r\n${'a=x\r\n'.repeat(2000)}`, /1000/],
    ['x'.repeat(70_000), /65536/],
  ];
  for (const [sdp, why] of bad) t.throws(() => parseSdp(sdp), { code: 'bad_sdp', message: why });
});

t.test('audio that is not for us is refused by name', async t => {
  const read =
    (...extra: string[]) =>
    () =>
      readAudio(parseSdp(lines(...extra)), rtp);
  t.throws(read(), { code: 'bad_sdp' });
  t.throws(read('m=audio 0 RTP/AVP 0'), { code: 'bad_sdp' });
  t.throws(read('m=audio 4000 RTP/SAVP 0'), { code: 'bad_sdp', message: /RTP\/SAVP/ });
  t.throws(read('m=audio 4000 RTP/AVP 96', 'a=rtpmap:96 opus/48000/2'), { code: 'no_common_codec' });
  t.throws(read('m=audio 4000 RTP/AVP 0', 'a=rtpmap:0 PCMU/16000'), { code: 'no_common_codec' });
});

t.test('candidates that cannot be used are passed over, and what is kept is rebuilt', async t => {
  const audio = readAudio(
    parseSdp(
      lines(
        'm=audio 9 UDP/TLS/RTP/SAVPF 0',
        'a=rtcp-mux',
        'a=mid:audio',
        'a=setup:actpass',
        'a=ice-ufrag:abcd',
        'a=ice-pwd:abcdefghijklmnopqrstuvwx',
        `a=fingerprint:SHA-256 ${Array(32).fill('ab').join(':')}`,
        'a=candidate:1 1 udp 2113937151 3c5f6c7e-aaaa.local 50000 typ host generation 0',
        'a=candidate:2 1 tcp 1518280447 192.0.2.3 9 typ host tcptype active',
        'a=candidate:3 2 udp 1 192.0.2.3 9 typ host',
        'a=candidate:4 1 udp 99 192.0.2.3 700000 typ host',
        'a=candidate:5 1 UDP 1677729535 192.0.2.3 50001 typ srflx raddr 10.0.0.1 rport 7 ufrag x',
        'a=candidate:',
      ),
    ),
    ['UDP/TLS/RTP/SAVPF'],
  );
  const parameters = readParameters(audio);
  t.equal(parameters.mid, 'audio');
  t.equal(parameters.fingerprint.algorithm, 'sha-256');
  t.same(parameters.candidates.map(candidateValue), [
    'candidate:5 1 UDP 1677729535 192.0.2.3 50001 typ srflx raddr 0.0.0.0 rport 0',
  ]);
});
