import t from 'tap';
import { erlangA, erlangC } from './erlang.js';

const near = (value: number | undefined, expected: number, digits: number) =>
  Math.abs((value ?? Number.NaN) - expected) <= 0.5 * 10 ** -digits;

t.test('Erlang C gives the values of the tables', async t => {
  // The worked example of the trade: 100 calls in half an hour, three minutes each, are 10 erlangs; 14 agents.
  const load = { arrivals: 100 / 1800, handleSeconds: 180, agents: 14 };
  const at = erlangC(load, 20);
  t.ok(near(at?.serviceLevel, 0.888, 3), `88.8 % within 20 s, not ${at?.serviceLevel}`);
  t.ok(near(at?.waitSeconds, 7.8, 1), `ASA 7.8 s, not ${at?.waitSeconds}`);
  t.ok(near(at?.occupancy, 0.714, 3));
  t.ok(near(1 - (erlangC(load, 0)?.serviceLevel ?? 0), 0.174, 3), '17.4 % wait at all');
  // Two servers, one erlang: a third waits. One server: as many as it is busy.
  t.ok(near(1 - (erlangC({ arrivals: 1, handleSeconds: 1, agents: 2 }, 0)?.serviceLevel ?? 0), 1 / 3, 9));
  t.ok(near(1 - (erlangC({ arrivals: 0.7, handleSeconds: 1, agents: 1 }, 0)?.serviceLevel ?? 0), 0.7, 9));
  t.equal(erlangC({ arrivals: 2, handleSeconds: 1, agents: 2 }, 20), null, 'the queue grows for ever');
});

t.test('Erlang A gives the values of Garnett, Mandelbaum and Reiman (2002)', async t => {
  // 48 calls a minute, a minute each, 50 agents, two minutes of patience; without impatience beside it.
  const load = { arrivals: 48 / 60, handleSeconds: 60, agents: 50 };
  const patient = erlangC(load, 58.1);
  t.ok(near(patient?.waitSeconds, 20.8, 1));
  t.ok(near(patient?.serviceLevel, 0.9, 2), '90 % within 58.1 s');
  t.ok(near(patient?.occupancy, 0.96, 2));
  const hasty = erlangA({ ...load, patienceSeconds: 120 }, 12.5);
  t.ok(near(hasty.abandons, 0.031, 3), `3.1 % give up, not ${hasty.abandons}`);
  t.ok(near(hasty.waitSeconds, 3.7, 1), `3.7 s, not ${hasty.waitSeconds}`);
  t.ok(near(hasty.occupancy, 0.93, 2));
});

t.test('Erlang A stays what it is at its ends', async t => {
  const load = { arrivals: 10 / 180, handleSeconds: 180, agents: 14 };
  const patient = erlangC(load, 20);
  const nearly = erlangA({ ...load, patienceSeconds: 1e6 }, 20);
  t.ok(near(nearly.serviceLevel, patient?.serviceLevel ?? 0, 4), 'with endless patience it is Erlang C');
  t.ok(near(nearly.waitSeconds, patient?.waitSeconds ?? 0, 2));
  const overrun = erlangA({ arrivals: 20, handleSeconds: 300, agents: 500, patienceSeconds: 300 }, 20);
  t.ok(near(overrun.occupancy, 1, 3), 'on a floor that is overrun everybody is busy');
  t.ok(near(overrun.abandons, 1 - 500 / 6000, 3), 'and who is too many gives up');
  t.same(erlangA({ ...load, arrivals: 0, patienceSeconds: 60 }, 20).serviceLevel, 1);
  t.same(erlangA({ ...load, agents: 0, patienceSeconds: 60 }, 20).abandons, 1);
});
