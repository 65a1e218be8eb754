/** What is a message, what is wrong with one, and what the application gets of it. */
import { test } from 'tap';
import { defaultMessageLimits } from './limits.js';
import { SipRequest, type SipResponse } from './message.js';
import { parseMessage } from './parser.js';
import { isAnswerable, isSaneResponse, problemOf } from './sanity.js';
import { stampedVia } from './via.js';

const parse = (text: string) => parseMessage(text, defaultMessageLimits);
const crlf = (text: string): string => text.replaceAll('\n', '\r\n');

const plain = crlf(`INVITE sip:b@example.com SIP/2.0
Via: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1
Max-Forwards: 70
From: "A" <sip:a@example.com>;tag=1
To: <sip:b@example.com>
Call-ID: c@example.com
CSeq: 7 INVITE
Contact: <sip:a@192.0.2.1:5070>
Content-Type: text/plain
Content-Length: 4

body`);

function request(text: string): SipRequest {
  const message = parse(text);
  if (!(message instanceof SipRequest)) throw new Error('no request');
  return message;
}

/** The plain request with a line put in the place of another. */
const withLine = (name: string, line: string): string =>
  plain
    .split('\r\n')
    .map(old => (old.startsWith(`${name}:`) ? line : old))
    .join('\r\n');

test('a request is read and passed on as it came', t => {
  const message = request(plain);
  t.equal(message.method, 'INVITE');
  t.equal(message.uri, 'sip:b@example.com');
  t.equal(message.callId, 'c@example.com');
  t.same(message.cseq, { number: 7, method: 'INVITE' });
  t.equal(message.fromTag, '1');
  t.equal(message.toTag, undefined);
  t.equal(message.body, 'body');
  t.equal(problemOf(message), undefined);
  t.equal(message.delivered(), plain);
  t.end();
});

test('tolerated: line ends first, folding, compact forms, odd case and space, bytes behind the body', t => {
  // After the manner of RFC 4475 section 3.1.1.1.
  const message = request(
    crlf(`

INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 4
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239

bodytoo much`),
  );
  t.equal(message.problem, undefined);
  t.equal(message.via?.host, '192.0.2.2');
  t.equal(message.via?.transport, 'UDP');
  t.equal(message.via?.branch, '390skdjuw');
  t.equal(message.toTag, '1918181833n');
  t.equal(message.fromTag, '98asjd8');
  t.same(message.cseq, { number: 9, method: 'INVITE' });
  t.equal(message.first('subject'), '');
  t.equal(message.first('newfangledheader'), 'newfangled value continued newfangled value');
  t.equal(message.all('via').length, 2);
  t.equal(message.body, 'body');
  t.ok(message.delivered().startsWith('INVITE '));
  t.ok(message.delivered().endsWith('\r\n\r\nbody'));
  t.end();
});

