import t from 'tap';
import type { BrowserLine, BrowserTrouble, Line, LineGrade } from '../api/types.js';
import { faultOf, lossOf, worstGrade } from './line-fault.js';

function lines(
  agent: LineGrade | null,
  customer: LineGrade | null,
  browser: BrowserLine | null = null,
): Line[] {
  return [
    { role: 'agent', grade: agent, quality: null, browser },
    { role: 'customer', grade: customer, quality: null, browser: null },
  ];
}

const browserSays = (trouble: BrowserTrouble | null) => ({ trouble }) as BrowserLine;

const grades = [null, 'good', 'fair', 'poor', 'silent'] as const;

t.test('each pair of grades has its likely cause', async t => {
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

t.test('what the browser says tells the causes apart', async t => {
  /** By its trouble: what is said when the agent's line is well, bad, or silent, whatever the customer's is. */
  const causes: Record<BrowserTrouble, [well: string, poor: string, silent: string]> = {
    sends_nothing: ['own_silent', 'own_silent', 'own_silent'],
    microphone_silent: ['own_microphone', 'own_microphone', 'own_blocked'],
    sound_gaps: ['own_gaps', 'own_network', 'own_blocked'],
  };
  for (const customer of grades) {
    for (const [trouble, [well, poor, silent]] of Object.entries(causes)) {
      const fault = (agent: LineGrade | null) =>
        faultOf(lines(agent, customer, browserSays(trouble as BrowserTrouble)));
      for (const agent of [null, 'good', 'fair'] as const)
        t.equal(fault(agent), well, `${trouble} × ${agent}`);
      t.equal(fault('poor'), poor, `${trouble} × poor`);
      t.equal(fault('silent'), silent, `${trouble} × silent`);
    }
    t.equal(
      faultOf(lines('silent', customer, browserSays(null))),
      'own_blocked',
      'it sends, and nothing arrives',
    );
    t.equal(faultOf(lines('poor', customer, browserSays(null))), 'own_network');
  }
  t.equal(faultOf(lines('good', 'poor', browserSays(null))), 'customer_line');
  t.equal(faultOf(lines('good', 'silent', browserSays(null))), 'customer_silent');
  t.equal(faultOf(lines('good', 'fair', browserSays(null))), null);
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
