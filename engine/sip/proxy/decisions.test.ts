/** What the proxy decides by looking at a message: the best response, redirections, refusals, Route, tokens. */
import { test } from 'tap';
import { type Answer, madeUpAnswer, receivedAnswer } from '../dialog/client/answer.js';
import { defaultMessageLimits } from '../message/limits.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { parseMessage } from '../message/parser.js';
import { relayedRequest, relayedResponse } from '../message/relay.js';
import { parseSipUri, type SipUri } from '../message/uri.js';
import { FakeFlow } from '../testing/fake-flow.js';
import { head, requestText } from '../testing/transaction-vectors.js';
import { bestResponse, otherChallenges } from './best-response.js';
import { branchOf, isLoop, routingDigest, statelessBranch } from './loop.js';
import { OwnAddresses } from './own-addresses.js';
import { RouteTokens } from './route-token.js';
import { remainingRoute } from './routed.js';
import { redirectTargets, TargetSet } from './target-set.js';
import { validated } from './validation.js';

const flow = new FakeFlow(false);
const own = new OwnAddresses({ locals: [{ ...flow.local, advertisedHost: 'sip.example.com' }] });

const request = (...headers: string[]): SipRequest =>
  parseMessage(
    requestText('INVITE').replace('\r\n', ['', ...headers, ''].join('\r\n')),
    defaultMessageLimits,
  ) as SipRequest;

const response = (status: number, ...headers: string[]): SipResponse =>
  parseMessage(
    `SIP/2.0 ${status} X\r\n${headers.map(line => `${line}\r\n`).join('')}${head('INVITE')}`,
    defaultMessageLimits,
  ) as SipResponse;

const answer = (status: number, ...headers: string[]): Answer =>
  receivedAnswer(response(status, ...headers), flow);

test('the best final response', t => {
  const cases: [number[], number][] = [
    [[486], 486],
    [[486, 603, 404], 603],
    [[606, 600], 606],
    [[500, 404, 302], 302],
    [[500, 404], 404],
    [[404, 486], 404],
    [[404, 407], 407],
    [[404, 401], 401],
    [[486, 415], 415],
    [[486, 420], 420],
    [[486, 484], 484],
    [[401, 300], 300],
    [[503, 500], 503],
    [[503, 408], 408],
    [[487, 408], 487],
  ];
  for (const [statuses, best] of cases) {
    t.equal(bestResponse(statuses.map(status => answer(status)))?.status, best, statuses.join(' '));
  }
  t.equal(bestResponse([]), undefined);
  const real = answer(486);
  t.equal(bestResponse([madeUpAnswer('INVITE', 408), real]), real, 'a real one is better than a made-up one');
  t.equal(bestResponse([madeUpAnswer('INVITE', 503), answer(500)])?.status, 500);
  t.end();
});

test('challenges go with a challenge only', t => {
  const answers = [answer(401, 'WWW-Authenticate: a'), answer(407, 'Proxy-Authenticate: b'), answer(404)];
  t.same(
    otherChallenges(answers[0] as Answer, answers).map(({ name, value }) => `${name}: ${value}`),
    ['Proxy-Authenticate: b'],
  );
  t.same(otherChallenges(answers[2] as Answer, answers), []);
  t.end();
});

test('redirections', t => {
  const moved = response(
    302,
    'Contact: <sip:c@x>;q=0.1, "D, E" <sip:d@x?Subject=y>;q=0.8',
    'Contact: <sips:e@x>',
    'Contact: <tel:+1>, <sip:f@x>;q=2',
  );
  t.same(
    redirectTargets(moved, false).map(({ uri }) => uri),
    ['sips:e@x', 'sip:f@x', 'sip:d@x', 'sip:c@x'],
    'without a q, or with one that is none: 1',
  );
  t.same(redirectTargets(moved, true), [{ uri: 'sips:e@x', nextHop: 'sips:e@x' }], 'a SIPS URI stays one');
  const set = new TargetSet(3);
  const targets = (...uris: string[]) => uris.map(uri => ({ uri, nextHop: uri }));
  t.equal(set.add(targets('sip:a', 'sip:b', 'sip:a')), 2);
  t.equal(set.next()?.uri, 'sip:a');
  t.equal(set.add(targets('sip:a', 'sip:c', 'sip:d')), 1, 'each once, and not more than there may be');
  t.equal(set.next()?.uri, 'sip:c', 'before those that wait');
  t.equal(set.next()?.uri, 'sip:b');
  t.equal(set.next(), undefined);
  t.end();
});

test('what may go on', t => {
  t.match(validated(request(), flow, own, 1), { maxForwards: 69, maxBreadth: 60 });
  const bare = parseMessage(
    requestText('INVITE').replace('Max-Forwards: 70\r\n', ''),
    defaultMessageLimits,
  ) as SipRequest;
  t.match(validated(bare, flow, own, 1), { maxForwards: 70 }, 'without any: 70');
  t.match(validated(request('Max-Breadth: 7'), flow, own, 3), { maxBreadth: 2 });
  t.match(validated(request('Max-Breadth: 2'), flow, own, 3), { status: 440 });
  t.match(validated(request('Proxy-Require: a', 'Proxy-Require: b'), flow, own, 1), {
    status: 420,
    fields: [{ value: 'a, b' }],
  });
  t.end();
});

