import t from 'tap';
import { connect } from '../../gateway/store/index.js';
import { testDatabase } from '../../test/support/database.js';
import { checkDay } from './day.js';
import { simulate } from './simulate.js';

/**
 * Two floors that share nobody: one with endless patience, as Erlang C supposes, and one that is overrun and lives by who
 * gives up, as Erlang A does. What holds an agent is the talk alone, and an exponential time.
 */
const day = checkDay({
  date: '2026-03-16',
  seed: 3,
  queues: [
    { key: 'patient', serviceLevelSeconds: 20 },
    { key: 'hasty', serviceLevelSeconds: 20, strategy: 'round_robin' },
  ],
  customers: ['patient', 'hasty'].map(queue => ({
    queue,
    arrivals: [{ from: '09:00', to: '18:00', perHour: 80 }],
    talk: { mean: 180, spread: 'exponential' },
    ...(queue === 'hasty' && { patience: { mean: 120, spread: 'exponential' } }),
    ringSeconds: 0,
    answers: 1,
  })),
  agents: [
    ['patient', 6],
    ['hasty', 4],
  ].map(([queue, count]) => ({
    count,
    queues: [queue],
    shift: { from: '09:00', to: '18:00' },
    acceptSeconds: 0,
    wrapUp: { mean: 0.001, spread: 'constant' },
  })),
});

/** By how much a day of some 720 arrivals may be off, which are not independent of each other. */
const band = { serviceLevel: 0.08, abandons: 0.05, waitSeconds: 6 };

t.test('a small day comes to what the formulas say', async t => {
  const { url } = await testDatabase(t);
  const hours: number[] = [];
  const result = await simulate(url, day, { onProgress: ({ asked }) => hours.push(asked) });
  const [patient, hasty] = result.pools;
  t.comment(JSON.stringify(result));
  const off = (a: number | null | undefined, b: number | null | undefined) =>
    Math.abs((a ?? Number.NaN) - (b ?? Number.NaN));

  t.ok(off(patient?.serviceLevel, patient?.erlangC?.serviceLevel) < band.serviceLevel, 'Erlang C: in time');
  t.ok(off(patient?.waitSeconds, patient?.erlangC?.waitSeconds) < band.waitSeconds, 'Erlang C: waiting');
  t.equal(patient?.erlangA, null, 'nobody gives up');
  t.equal(patient?.served, patient?.asked);

  t.equal(hasty?.erlangC, null, 'on the other floor the queue would grow for ever');
  t.ok(off(hasty?.serviceLevel, hasty?.erlangA?.serviceLevel) < band.serviceLevel, 'Erlang A: in time');
  t.ok(off(hasty?.abandons, hasty?.erlangA?.abandons) < band.abandons, 'Erlang A: giving up');
  t.ok(off(hasty?.waitSeconds, hasty?.erlangA?.waitSeconds) < band.waitSeconds, 'Erlang A: waiting');
  t.equal((hasty?.served ?? 0) + (hasty?.gaveUp ?? 0), hasty?.asked, 'each was served or gave up');

  t.ok((result.occupancy ?? 0) > 0.6 && (result.occupancy ?? 0) < 1);
  for (const { placeKept } of result.queues) t.equal(placeKept, 1, 'whoever stands first is next');
  for (const { told } of result.estimates) t.ok(told > 100, 'customers were told a time');
  t.ok(hours.length >= 24 && hours.at(-1)! > 1000, 'it tells how far it is');
});

t.test('agents who are asked at once: one of them has the customer, and the others are free', async t => {
  const { url } = await testDatabase(t);
  const together = checkDay({
    date: '2026-03-16',
    seed: 3,
    queues: [{ key: 'together', serviceLevelSeconds: 20, strategy: 'simultaneous', ringAtOnce: 3 }],
    customers: [
      {
        queue: 'together',
        arrivals: [{ from: '09:00', to: '10:00', perHour: 60 }],
        talk: { mean: 120, spread: 'exponential' },
        ringSeconds: 5,
        answers: 0.9,
      },
    ],
    agents: [2, 9].map(acceptSeconds => ({
      ...{ count: 2, queues: ['together'], shift: { from: '09:00', to: '11:00' }, acceptSeconds },
      ...{ misses: 0.4, awaySeconds: 60, wrapUp: { mean: 20, spread: 'constant' } },
    })),
  });
  const [queue] = (await simulate(url, together)).queues;
  t.comment(JSON.stringify(queue));
  t.ok((queue?.asked ?? 0) > 30);
  t.equal(queue?.served, queue?.asked, 'each was served');
  t.ok((queue?.missedOffers ?? 0) > 0, 'some nobody took');
  const sql = connect({ url, max: 1 });
  t.teardown(() => sql.end());
  const [books] = await sql`
    select (select count(*)::int from agents where interaction_id is not null) as engaged,
      (select count(*) > 5 from events where type = 'offer_taken') as taken,
      (select count(*)::int from interactions where state <> 'done') as open`;
  t.same(books, { engaged: 0, taken: true, open: 0 });
});

t.test('it can be stopped', async t => {
  const { url } = await testDatabase(t);
  const stop = new AbortController();
  await t.rejects(simulate(url, day, { onProgress: () => stop.abort(), signal: stop.signal }), {
    name: 'AbortError',
  });
});
