import { once } from 'node:events';
import type { Page, Route } from 'playwright-core';
import t, { type Test } from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { hearsTone, People, patienceMs } from './support/browser.js';
import { eventually } from './support/eventually.js';
import { demoPassword, leftOver, nextNumber, nothing, startStack } from './support/stack.js';
import { unhurried } from './support/unhurried.js';
import { Visitor } from './support/visitor.js';

t.setTimeout(600_000);

const voices = { agent: 700, visitor: 1100 };
const stack = await startStack(t);
const agents = await People.gather(t, { microphone: voices.agent });
const visitors = await People.gather(t, { microphone: voices.visitor });
await unhurried(stack);
// Who talks in the page is there already: he is not asked to press 1.
await stack.sql`update queues set confirm = true`;

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

interface Talk {
  desk: AgentDesk;
  visitor: Visitor;
}

/** A visitor and an agent who hear each other. */
async function talking(t: Test, name: string): Promise<Talk> {
  const desk = await readyAgent(t);
  const visitor = await enter(t);
  await visitor.askHere(name);
  await desk.accept();
  const talk = { desk, visitor };
  await goesOn(talk);
  return talk;
}

/** Both hear each other, and see it. */
async function goesOn({ desk, visitor }: Talk): Promise<void> {
  await visitor.page
    .locator('[data-testid="rb-status"][data-state="bridged"]')
    .waitFor({ state: 'attached' });
  await desk.page.locator('[data-testid="call-state"][data-customer-away="false"]').waitFor();
  await desk.call({ state: 'bridged', line: 'connected' });
  await Promise.all([desk.hears(voices.visitor), hearsTone(visitor.page, [voices.agent])]);
}

/** The agent hears music in the visitor's place, and sees why. */
async function waitsFor({ desk }: Talk): Promise<void> {
  await Promise.all([desk.hearsOtherThan(voices.visitor), desk.find('customer-away').waitFor()]);
}

/** The page is left for another, or for itself; that one's widget comes when the agent has heard that nobody is there. */
async function leaves(talk: Talk, go: (page: Page) => Promise<unknown>): Promise<void> {
  const { page } = talk.visitor;
  const noticed = new AbortController();
  const widget = async (route: Route) => {
    if (!noticed.signal.aborted) await once(noticed.signal, 'abort');
    await route.continue();
  };
  await page.route('**/widget.js', widget, { times: 1 });
  await go(page);
  await waitsFor(talk);
  noticed.abort();
}

async function outcomeOf(name: string): Promise<{ outcome: string; endedBy: string | null } | undefined> {
  const [row] = await stack.sql<{ outcome: string; endedBy: string | null }[]>`
    select i.outcome, (select e.data ->> 'endedBy' from events e where e.interaction_id = i.id and e.type = 'ended') as "endedBy"
    from interactions i where i.name = ${name}`;
  return row;
}

/** What he wrote of the talk, as soon as it is stored. */
function commentOf(name: string): Promise<string> {
  const stored = async () => {
    const [row] = await stack.sql<{ comment: string }[]>`
      select r.comment from ratings r join interactions i on i.id = r.interaction_id
      where i.name = ${name} and r.comment is not null`;
    return row?.comment;
  };
  return eventually('the comment is stored', stored, patienceMs);
}

/** How often the visitor was away and back. */
async function absences(name: string): Promise<string[]> {
  const rows = await stack.sql<{ type: string }[]>`
    select e.type from events e join interactions i on i.id = e.interaction_id
    where i.name = ${name} and e.type in ('customer_away', 'customer_back') order by e.id`;
  return rows.map(({ type }) => type);
}

const thereAndBack = ['customer_away', 'customer_back'];

t.test('a visitor talks in the page: waits, is connected, is muted, hangs up', async t => {
  const visitor = await enter(t, 'ko');
  await visitor.askHere('브라우저');
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
  t.same(await leftOver(stack), nothing);
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
  await visitor.askHere('Second');
  await desk.accept();
  await visitor.sees('bridged');
  await desk.hears(voices.visitor);
  await desk.hangUp();
  await visitor.sees('done', 'completed');
  await visitor.find('talk').waitFor({ state: 'detached' });
  t.ok(await visitor.find('rating').isVisible(), 'and may say how it was');
  await visitor.find('star-5').check();
  await visitor.page.getByText('Thank you for telling us.').waitFor();
  await visitor.find('rating-comment').fill('Patient');
  await visitor.page.goto(`${stack.url}/shop/?lang=en&page=2`);
  await visitor.find('open').waitFor();
  t.equal(await commentOf('Second'), 'Patient', 'what was typed goes with the page');
  await desk.wrapUp({});
});

