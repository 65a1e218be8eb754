import t from 'tap';
import { judge } from './outcomes.js';

const of = (status: number, reasonHeader?: string) => judge({ status, reasonHeader, local: false });

t.test('every final failure has an outcome', async t => {
  for (let status = 300; status < 700; status++) t.type(of(status).outcome, 'string', String(status));
  t.same(of(486), { outcome: 'busy', tryNext: false });
  t.same(of(302), { outcome: 'unreachable', tryNext: true }, 'redirections are not followed');
  t.same(of(699), { outcome: 'rejected', tryNext: false });
  t.same(of(499), { outcome: 'failed', tryNext: false });
  t.same(judge({ status: 408, local: true }), { outcome: 'unreachable', tryNext: true }, 'nobody answered');
});

t.test('the cause of the telephone network', async t => {
  t.equal(of(480, 'Q.850;cause=17;text="User busy"').outcome, 'busy');
  t.equal(of(503, 'SIP;cause=503;text="x", Q.850 ;cause=1').outcome, 'invalid_number');
  t.equal(of(503, 'Q.850;text="a";cause=21').outcome, 'rejected');
  t.equal(of(486, 'Q.850;cause=16').outcome, 'busy', 'normal clearing says nothing');
  t.equal(of(486, 'SIP;cause=1').outcome, 'busy');
});