test('what is refused, and what is not', t => {
  const cases: [string, string, number][] = [
    ['version', plain.replace('SIP/2.0\r\nVia', 'SIP/7.0\r\nVia'), 505],
    ['URI in brackets', plain.replace('sip:b@example.com SIP', '<sip:b@example.com> SIP'), 400],
    ['space in the URI', plain.replace('sip:b@example.com SIP', 'sip:b@example.com; lr SIP'), 400],
    ['scheme', plain.replace('sip:b@example.com SIP', 'nobodyKnows:this SIP'), 416],
    ['CSeq too large', withLine('CSeq', 'CSeq: 2147483648 INVITE'), 400],
    ['CSeq of another method', withLine('CSeq', 'CSeq: 7 OPTIONS'), 400],
    ['no number in CSeq', withLine('CSeq', 'CSeq: x INVITE'), 400],
    ['body too short', plain.slice(0, -1), 400],
    ['negative length', withLine('Content-Length', 'Content-Length: -4'), 400],
    ['two lengths', withLine('Content-Type', 'Content-Length: 3'), 400],
    ['two From', withLine('Content-Type', 'From: <sip:x@y>;tag=2'), 400],
    ['open quote', withLine('From', 'From: "A <sip:a@example.com>;tag=1'), 400],
    ['From without scheme', withLine('From', 'From: nobody;tag=1'), 400],
    ['Contact star in INVITE', withLine('Contact', 'Contact: *'), 400],
    ['no colon', withLine('Content-Type', 'Content-Type text'), 400],
    ['lone line feed', plain.replace('Max-Forwards: 70\r\n', 'Max-Forwards: 70\n'), 400],
    ['lone carriage return', withLine('Max-Forwards', 'Max-Forwards: 7\r0'), 400],
    ['NUL', withLine('Content-Type', 'Content-Type: a\0b'), 400],
    ['no empty line', plain.slice(0, plain.indexOf('\r\n\r\n') + 2), 400],
    ['hops beyond a byte', withLine('Max-Forwards', 'Max-Forwards: 300'), 400],
    ['too many fields', plain.replace('Max-Forwards', `${'X: y\r\n'.repeat(300)}Max-Forwards`), 513],
    ['field too long', withLine('Content-Type', `Content-Type: ${'x'.repeat(9_000)}`), 400],
    ['no Max-Forwards number', withLine('Max-Forwards', 'Max-Forwards: x'), 400],
    ['no From', withLine('From', 'X-From: none'), 400],
    ['no To', withLine('To', 'X-To: none'), 400],
    ['no Call-ID', withLine('Call-ID', 'X-Call-ID: none'), 400],
    ['no CSeq', withLine('CSeq', 'X-CSeq: none'), 400],
    ['an empty From', withLine('From', 'From:'), 400],
    ['an empty Call-ID', withLine('Call-ID', 'Call-ID: '), 400],
    ['an empty CSeq', withLine('CSeq', 'CSeq:'), 400],
    ['an empty Contact', withLine('Contact', 'Contact:'), 400],
    ['two To', withLine('Content-Type', 't: <sip:x@y>'), 400],
    ['two Call-ID', withLine('Content-Type', 'i: c@example.com'), 400],
    ['two CSeq', withLine('Content-Type', 'CSeq: 7 INVITE'), 400],
    ['two Max-Forwards', withLine('Content-Type', 'Max-Forwards: 70'), 400],
    ['two equal lengths', withLine('Content-Type', 'l: 4'), 400],
    ['a length with a sign', withLine('Content-Length', 'Content-Length: +4'), 400],
    ['a length beyond a number', withLine('Content-Length', `Content-Length: ${'9'.repeat(30)}`), 400],
    ['an empty length', withLine('Content-Length', 'Content-Length:'), 400],
    ['a body longer than its length', `${plain}more`, 0],
    ['the largest CSeq', withLine('CSeq', 'CSeq: 2147483647 INVITE'), 0],
    ['CSeq with zeros before', withLine('CSeq', 'CSeq: 0000000007 INVITE'), 0],
    ['CSeq beyond 32 bits', withLine('CSeq', 'CSeq: 4294967303 INVITE'), 400],
    ['CSeq beyond a double', withLine('CSeq', `CSeq: ${'9'.repeat(400)} INVITE`), 400],
    ['a negative CSeq', withLine('CSeq', 'CSeq: -7 INVITE'), 400],
    ['CSeq of the method in another case', withLine('CSeq', 'CSeq: 7 invite'), 400],
    ['no hops left, for the proxy to judge', withLine('Max-Forwards', 'Max-Forwards: 0'), 0],
    ['hops with zeros before', withLine('Max-Forwards', 'Max-Forwards: 0068'), 0],
    ['256 hops', withLine('Max-Forwards', 'Max-Forwards: 256'), 400],
    ['Expires beyond 32 bits', withLine('Content-Type', 'Expires: 99999999999'), 0],
    ['port beyond 65535', plain.replace('sip:b@example.com SIP', 'sip:b@example.com:65536 SIP'), 400],
    ['port of six digits', plain.replace('sip:b@example.com SIP', 'sip:b@example.com:005060 SIP'), 400],
    ['headers in the Request-URI', plain.replace('sip:b@example.com SIP', 'sip:b@h?Route=x SIP'), 400],
    ['a question mark in the user', plain.replace('sip:b@example.com SIP', 'sip:b?c@h SIP'), 0],
    ['a Date of another zone', withLine('Content-Type', 'Date: Fri, 01 Jan 2010 16:00:00 EST'), 400],
    ['a Date', withLine('Content-Type', 'Date: Fri, 01 Jan 2010 16:00:00 GMT'), 0],
    ['an empty parameter in Via', plain.replace(';branch', ';;branch'), 400],
    ['an empty parameter in From', plain.replace(';tag', '; ;tag'), 400],
    ['semicolons in quotes', plain.replace(';tag=1', ';x=";;";tag=1'), 0],
    ['a semicolon at the end', plain.replace('5070>', '5070>;'), 0],
    ['spaces in the brackets', withLine('To', 'To: < sip:b@example.com >'), 400],
    ['a comma outside quotes', withLine('From', 'From: A, B <sip:a@example.com>;tag=1'), 400],
    ['a comma in quotes', withLine('From', 'From: "A, B" <sip:a@example.com>;tag=1'), 0],
    ['an escaped quote', withLine('From', 'From: "A \\" <B>" <sip:a@example.com>;tag=1'), 0],
    ['two From in a list', withLine('From', 'From: <sip:a@b>;tag=1, <sip:c@d>;tag=2'), 400],
    ['a NUL escaped in quotes', withLine('From', 'From: "A\\\0" <sip:a@example.com>;tag=1'), 0],
    ['a NUL in quotes', withLine('From', 'From: "A\0" <sip:a@example.com>;tag=1'), 400],
    ['a NUL escaped outside quotes', withLine('Content-Type', 'Content-Type: a\\\0b'), 400],
    ['a NUL behind a quote left open', withLine('Content-Type', 'Subject: "a\r\nX: \\\0"'), 400],
    ['a percent sign in a name', withLine('Content-Type', 'C%6Fntact: nonsense'), 0],
    ['a name with a space', withLine('Content-Type', 'Content Type: text/plain'), 400],
    ['no name', withLine('Content-Type', ': text/plain'), 400],
    ['bytes beyond ASCII in a name', withLine('Content-Type', 'X-\xe9: y'), 400],
    ['a folded first line', plain.replace('\r\nVia', '\r\n folded: x\r\nVia'), 400],
    // A bar in what makes a dialog id would cut the first line of a control frame in other places.
    ['bar in Call-ID', withLine('Call-ID', 'Call-ID: a;from-tag=1|b'), 400],
    ['space in Call-ID', withLine('Call-ID', 'Call-ID: a b'), 400],
    ['bar in a tag', withLine('From', 'From: <sip:a@example.com>;tag=1|2'), 400],
    ['bar in the To tag', withLine('To', 'To: <sip:b@example.com>;tag=1|2'), 400],
  ];
  for (const [name, text, status] of cases) t.equal(problemOf(request(text))?.status ?? 0, status, name);
  t.end();
});

