/** How the lines of a talk sound: seen while it lasts, kept when it is over. */
import t from 'tap';
import type { RobotAgent } from './support/robot-agent.js';
import { leftOver, nothing, startStack } from './support/stack.js';
import { talking } from './support/talk.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

interface Lines {
  lines: { role: string; grade: string | null }[];
}

/** Resolves when the agent's desk is told that the customer's line sounds so. */
function told(agent: RobotAgent, grade: string) {
  return agent.until(
    ({ current }) =>
      (current as unknown as Lines | null)?.lines.some(
        line => line.role === 'customer' && line.grade === grade,
      ) ?? false,
    `the customer's line ${grade}`,
    60_000,
  );
}

t.test('a line that loses packets, and one that falls silent', async t => {
  const stack = await startStack(t);
  const { id, agent, desk, customer } = await talking(t, stack);
  customer.mouth.losesEvery = 3;
  await told(agent, 'poor');
  t.pass('the desk is told while it happens');
  const [while_] = await stack.sql<{ lost: number }[]>`
    select (quality ->> 'packetsLost')::int as lost from legs where interaction_id = ${id} and role = 'customer'`;
  t.ok(while_!.lost > 0, 'the figures are there while the line is up');
  customer.mouth.close();
  await told(agent, 'silent');

  await agent.step('hangup', id);
  await customer.run.done;
  await agent.hungUp();
  desk.peer.close();
  await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
  await agent.step('wrap-up', id);
  t.same(await leftOver(stack), nothing);
  const [kept] = await stack.sql<{ codec: string; lost: number; received: number; mos: number }[]>`
    select quality ->> 'codec' as codec, (quality ->> 'packetsLost')::int as lost,
      (quality ->> 'packetsReceived')::int as received, (quality ->> 'mosReceived')::float8 as mos
    from legs where interaction_id = ${id} and role = 'customer'`;
  t.match(kept, { codec: 'PCMA' });
  t.ok(kept!.lost > 0 && kept!.received > kept!.lost && kept!.mos < 4.3, JSON.stringify(kept));
  const grades = await stack.sql<{ grade: string }[]>`
    select data ->> 'grade' as grade from events
    where interaction_id = ${id} and type = 'line_graded' and data ->> 'role' = 'customer' order by id`;
  t.same(
    grades.map(({ grade }) => grade).filter(grade => grade === 'poor' || grade === 'silent'),
    ['poor', 'silent'],
    'the history says when',
  );
});
