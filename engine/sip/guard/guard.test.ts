import t from 'tap';
import { defaultMessageLimits } from '../message/limits.js';
import type { SipRequest } from '../message/message.js';
import { parseMessage } from '../message/parser.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Guard } from './guard.js';
import { defaultGuardOptions, type GuardOptions } from './options.js';
import { SourceRates } from './source-rates.js';
import { TrustedSources } from './trusted-sources.js';

const stranger = '203.0.113.9';

const guardOf = (options: Partial<GuardOptions> = {}, clock = new FakeClock()) =>
  new Guard({ ...defaultGuardOptions, ...options }, clock, host => host === '192.0.2.1');

const request = (uri: string, headers: string[] = [], to = '<sip:a@b>') =>
  parseMessage(
    [`OPTIONS ${uri} SIP/2.0`, `To: ${to}`, 'From: <sip:c@d>;tag=1', ...headers, '\r\n'].join('\r\n'),
    defaultMessageLimits,
  ) as SipRequest;

t.test('networks and addresses', async t => {
  const trusted = new TrustedSources(['192.0.2.0/24', '198.51.100.7', '2001:db8::/32', '::1']);
  for (const address of ['192.0.2.255', '198.51.100.7', '2001:db8:1::2', '::1'])
    t.ok(trusted.has(address), address);
  for (const address of ['192.0.3.0', '198.51.100.8', '2001:db9::1', '::2', 'no address'])
    t.notOk(trusted.has(address), address);
  for (const wrong of [
    '',
    'example.com',
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/1/2',
    '::1/129',
    '1.2.3.4/x',
  ])
    t.throws(() => new TrustedSources([wrong]), {
      message: `expected an address or a network such as 192.0.2.0/24, got ${wrong}`,
    });
});

t.test('a source may send its rate, and twice that at once', async t => {
  const clock = new FakeClock();
  const rates = new SourceRates(clock, 10);
  const taken = (source: string, tries: number) =>
    Array.from({ length: tries }, () => rates.take(source)).filter(Boolean).length;
  t.equal(taken('a', 50), 20);
  t.equal(taken('b', 1), 1, 'another one is not touched by it');
  clock.pass(500);
  t.equal(taken('a', 50), 5);
  clock.pass(60_000);
  t.equal(taken('a', 50), 20, 'no more than the burst is saved up');
});

t.test('what is remembered of sources is bounded, and the quietest goes', async t => {
  const rates = new SourceRates(new FakeClock(), 1, 2);
  const empty = (source: string) => {
    while (rates.take(source));
  };
  empty('a');
  empty('b');
  t.notOk(rates.take('a'), 'now b is the quiet one');
  empty('c');
  t.notOk(rates.take('a'));
  t.ok(rates.take('b'), 'forgotten, and so full again');
});

t.test('the rate holds for strangers only, and can be switched off', async t => {
  const guard = guardOf({ requestsPerSecond: 1 });
  t.ok(guard.withinRate(stranger));
  t.ok(guard.withinRate(stranger));
  t.notOk(guard.withinRate(stranger));
  t.equal(guard.refused.rate, 1);
  for (let count = 0; count < 10; count += 1) t.ok(guard.withinRate('127.0.0.1'));
  const open = guardOf({ requestsPerSecond: 0 });
  for (let count = 0; count < 10; count += 1) t.ok(open.withinRate(stranger));
});

t.test('scanners are known by their name, whatever its case', async t => {
  const guard = guardOf();
  const from = (agent: string) => request('sip:a@example.com', [`User-Agent: ${agent}`]);
  t.ok(guard.admits(from('Linphone/5.2'), stranger));
  t.notOk(guard.admits(from('Friendly-Scanner 1.2'), stranger));
  t.ok(guard.admits(from('friendly-scanner'), '127.0.0.1'), 'one of ours may test');
  t.ok(
    guard.admits(request('sip:a@b', ['User-Agent: sipcli'], '<sip:a@b>;tag=9'), stranger),
    'inside a dialog',
  );
  t.ok(guard.admits(request('sip:a@b'), stranger), 'no name at all is no crime');
  t.match(guard.refused, { scanner: 1, domain: 0 });
});

t.test('with domains, strangers to them are refused', async t => {
  const guard = guardOf({ domains: ['Example.com'] });
  for (const uri of ['sip:a@EXAMPLE.com', 'sip:example.com:5070', 'sip:a@192.0.2.1', 'tel:+8215881234'])
    t.ok(guard.admits(request(uri), stranger), uri);
  for (const uri of ['sip:a@example.org', 'sip:100@203.0.113.1', 'sips:sub.example.com'])
    t.notOk(guard.admits(request(uri), stranger), uri);
  t.equal(guard.refused.domain, 3);
  t.ok(guardOf().admits(request('sip:a@anywhere.example'), stranger), 'without domains, every one is served');
});
