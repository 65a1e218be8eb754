import t, { type Test } from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { RtpPeer } from './support/audio.js';
import { People, patienceMs } from './support/browser.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { telephone } from './support/telephone.js';
import { unhurried } from './support/unhurried.js';

t.setTimeout(600_000);

const microphone = 700;
const stack = await startStack(t);
const people = await People.gather(t, { microphone });
await unhurried(stack);

async function readyAgent(t: Test, name: 'agent1' | 'agent2'): Promise<AgentDesk> {
  const desk = await AgentDesk.open(people, stack.url);
  t.teardown(() => desk.close());
  await desk.signIn(`${name}@demo.example`, demoPassword);
  await desk.goReady();
  return desk;
}

t.test('the desktop speaks the language of the account, until another is chosen', async t => {
  const korean = await AgentDesk.open(people, stack.url, { locale: 'en-US' });
  t.equal(await korean.page.locator('html').getAttribute('lang'), 'en');
  await korean.signIn('agent1@demo.example', demoPassword);
  await korean.page.locator('html[lang="ko"]').waitFor();
  await korean.page.getByText('오프라인', { exact: true }).first().waitFor();
  await korean.find('settings').click();
  await korean.speak('en');
  await korean.page.getByText('You are offline').waitFor();
  await korean.page.reload();
  await korean.page.getByText('You are offline').waitFor();
  t.pass('a reload keeps the session and the choice');
  await korean.find('settings').click();
  await korean.find('sign-out').click();
  await korean.find('login-email').waitFor();
  await korean.close();
});

t.test('a wrong password is said, and tried again', async t => {
  const desk = await AgentDesk.open(people, stack.url);
  await desk.find('login-email').fill('agent1@demo.example');
  await desk.find('login-password').fill('wrong');
  await desk.find('login-submit').click();
  await desk.find('login-problem').waitFor();
  await desk.signIn('agent1@demo.example', demoPassword);
  t.pass('the right one signs in');
  await desk.close();
});

t.test('a tab that closes while it rings: the next agent is rung, and who waits goes on waiting', async t => {
  const first = await readyAgent(t, 'agent1');
  const callback = await stack.api.askCallback({ phone: nextNumber(), name: 'Jane' });
  await first.offer();
  const second = await readyAgent(t, 'agent2');
  await first.close();
  await second.offer();
  t.equal(await second.find('customer-name').textContent(), 'Jane');
  await second.close();
  await stack.api.follow(
    callback,
    ({ state, position }) => state === 'waiting' && position === 1,
    patienceMs,
  );
  t.pass('nobody is left: it waits in its place');
  await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
});

t.test('declined: it goes to the next', async t => {
  const first = await readyAgent(t, 'agent1');
  const callback = await stack.api.askCallback({ phone: nextNumber() });
  await first.offer();
  const second = await readyAgent(t, 'agent2');
  await first.find('offer-decline').click();
  await second.offer();
  await first.is('ready');
  await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
  await second.is('ready');
});

t.test('where the customer is called first, the desktop takes the call when he has answered', async t => {
  await stack.sql`update queues set customer_first = true`;
  const phone = await RtpPeer.open(['PCMA']);
  t.teardown(() => phone.close());
  const telco = await telephone(t, stack.trunkPort, { rtpPort: phone.port });
  const desk = await readyAgent(t, 'agent1');
  const callback = await stack.api.askCallback({ phone: nextNumber() });
  await desk.call({ state: 'bridged', line: 'connected' });
  await phone.ear.tone(microphone, patienceMs);
  await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
  await telco.done;
  await desk.wrapUp({ note: 'he answered first', disposition: 'follow_up' });
  await stack.sql`update queues set customer_first = false`;
});

t.test('no page complained', async t => {
  t.same(people.complaints, []);
});
