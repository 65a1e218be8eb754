/** What two sides agree on: RFC 4028 section 9 with its table 2, and what is read from the header fields. */
import { test } from 'tap';
import { defaultMessageLimits } from '../../message/limits.js';
import type { SipRequest } from '../../message/message.js';
import { parseMessage } from '../../message/parser.js';
import { agree, isTooShort, parseSessionExpires } from './session-expires.js';

const request = (...lines: string[]): SipRequest =>
  parseMessage(
    [
      'INVITE sip:b@x SIP/2.0',
      'Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1',
      'Max-Forwards: 70',
      'From: <sip:a@x>;tag=1',
      'To: <sip:b@x>',
      'Call-ID: c',
      'CSeq: 1 INVITE',
      ...lines,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
    defaultMessageLimits,
  ) as SipRequest;

const supported = 'Supported: 100rel, timer';

test('reading Session-Expires', async t => {
  t.same(parseSessionExpires('1800'), { seconds: 1800, refresher: undefined });
  t.same(parseSessionExpires(' 90 ; Refresher=UAS;x=1'), { seconds: 90, refresher: 'uas' });
  t.same(parseSessionExpires('90;refresher=me'), { seconds: 90, refresher: undefined });
  for (const value of [undefined, '', '-1', '90s', '1e3', '99999999999', ';refresher=uac']) {
    t.equal(parseSessionExpires(value), undefined, String(value));
  }
});

test('what is too short is refused to those who understand it', async t => {
  t.ok(isTooShort(request(supported, 'Session-Expires: 89')));
  t.ok(isTooShort(request(supported, 'x: 30;refresher=uac')));
  t.notOk(isTooShort(request(supported, 'Session-Expires: 90')));
  t.notOk(isTooShort(request('Session-Expires: 30')));
  t.notOk(isTooShort(request(supported)));
});

test('the agreement', async t => {
  const asked = (seconds: number, refresher?: 'uac' | 'uas') => ({ seconds, refresher });
  const armed = (weRefresh: boolean) => ({ seconds: 600, weRefresh });
  const rows: [string, Parameters<typeof agree>, string | undefined][] = [
    ['nobody asks', [request(supported), undefined, undefined], undefined],
    ['an offer without a refresher', [request(supported, 'x: 900'), undefined, undefined], undefined],
    ['an offer', [request(supported, 'x: 900;refresher=uac'), undefined, undefined], '900 uac require'],
    ['an offer to us', [request(supported, 'x: 900;refresher=uas'), undefined, undefined], '900 uas require'],
    ['a short one that may not be refused', [request('x: 30;refresher=uas'), undefined, undefined], '90 uas'],
    ['we ask, and say nothing of who', [request(supported), asked(900), undefined], '900 uac require'],
    ['we ask to refresh', [request(supported), asked(900, 'uas'), undefined], '900 uas require'],
    ['we ask one that cannot', [request(), asked(900, 'uac'), undefined], '900 uas'],
    ['we ask for too little', [request(supported), asked(20), undefined], '90 uac require'],
    [
      'we ask for less than offered',
      [request(supported, 'x: 900'), asked(300), undefined],
      '300 uac require',
    ],
    ['we ask for more', [request(supported, 'x: 900'), asked(1800), undefined], '900 uac require'],
    [
      'we ask for less than the peer allows',
      [request(supported, 'x: 900', 'Min-SE: 600'), asked(300), undefined],
      '600 uac require',
    ],
    [
      'who refreshes is said by the offer',
      [request(supported, 'x: 900;refresher=uas'), asked(900, 'uac'), undefined],
      '900 uas require',
    ],
    ['we refresh, and the peer says nothing', [request(), undefined, armed(true)], '600 uas'],
    ['the peer refreshed, and asks no more', [request(supported), undefined, armed(false)], undefined],
    ['roles are kept', [request(supported, 'x: 900'), undefined, armed(false)], '900 uac require'],
    ['ours too', [request(supported, 'x: 900'), undefined, armed(true)], '900 uas require'],
  ];
  for (const [what, given, expected] of rows) {
    const found = agree(...given);
    const text = found && `${found.seconds} ${found.refresher}${found.require ? ' require' : ''}`;
    t.equal(text, expected, what);
  }
});