t.test('the page is loaded anew, and he goes to the next one: the talk comes along', async t => {
  const talk = await talking(t, 'Reload');
  const { desk, visitor } = talk;
  await leaves(talk, page => page.reload({ waitUntil: 'commit' }));
  await goesOn(talk);
  t.same(await absences('Reload'), thereAndBack);
  await visitor.find('mute').click();
  await desk.page.waitForFunction(
    frequency => window.ringbridgeEar.levels([frequency]).near < -90,
    voices.visitor,
    { timeout: patienceMs },
  );
  await visitor.find('close').click();
  await leaves(talk, page => page.goto(`${stack.url}/shop/?lang=en&page=2`, { waitUntil: 'commit' }));
  await hearsTone(visitor.page, [voices.agent]);
  t.equal(await visitor.find('mute').getAttribute('aria-pressed'), 'true', 'who was muted stays so');
  await visitor.page
    .locator('[data-testid="rb-mute"]:enabled')
    .evaluate((button: HTMLButtonElement) => button.click());
  await goesOn(talk);
  t.same(await absences('Reload'), [...thereAndBack, ...thereAndBack]);
  await visitor.find('open').click();
  await visitor.find('hangup').click();
  await visitor.sees('done', 'completed');
  await desk.wrapUp({});
  t.same(await outcomeOf('Reload'), { outcome: 'completed', endedBy: 'customer' });
});

t.test('the tab crashes: another one goes on with the talk when he says so, and not before', async t => {
  const talk = await talking(t, 'Crash');
  const { desk, visitor } = talk;
  const { page } = visitor;
  const other = new Visitor(await page.context().newPage());
  await other.page.goto(`${stack.url}/shop/?lang=en`);
  await other.sees('bridged');
  t.equal(await other.find('talk').count(), 0, 'a second tab leaves the talk where it is');
  const crashed = page.waitForEvent('crash');
  page.goto('chrome://crash').catch(() => undefined);
  await crashed;
  await waitsFor(talk);
  await other.find('go-on').click();
  await goesOn({ desk, visitor: other });
  t.same(await absences('Crash'), thereAndBack);
  await desk.hangUp();
  await other.sees('done', 'completed');
  await desk.wrapUp({});
});

t.test('a microphone that has to be allowed anew is one press away', async t => {
  const talk = await talking(t, 'Permission');
  const { desk, visitor } = talk;
  const { page } = visitor;
  // He has allowed it once, and not for ever; and he says no first.
  await page.context().clearPermissions();
  await page.addInitScript(() => {
    navigator.permissions.query = () => Promise.resolve({ state: 'prompt' } as PermissionStatus);
    const asked = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    let times = 0;
    navigator.mediaDevices.getUserMedia = constraints => {
      times += 1;
      return times === 1 ? Promise.reject(new DOMException('no', 'NotAllowedError')) : asked(constraints);
    };
  });
  await page.context().grantPermissions(['microphone']);
  await visitor.find('close').click();
  await page.reload();
  await visitor.find('go-on').click();
  await visitor.find('talk-state').getByText('not allowed').waitFor();
  await visitor.find('go-on').click();
  await goesOn(talk);
  await visitor.find('hangup').click();
  await visitor.sees('done', 'completed');
  await desk.wrapUp({});
});

t.test('he closes the page and does not come back', async t => {
  const talk = await talking(t, 'Closer');
  const { desk, visitor } = talk;
  await visitor.page.close();
  await waitsFor(talk);
  await desk.call({ state: 'wrap_up' });
  t.same(await outcomeOf('Closer'), { outcome: 'completed', endedBy: 'customer' });
  t.same(await absences('Closer'), ['customer_away']);
  await desk.wrapUp({});
});

t.test('a page that is not there any more when its turn comes is not reached', async t => {
  const visitor = await enter(t);
  await visitor.askHere('Gone');
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
