import t, { type Test } from 'tap';
import { agentAway } from './absence.js';
import { setIntent } from './agents.js';
import { cutOff } from './cut-off.js';
import { holdCustomer, holdOf, phoneHolds, resumeCustomer } from './hold.js';
import { findInteraction } from './interactions.js';
import { Floor } from './testing/floor.js';
import * as pass from './transfers.js';
import * as act from './transitions/index.js';

/** An agent who talks with his customer, who is on the line. */
async function talking(t: Test) {
  const f = await Floor.open(t);
  const [agent, colleague] = f.agents as [{ id: string }, { id: string }];
  for (const { id } of f.agents) await f.register(id);
  await setIntent(f.sql, { tenantId: f.tenantId, userId: agent.id }, 'ready', null);
  const { id } = await f.request();
  const ref = { id, tenantId: f.tenantId, agentId: agent.id };
  await f.offer();
  await act.accept(f.sql, ref);
  await act.startDialing(f.sql, ref);
  await act.bridge(f.sql, ref);
  await setIntent(f.sql, { tenantId: f.tenantId, userId: colleague.id }, 'ready', null);
  const view = () =>
    findInteraction(f.sql, { ...f, userId: agent.id, role: 'admin', locale: 'en' }, id).then(found => found!);
  const events = async () =>
    (
      await f.sql<{ type: string; by: string }[]>`
        select type, data ->> 'by' as by from events where interaction_id = ${id} and type like 'customer_%' order by id`
    ).map(({ type, by }) => `${type} by ${by}`);
  /** What is on hold has been so for this long already. */
  const later = (seconds: number) =>
    f.sql`update interactions set held_since = held_since - make_interval(secs => ${seconds}) where id = ${id}`;
  return { f, ref, agent: agent.id, colleague: colleague.id, view, events, later };
}

/** Whether it was on hold for so long, and for the time that this machine takes for a test. */
function isAbout(seconds: number, { heldSeconds }: { heldSeconds: number }): boolean {
  return heldSeconds >= seconds && heldSeconds < seconds + 3600;
}

t.test('a hold begins once, is counted while it lasts and when it is over', async t => {
  const { f, ref, agent, colleague, view, events, later } = await talking(t);
  t.equal(await holdOf(f.sql, ref), undefined);
  t.equal(await holdCustomer(f.sql, ref, 'desktop', colleague), undefined, 'it is for his agent to hold him');
  t.match(await holdCustomer(f.sql, ref, 'desktop', agent), { state: 'bridged', held: 'desktop' });
  t.equal(await holdCustomer(f.sql, ref, 'desktop', agent), undefined, 'he is on hold already');
  t.same(await holdOf(f.sql, ref), { agentId: agent, byPhone: false });
  await later(7200);
  t.match(await view(), { heldSince: Date });
  t.ok(isAbout(7200, await view()));
  t.match(await resumeCustomer(f.sql, ref, 'desktop', agent), { held: null });
  t.match(await view(), { heldSince: null });
  t.ok(isAbout(7200, await view()));
  t.equal(await resumeCustomer(f.sql, ref, 'desktop', agent), undefined);
  await holdCustomer(f.sql, ref, 'desktop', agent);
  await later(7200);
  await act.end(f.sql, ref, 'completed', 'customer');
  t.match(await view(), { heldSince: null, state: 'wrap_up' });
  t.ok(isAbout(14_400, await view()), 'holds add up');
  t.same(await events(), [
    'customer_held by desktop',
    'customer_resumed by desktop',
    'customer_held by desktop',
  ]);
});

t.test('what the telephone holds it alone takes back', async t => {
  const { f, ref, agent, view, events } = await talking(t);
  await phoneHolds(f.sql, ref);
  t.match(await view(), { heldSince: Date, heldByPhone: true });
  t.equal(await resumeCustomer(f.sql, ref, 'desktop', agent), undefined);
  t.match(await resumeCustomer(f.sql, ref, 'phone'), { held: null });
  t.match(await view(), { heldSince: null, heldByPhone: false });

  await holdCustomer(f.sql, ref, 'desktop', agent);
  await phoneHolds(f.sql, ref);
  t.match(await view(), { heldByPhone: true }, 'it holds, too');
  await agentAway(f.sql, ref, 'lost');
  t.match(await view(), { heldSince: Date, heldByPhone: false }, 'its line is gone, and he is still on hold');
  t.match(await resumeCustomer(f.sql, ref, 'desktop', agent), { held: null });
  t.same(await events(), [
    'customer_held by phone',
    'customer_resumed by phone',
    'customer_held by desktop',
    'customer_resumed by desktop',
  ]);
});

t.test('whoever goes on with him has not put him on hold', async t => {
  const { f, ref, agent, colleague, view, later } = await talking(t);
  await holdCustomer(f.sql, ref, 'desktop', agent);
  await later(7200);
  t.ok(await pass.transferToAgent(f.sql, ref, agent, colleague));
  t.match(await view(), { state: 'offered', heldSince: null });
  t.ok(isAbout(7200, await view()));
});

t.test('each who passes him on has the holds that were his', async t => {
  const { f, ref, agent, colleague, later } = await talking(t);
  await holdCustomer(f.sql, ref, 'desktop', agent);
  await later(7200);
  await resumeCustomer(f.sql, ref, 'desktop', agent);
  await holdCustomer(f.sql, ref, 'desktop', agent);
  await later(7200);
  await pass.transferToAgent(f.sql, ref, agent, colleague);
  const his = { ...ref, agentId: colleague };
  await act.accept(f.sql, his);
  await act.bridge(f.sql, his);
  await holdCustomer(f.sql, his, 'desktop', colleague);
  await later(36_000);
  await cutOff(f.sql, his, 'engine_lost');
  const parts = await f.sql<{ agentId: string; heldSeconds: number }[]>`
    select agent_id as "agentId", held_ms::float8 / 1000 as "heldSeconds" from interactions where part_of = ${ref.id}`;
  const heldBy = (id: string) => parts.find(({ agentId }) => agentId === id)!;
  t.equal(parts.length, 2);
  t.ok(isAbout(14_400, heldBy(agent)));
  t.ok(isAbout(36_000, heldBy(colleague)));
});

t.test('a number outside with which he goes on neither', async t => {
  const { f, ref, agent, view, later } = await talking(t);
  await holdCustomer(f.sql, ref, 'desktop', agent);
  await later(7200);
  t.ok(await pass.forwardToNumber(f.sql, ref, agent, { number: '+82215880001' }));
  t.match(await view(), { state: 'bridged', heldSince: null });
  t.ok(isAbout(7200, await view()));
  t.equal(await holdCustomer(f.sql, { ...ref, agentId: null }, 'desktop'), undefined);
});
