import { test } from 'tap';
import { FakeClock } from '../testing/fake-clock.js';
import { srv, ZoneResolver } from '../testing/zone-resolver.js';
import { CachedResolver, defaultCacheOptions } from './cached-resolver.js';
import type { Records, SrvRecord } from './resolver.js';

test('records are kept for as long as they live', async t => {
  const clock = new FakeClock();
  const zone = new ZoneResolver({ h: { host: ['192.0.2.1'], ttl: 30 }, s: { srv: [srv(0, 0, 'h', 1)] } });
  const resolver = new CachedResolver(zone, clock);
  await resolver.a('h');
  clock.pass(29_999);
  t.same((await resolver.a('H')).records, [{ address: '192.0.2.1', family: 4 }]);
  t.same(zone.asked, ['A h']);
  clock.pass(1);
  await resolver.a('h');
  t.same(zone.asked, ['A h', 'A h']);
  await resolver.aaaa('h');
  await resolver.host('h');
  t.same(zone.asked.slice(2), ['AAAA h', 'host h'], 'each type by itself');

  await resolver.srv('s');
  clock.pass(defaultCacheOptions.untoldMs - 1);
  await resolver.srv('s');
  t.equal(zone.asked.filter(query => query === 'SRV s').length, 1, 'without a time to live: a minute');
  clock.pass(1);
  await resolver.srv('s');
  t.equal(zone.asked.filter(query => query === 'SRV s').length, 2);
});

test('that there is nothing, or that nobody could say, is remembered shortly', async t => {
  const clock = new FakeClock();
  const zone = new ZoneResolver({ bad: { naptr: new Error('queryNaptr ESERVFAIL') } });
  const resolver = new CachedResolver(zone, clock);
  for (let i = 0; i < 2; i += 1) {
    t.same((await resolver.naptr('none')).records, []);
    await t.rejects(resolver.naptr('bad'), { message: 'queryNaptr ESERVFAIL' });
  }
  t.same(zone.asked, ['NAPTR none', 'NAPTR bad']);
  clock.pass(defaultCacheOptions.negativeMs);
  await resolver.naptr('none');
  await t.rejects(resolver.naptr('bad'));
  t.equal(zone.asked.length, 4);
});

test('whoever asks the same at the same time shares one query', async t => {
  const clock = new FakeClock();
  const answers: ((records: Records<SrvRecord>) => void)[] = [];
  const zone = new ZoneResolver({});
  zone.srv = () => new Promise(resolve => answers.push(resolve));
  const resolver = new CachedResolver(zone, clock, { ...defaultCacheOptions, maxQueries: 2 });
  const both = [resolver.srv('s'), resolver.srv('s')];
  t.equal(answers.length, 1);
  const other = resolver.srv('other');
  await t.rejects(resolver.srv('one too many'), { message: 'too many DNS queries are under way' });
  answers[0]?.({ records: [] });
  t.same(await Promise.all(both), [{ records: [] }, { records: [] }]);
  // One that nobody answers ends by itself.
  clock.pass(defaultCacheOptions.queryMs);
  await t.rejects(other, { message: 'the DNS query took too long' });
  t.equal(clock.running, 0);
});

test('the oldest names go when there are too many', async t => {
  const zone = new ZoneResolver({
    a: { host: ['192.0.2.1'] },
    b: { host: ['192.0.2.2'] },
    c: { host: ['192.0.2.3'] },
  });
  const resolver = new CachedResolver(zone, new FakeClock(), { ...defaultCacheOptions, maxNames: 2 });
  for (const name of ['a', 'b', 'c', 'b', 'a']) await resolver.host(name);
  t.same(zone.asked, ['host a', 'host b', 'host c', 'host a']);
});

test('records that live for no time are shared, not kept', async t => {
  const zone = new ZoneResolver({ h: { host: ['192.0.2.1'], ttl: 0 } });
  const resolver = new CachedResolver(zone, new FakeClock());
  await Promise.all([resolver.a('h'), resolver.a('h')]);
  await resolver.a('h');
  t.equal(zone.asked.length, 2);
});
