import t, { type Test } from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { hearsTone, People, patienceMs } from './support/browser.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { Visitor } from './support/visitor.js';

t.setTimeout(600_000);

const voices = { agent: 700, visitor: 1100 };
const stack = await startStack(t);
const agents = await People.gather(t, { microphone: voices.agent });
const visitors = await People.gather(t, { microphone: voices.visitor });
// Who talks in the page is there already: he is not asked to press 1.
await stack.sql`update queues set offer_seconds = 120, confirm = true`;

async function readyAgent(t: Test): Promise<AgentDesk> {
  const desk = await AgentDesk.open(agents, stack.url);
  t.teardown(() => desk.close());
  await desk.signIn('agent1@demo.example', demoPassword, 'en');
  await desk.goReady();
  return desk;
}

async function enter(t: Test, language: 'ko' | 'en' = 'en', permissions = ['microphone']): Promise<Visitor> {
  const visitor = await Visitor.enter(visitors, stack.url, language, { permissions });
  t.teardown(() => visitor.page.context().close());
  return visitor;
}

/** Asks to talk in the page, without a number. */
async function ask(visitor: Visitor, name: string): Promise<void> {
  await visitor.open();
  await visitor.find('via-browser').check();
  t.notOk(await visitor.find('phone').isVisible(), 'no number is asked for');
  await visitor.find('name').fill(name);
  await visitor.find('submit').click();
  await visitor.find('status').waitFor();
}

t.test('a visitor talks in the page: waits, is connected, is muted, hangs up', async t => {
  const visitor = await enter(t, 'ko');
  await ask(visitor, '브라우저');
  await visitor.sees('waiting');
  t.match(await visitor.find('status').textContent(), '이 페이지를 열어 두세요');
  t.equal(await visitor.find('change').count(), 0, 'another time is not offered');
  const desk = await readyAgent(t);
  await desk.offer();
  t.match(await desk.find('customer-phone').textContent(), 'In the browser');
  await desk.accept();
  await visitor.sees('bridged');
  await desk.call({ state: 'bridged', line: 'connected' });
  await Promise.all([desk.hears(voices.visitor), hearsTone(visitor.page, [voices.agent])]);
  t.pass('both hear each other');

  await visitor.find('mute').click();
  await desk.page.waitForFunction(
    frequency => window.ringbridgeEar.levels([frequency]).near < -90,
    voices.visitor,
    { timeout: patienceMs },
  );
  await visitor.find('mute').click();
  await desk.hears(voices.visitor);
  await desk.hold(true);
  await desk.hold(false);
  await Promise.all([desk.hears(voices.visitor), hearsTone(visitor.page, [voices.agent])]);

  await visitor.find('hangup').click();
  await visitor.sees('done', 'completed');
  await desk.wrapUp({});
  const legs = await stack.sql<{ role: string; endedBy: string }[]>`
    select l.role, l.ended_by as "endedBy" from legs l join interactions i on i.id = l.interaction_id
    where i.name = '브라우저' order by l.role`;
  t.same(
    [...legs],
    [
      { role: 'agent', endedBy: 'us' },
      { role: 'customer', endedBy: 'peer' },
    ],
  );
});

t.test('the agent hangs up, and the page lets go of the microphone', async t => {
  const desk = await readyAgent(t);
  const visitor = await enter(t);
  await ask(visitor, 'Second');
  await desk.accept();
  await visitor.sees('bridged');
  await desk.hears(voices.visitor);
  await desk.hangUp();
  await visitor.sees('done', 'completed');
  await visitor.find('talk').waitFor({ state: 'detached' });
  t.ok(await visitor.find('rating').isVisible(), 'and may say how it was');
  await desk.wrapUp({});
});

t.test('a page that is closed while they talk ends the talk at once', async t => {
  const desk = await readyAgent(t);
  const visitor = await enter(t);
  await ask(visitor, 'Closer');
  await desk.accept();
  await visitor.sees('bridged');
  await desk.hears(voices.visitor);
  await visitor.page.close({ runBeforeUnload: false });
  await desk.call({ state: 'wrap_up' });
  const [row] = await stack.sql<
    { outcome: string }[]
  >`select outcome from interactions where name = 'Closer'`;
  t.equal(row?.outcome, 'completed');
  await desk.wrapUp({});
});

t.test('a page that is not there any more when its turn comes is not reached', async t => {
  const visitor = await enter(t);
  await ask(visitor, 'Gone');
  await visitor.sees('waiting');
  await visitor.page.close();
  const desk = await readyAgent(t);
  await desk.accept();
  await desk.call({ state: 'wrap_up' });
  const [row] = await stack.sql<{ outcome: string }[]>`select outcome from interactions where name = 'Gone'`;
  t.equal(row?.outcome, 'no_answer');
  await desk.wrapUp({});
});

t.test('without a microphone the way leads to the phone', async t => {
  const refusing = await enter(t, 'en', []);
  await refusing.page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await refusing.page.reload();
  await refusing.open();
  await refusing.find('via-browser').check();
  await refusing.find('submit').click();
  await refusing.find('error').waitFor();
  t.equal(await refusing.find('error').getAttribute('data-field'), 'via');
  t.match(await refusing.find('error').textContent(), 'microphone is not allowed');
  await refusing.find('via-phone').check();
  await refusing.send({ phone: nextNumber() });
  await refusing.sees('waiting');
  await refusing.cancel();
  await refusing.sees('done', 'cancelled');
});

t.test('what the API refuses', async t => {
  const form = { siteKey: 'demo', queue: 'sales', via: 'browser' };
  const ask = (body: object) =>
    stack.api.call<{ id: string; token: string }>('POST', '/api/v1/callbacks', { body });
  t.match(await ask({ ...form, at: '2030-01-01T10:00:00Z' }), {
    status: 422,
    body: { code: 'browser_call_now_only', field: 'at' },
  });
  t.match(await ask({ ...form, via: 'phone' }), {
    status: 400,
    body: { code: 'validation_failed', field: 'phone' },
  });
  const mine = (await ask(form)).body;
  const other = (await ask(form)).body;
  t.not(mine.id, other.id, 'two visitors behind one address are two');
  const call = `/api/v1/callbacks/${mine.id}/calls/${other.id}`;
  const sdp = { sdp: 'v=0' };
  t.match(await stack.api.call('PUT', call, { body: sdp, token: mine.token }), {
    status: 409,
    body: { code: 'call_over' },
  });
  t.match(await stack.api.call('PUT', call, { body: sdp, token: other.token }), { status: 401 });
  t.match(await stack.api.call('PUT', call, { body: { sdp: 'x'.repeat(20_001) }, token: mine.token }), {
    status: 400,
  });
  t.match(await stack.api.call('DELETE', call, { token: mine.token }), { status: 204 });
  for (const { id, token } of [mine, other])
    await stack.api.call('DELETE', `/api/v1/callbacks/${id}`, { token });
  t.same([...agents.complaints, ...visitors.complaints], [], 'no page complained');
});
