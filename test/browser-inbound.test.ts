/** Calls that come in, at the desktop: where a caller comes from, and the message that one has left. */
import t from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { accessibilityFaults, hearsTone, People } from './support/browser.js';
import { inboundCaller } from './support/caller.js';
import { companyNumber, flowIs, lastCall, uploadTones } from './support/flows.js';
import { demoPassword, startStack } from './support/stack.js';

t.setTimeout(600_000);

const askHz = 500;
const voiceHz = 800;

const stack = await startStack(t);
const people = await People.gather(t, { microphone: 700 });
await stack.sql`update queues set offer_seconds = 120`;
await uploadTones(stack, { 'own-ask': askHz });
const caller = await inboundCaller(t, stack, '+821055501234');
const desk = await AgentDesk.open(people, stack.url);
t.teardown(() => desk.close());
await desk.signIn('agent2@demo.example', demoPassword);

t.test('a message is counted, listened to, and then heard', async t => {
  await flowIs(
    t,
    stack,
    '  start: { voicemail: [own-ask], next: bye }\n  bye: { hangup: [] }\n',
    'start: start\nonFault: bye',
  );
  const call = await caller.call(companyNumber);
  await call.phone.ear.tone(askHz);
  await call.phone.ear.soundWithout([askHz]);
  call.phone.mouth.speak(voiceHz);
  await new Promise(resolve => setTimeout(resolve, 3_000));
  await call.hangUp();
  await lastCall(stack);
  t.equal(await desk.find('voicemail-count').textContent(), '1');
  await desk.find('voicemail-open').click();
  const row = desk.page.locator('[data-testid="voicemail"][data-heard="false"]');
  await row.waitFor();
  t.match(await row.textContent(), /010-5550-1234/);
  t.same(await accessibilityFaults(desk.page), []);
  await row.locator('audio').evaluate((player: HTMLAudioElement) => player.play());
  await desk.page.locator('[data-testid="voicemail"][data-heard="true"]').waitFor();
  const length = await desk.page.locator('audio').evaluate((player: HTMLAudioElement) => player.duration);
  t.ok(length > 2 && length < 6, `it plays ${length} s`);
  await desk.find('voicemail-count').waitFor({ state: 'detached' });
  await desk.find('voicemail-open').click();
});

t.test('an offer says whom the caller has dialled, and what he chose', async t => {
  await flowIs(
    t,
    stack,
    `  start: { menu: [own-ask], choices: { '2': wait }, otherwise: bye }
  wait: { queue: sales, otherwise: bye }
  bye: { hangup: [] }
`,
  );
  await desk.goReady();
  const call = await caller.call(companyNumber);
  await call.press('2');
  await desk.offer();
  t.match(await desk.find('customer-phone').textContent(), /010-5550-1234/);
  t.match(await desk.find('dialled').textContent(), /1588/);
  t.match(await desk.find('choices').textContent(), /2 wait/);
  await desk.accept();
  call.phone.mouth.speak(voiceHz);
  await Promise.all([hearsTone(desk.page, [voiceHz]), call.phone.ear.tone(700)]);
  await call.hangUp();
});
