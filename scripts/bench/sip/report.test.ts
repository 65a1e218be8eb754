import t from 'tap';
import { summarise } from './report.js';
import { complaints, type Step } from './step.js';

const clean = (rate: number, role: Step['role'] = 'uas'): Step => ({
  server: 'built-in',
  role,
  rate,
  reached: rate,
  calls: rate * 10,
  succeeded: rate * 10,
  retransmissions: 0,
  setUp: { p50: 1, p99: 16.04 },
  usage: { cpu: { server: 40 }, memory: { server: 70 } },
});

t.test('each thing that may go wrong is named', async t => {
  t.strictSame(complaints(clean(100)), []);
  t.match(complaints({ ...clean(100), succeeded: 998 }), ['2 of 1000 calls failed']);
  t.match(complaints({ ...clean(100), retransmissions: 1 }), ['1 retransmissions']);
  t.match(complaints({ ...clean(100), reached: 90 }), ['only 90 calls a second were made']);
  t.strictSame(complaints({ ...clean(100), reached: 98 }), [], 'sipp starts its calls in bursts');
});

t.test('the clean rate is that of the fastest clean step of the role', async t => {
  const failed = { ...clean(300), succeeded: 0 };
  const steps = [clean(100), failed, clean(200), clean(900, 'b2bua')];
  t.same(summarise(steps, 'uas'), {
    cleanRate: 200,
    setUp: { p50: 1, p99: 16 },
    cpu: { server: 40 },
    memory: { server: 70 },
  });
  t.equal(summarise(steps, 'b2bua').cleanRate, 900);
  t.same(summarise([failed], 'uas'), { cleanRate: 0 });
});