test('ignored: what cannot be answered or matched', t => {
  t.equal(parse('hello'), undefined);
  t.equal(parse('\r\n\r\n'), undefined);
  t.equal(parse(plain.replace(' SIP/2.0\r\nVia', '\r\nVia')), undefined);
  t.equal(parse('SIP/2.0 99 Too Small\r\n\r\n'), undefined);
  t.notOk(isAnswerable(request(withLine('Via', 'X-Via: none'))));
  t.notOk(isAnswerable(request(withLine('Via', 'Via: SIP/2.0/UDP'))));
  t.ok(isAnswerable(request(withLine('Call-ID', 'X-Call-ID: none'))), 'refused with what there is');
  const answer = (line: string) => parse(plain.replace(/^INVITE [^\r]*/, line)) as SipResponse;
  t.ok(isSaneResponse(answer('SIP/2.0 200 OK')));
  t.ok(isSaneResponse(answer('SIP/2.0 200 ')));
  t.ok(isSaneResponse(answer('SIP/2.0 200')));
  t.equal(parse('SIP/2.0 4294967396 OK\r\n\r\n'), undefined);
  t.notOk(isSaneResponse(parse('SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\n\r\n') as SipResponse));
  t.notOk(
    isSaneResponse(
      parse(
        withLine('To', 'To: <sip:b@example.com>;tag=1|2').replace(/^INVITE [^\r]*/, 'SIP/2.0 200 OK'),
      ) as SipResponse,
    ),
  );
  t.notOk(
    isSaneResponse(parse(plain.slice(0, -1).replace(/^INVITE [^\r]*/, 'SIP/2.0 200 OK')) as SipResponse),
  );
  t.end();
});

test('the Via says where a message came from; the rest of the message stays as it is', t => {
  const stamp = (value: string) => {
    const message = request(withLine('Via', `Via: ${value}`));
    if (message.via === undefined) throw new Error('no Via');
    return stampedVia(value, message.via, '203.0.113.9', 4_000);
  };
  t.equal(
    stamp('SIP/2.0/UDP 203.0.113.9:5070;branch=z9hG4bK1'),
    'SIP/2.0/UDP 203.0.113.9:5070;branch=z9hG4bK1',
  );
  t.equal(
    stamp('SIP/2.0/UDP a.example;rport;branch=z9hG4bK1'),
    'SIP/2.0/UDP a.example;rport=4000;branch=z9hG4bK1;received=203.0.113.9',
  );
  t.equal(
    stamp('SIP/2.0/UDP a.example;received=6.6.6.6;branch=z9hG4bK1, SIP/2.0/UDP b.example;rport'),
    'SIP/2.0/UDP a.example;branch=z9hG4bK1;received=203.0.113.9, SIP/2.0/UDP b.example;rport',
  );
  t.end();
});

