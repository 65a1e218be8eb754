import { WebRtcPeer } from '../../../test/support/webrtc-peer.js';
import type { MediaServer } from '../port.js';
import type { Suite } from './suite.js';

const garbage: readonly [string, string][] = [
  ['no SDP', 'hello'],
  ['an empty text', ''],
  ['no media', 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n'],
  [
    'a host name as address',
    'v=0\r\no=- 1 1 IN IP4 a.example\r\ns=-\r\nc=IN IP4 a.example\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n',
  ],
  ['a port beyond all ports', 'v=0\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 70000 RTP/AVP 0\r\n'],
  ['megabytes', `v=0\r\n${'a=x:y\r\n'.repeat(200_000)}`],
  ['thousands of lines', `v=0\r\n${'a=x\r\n'.repeat(5000)}`],
];

const opusOnly = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 4000 RTP/AVP 96',
  'a=rtpmap:96 opus/48000/2',
  '',
].join('\r\n');

const candidates = /^a=candidate.*\r\n/m;
const aCandidate = 'a=candidate:1 1 UDP 1 127.0.0.1 9 typ host\r\n';

const kindsOf = (server: MediaServer) =>
  server.capabilities.has('webrtc') ? (['rtp', 'webrtc'] as const) : (['rtp'] as const);

/** SDP that lies or is none: a named error, no endpoint left behind, and the server goes on. */
export function badSdp({ test }: Suite): void {
  test('no common codec is refused by name', [], async (t, server) => {
    await t.rejects(server.createEndpoint({ kind: 'rtp', remoteSdp: opusOnly }), { code: 'no_common_codec' });
    const endpoint = await server.createEndpoint({ kind: 'rtp' });
    await t.rejects(endpoint.accept(opusOnly), { code: 'no_common_codec' });
    await endpoint.destroy();
  });

  test('no common codec of a browser is refused by name', ['webrtc'], async (t, server) => {
    const browser = WebRtcPeer.offering();
    const mangled = browser.sdp.replaceAll('PCMU/8000', 'iLBC/8000').replaceAll('PCMA/8000', 'G722/8000');
    const remoteSdp = mangled
      .replace(' 0 8 ', ' 96 9 ')
      .replace('rtpmap:0', 'rtpmap:96')
      .replace('rtpmap:8', 'rtpmap:9');
    await t.rejects(server.createEndpoint({ kind: 'webrtc', remoteSdp }), { code: 'no_common_codec' });
    browser.close();
  });

  for (const [what, sdp] of garbage) {
    test(`SDP that is ${what} is refused by name`, [], async (t, server) => {
      for (const kind of kindsOf(server)) {
        await t.rejects(server.createEndpoint({ kind, remoteSdp: sdp }), { code: 'bad_sdp' });
        const endpoint = await server.createEndpoint({ kind });
        await t.rejects(endpoint.accept(sdp), { code: 'bad_sdp' });
        await endpoint.destroy();
      }
      t.ok(server.healthy());
    });
  }

  test('WebRTC parameters that lie are refused by name', ['webrtc'], async (t, server) => {
    const browser = WebRtcPeer.offering();
    const lies: [string, string][] = [
      ['no fingerprint', browser.sdp.replace(/^a=fingerprint.*\r\n/m, '')],
      [
        'a short fingerprint',
        browser.sdp.replace(/^a=fingerprint.*\r\n/m, 'a=fingerprint:sha-256 AA:BB\r\n'),
      ],
      ['no ICE password', browser.sdp.replace(/^a=ice-pwd.*\r\n/m, '')],
      ['no setup', browser.sdp.replace(/^a=setup.*\r\n/m, '')],
      ['no rtcp-mux', browser.sdp.replace(/^a=rtcp-mux\r\n/m, '')],
      ['plain RTP', browser.sdp.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP')],
      ['an odd mid', browser.sdp.replace(/^a=mid:.*\r\n/m, `a=mid:${'x'.repeat(500)}\r\n`)],
      ['hundreds of candidates', browser.sdp.replace(candidates, aCandidate.repeat(900))],
      ['thousands of candidates', browser.sdp.replace(candidates, aCandidate.repeat(5000))],
    ];
    for (const [what, sdp] of lies) {
      await t.rejects(server.createEndpoint({ kind: 'webrtc', remoteSdp: sdp }), { code: 'bad_sdp' }, what);
    }
    browser.close();
  });
}
