import t from 'tap';
import type { Line, LineGrade } from '../api/types.js';
import { faultOf, lossOf, worstGrade } from './line-fault.js';

function lines(agent: LineGrade | null, customer: LineGrade | null): Line[] {
  return [
    { role: 'agent', grade: agent, quality: null },
    { role: 'customer', grade: customer, quality: null },
  ];
}

t.test('each pair of grades has its likely cause', async t => {
  const grades = [null, 'good', 'fair', 'poor', 'silent'] as const;
  for (const agent of grades)
    for (const customer of grades) {
      const expected =
        agent === 'silent'
          ? 'own_silent'
          : agent === 'poor'
            ? 'own_network'
            : customer === 'silent'
              ? 'customer_silent'
              : customer === 'poor'
                ? 'customer_line'
                : null;
      t.equal(faultOf(lines(agent, customer)), expected, `${agent} × ${customer}`);
    }
});

t.test('the worst is shown, and nothing before anything is known', async t => {
  t.equal(worstGrade([]), null);
  t.equal(worstGrade(lines(null, null)), null);
  t.equal(worstGrade(lines('good', null)), 'good');
  t.equal(worstGrade(lines('fair', 'poor')), 'poor');
});

t.test('loss is a share of all that was sent', async t => {
  t.equal(lossOf({ lost: 25, arrived: 75 }), 25);
  t.equal(lossOf({ lost: -1, arrived: 50 }), 0, 'what came twice is no loss');
  t.equal(lossOf({ lost: null, arrived: 50 }), null);
  t.equal(lossOf({ lost: 0, arrived: 0 }), null);
});