test('what the application gets: no forged mark, a length where there is a body', t => {
  const forged = request(
    plain.replace('Max-Forwards', 'X-RINGBRIDGE-flow: closed\r\n folded\r\nMax-Forwards'),
  );
  t.equal(forged.delivered(), plain);
  const bare = request(withLine('Content-Length', 'X-Other: 1'));
  t.match(bare.delivered(), /\r\nContent-Length: 4\r\n\r\nbody$/);
  t.end();
});

test('what is not for the application to find behind a name', t => {
  // drachtio-srf unescapes names: each of these would become the mark that only the server may write.
  for (const name of ['%58-Ringbridge-Flow', 'x%2dringbridge-flow', '%u0058-Ringbridge-%46low']) {
    const text = plain.replace('Max-Forwards', `${name}: closed\r\nMax-Forwards`);
    t.equal(problemOf(request(text)), undefined);
    t.equal(request(text).delivered(), plain, name);
  }
  t.end();
});

test('the version in any case, written as everybody writes it', t => {
  t.equal(request(plain.replace('SIP/2.0\r\nVia', 'sip/2.0\r\nVia')).delivered(), plain);
  const answer = plain.replace(/^INVITE [^\r]*/, 'Sip/2.0 200 OK sip/2.0');
  t.match((parse(answer) as SipResponse).delivered(), /^SIP\/2\.0 200 OK sip\/2\.0\r\n/);
  t.end();
});

test('values in lists, over lines, in any spelling', t => {
  const folded = request(withLine('Contact', 'm:\r\n\t<sip:a@b>\r\n ,\r\n "x, y" <sip:c,d@e>;q=1'));
  t.equal(problemOf(folded), undefined);
  t.equal(folded.first('contact'), '<sip:a@b> , "x, y" <sip:c,d@e>;q=1');
  t.equal(folded.delivered(), withLine('Contact', 'm:\r\n\t<sip:a@b>\r\n ,\r\n "x, y" <sip:c,d@e>;q=1'));
  const spaced = request(withLine('CSeq', 'cSeQ \t :\t 7 \t INVITE  '));
  t.same(spaced.cseq, { number: 7, method: 'INVITE' });
  const bare = request(withLine('Content-Type', 'Subject:\r\n \r\n\t'));
  t.equal(bare.first('subject'), '', 'an empty value is a value');
  t.end();
});

test('bytes pass untouched', t => {
  const body = Buffer.from([0, 255, 13, 10, 13, 10, 128]).toString('latin1');
  const name = Buffer.from('홍길동', 'utf8').toString('latin1');
  const text = withLine('From', `From: "${name}" <sip:a@example.com>;tag=1`).replace(
    'Content-Length: 4',
    'Content-Length: 7',
  );
  const message = request(text.replace(/body$/, body));
  t.equal(problemOf(message), undefined);
  t.equal(message.body, body);
  t.equal(Buffer.from(message.delivered(), 'latin1').toString('utf8').includes('"홍길동"'), true);
  t.end();
});

test('hostile input is read to its end, and found to be what it is', t => {
  const long = 65_000;
  const cases: [string, number | undefined][] = [
    [' '.repeat(long), undefined],
    [`INVITE ${'a'.repeat(long)}`, undefined],
    [plain.replace('"A"', `"${'\\'.repeat(7_000)}`), 400],
    [plain.replace('example.com>;tag', `example.com>${';a=b'.repeat(2_000)};tag`), 0],
    [plain.replace('CSeq: 7', `CSeq: 7${' \r\n '.repeat(2_000)}`), 0],
    [plain.replace(';branch', `;rport${' '.repeat(8_000)}x;branch`), 0],
    [plain.replace('Contact: ', `Contact: ${'"'.repeat(7_001)}`), 400],
    [plain.replace('Contact: ', `Contact: ${'sip:a@b,'.repeat(900)}`), 0],
    [`INVITE sip:a SIP/2.0\r\n${'x\r\n'.repeat(20_000)}`, 400],
    [`INVITE sip:a SIP/2.0\r\n${'x: \r\n '.repeat(10_000)}`, 400],
    [`INVITE sip:a SIP/2.0\r\n${'\rx'.repeat(30_000)}`, 400],
    [`INVITE sip:a SIP/2.0\r\nX: ${' \t'.repeat(30_000)}\r\n\r\n`, 400],
  ];
  for (const [text, status] of cases) {
    const message = parse(text);
    if (message === undefined) t.equal(status, undefined);
    else t.equal(message instanceof SipRequest ? (problemOf(message)?.status ?? 0) : undefined, status);
  }
  t.end();
});