test('loops', t => {
  const first = request();
  const digest = routingDigest(first, flow);
  const branch = branchOf(digest);
  const via = `Via: SIP/2.0/UDP sip.example.com;branch=${branch}`;
  t.ok(isLoop(request(via), digest, own));
  t.ok(isLoop(request('Via: SIP/2.0/UDP 9.9.9.9;branch=z9hG4bK2', via), digest, own), 'however far away');
  t.notOk(isLoop(request(via.replace('sip.example.com', 'other.example.com')), digest, own));
  t.not(branchOf(digest), branch, 'each branch is another');
  t.not(routingDigest(request('Route: <sip:x;lr>'), flow), digest);
  t.not(routingDigest(request('Proxy-Authorization: x'), flow), digest);
  t.equal(statelessBranch(first, digest), statelessBranch(request(), digest), 'repeated, the same');
  t.match(statelessBranch(first, digest), /^z9hG4bK[0-9a-f]{20}\.[0-9a-f]{16}$/);
  t.end();
});

test('own addresses', t => {
  const isOwn = (uri: string) => own.hasUri(parseSipUri(uri) as SipUri);
  for (const uri of ['sip:127.0.0.1', 'sip:a@sip.example.com:5060', 'sip:SIP.example.com;transport=udp']) {
    t.ok(isOwn(uri), uri);
  }
  for (const uri of [
    'sip:127.0.0.1:5061',
    'sips:127.0.0.1',
    'sip:127.0.0.1;transport=tcp',
    'sip:example.com',
  ]) {
    t.notOk(isOwn(uri), uri);
  }
  const { own: taken, routes } = remainingRoute(
    ['<sip:127.0.0.1;lr>, <sip:sip.example.com;lr>', '<sip:x;lr>'],
    own,
  );
  t.equal(taken.length, 2);
  t.same(routes, ['<sip:x;lr>']);
  t.end();
});

test('tokens', t => {
  const tokens = new RouteTokens(Buffer.from('key'));
  const read = (uri: string, callId: string, by = tokens) => by.read(parseSipUri(uri) as SipUri, callId);
  const plain = tokens.uri({ local: flow.local, flow }, 'call', false);
  t.same(read(plain, 'call'), { flow: undefined });
  const connected = new FakeFlow(true);
  const named = tokens.uri({ local: connected.local, flow: connected }, 'call', true);
  t.match(named, /^sips:[0-9a-f]+\.[0-9a-f]+@127\.0\.0\.1:5060;transport=ws;lr$/);
  t.same(read(named, 'call'), { flow: { protocol: 'ws', address: '127.0.0.1', port: 5090 } });
  t.equal(read(named, 'other'), undefined);
  t.equal(read(named, 'call', new RouteTokens(Buffer.from('other'))), undefined);
  for (const user of ['', 'x@', `${'0'.repeat(24)}@`, `${'0'.repeat(24)}.zz@`]) {
    t.equal(read(`sip:${user}127.0.0.1`, 'call'), undefined);
  }
  t.end();
});

test('what passes, and what is changed', t => {
  const original = parseMessage(
    'INVITE sip:b@x SIP/2.0\r\nv: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b;branch=z9hG4bK0\r\nmax-forwards: 7\r\n' +
      'f: <sip:a@x>;tag=1\r\nt: <sip:b@x>\r\nI: c\r\nCSEQ: 1 INVITE\r\nX-Folded: one\r\n two\r\nx-MINE:  \xff\r\n' +
      'Subject: old\r\nX-Ringbridge-Flow: closed\r\nl: 2\r\n\r\nhi and more',
    defaultMessageLimits,
  ) as SipRequest;
  const field = (name: string, value: string) => ({ id: name.toLowerCase(), name, value });
  t.equal(
    relayedRequest(original, {
      uri: 'sip:c@y',
      via: 'OURS',
      routes: ['<sip:r;lr>'],
      maxForwards: 6,
      inserted: [field('Record-Route', '<sip:us;lr>')],
      added: [field('Subject', 'new'), field('X-Mine', 'too')],
    }),
    'INVITE sip:c@y SIP/2.0\r\nVia: OURS\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b;branch=z9hG4bK0\r\n' +
      'Route: <sip:r;lr>\r\nMax-Forwards: 6\r\nRecord-Route: <sip:us;lr>\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n' +
      'Call-ID: c\r\nCSeq: 1 INVITE\r\nX-Folded: one\r\n two\r\nx-MINE:  \xff\r\nSubject: new\r\nX-Mine: too\r\n' +
      'Content-Length: 2\r\n\r\nhi',
  );
  t.equal(
    relayedResponse(response(180, 'Via: whatever became of it', 'x-a:  b'), original),
    'SIP/2.0 180 X\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b;branch=z9hG4bK0\r\nx-a:  b\r\n' +
      `${head('INVITE').split('\r\n').slice(1, -3).join('\r\n')}\r\nContent-Length: 0\r\n\r\n`,
  );
  t.end();
});
