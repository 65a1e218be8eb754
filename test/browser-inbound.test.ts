/** Calls that come in, at the desktop: where a caller comes from, and the message that one has left. */
import t from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { accessibilityFaults, hearsTone, People } from './support/browser.js';
import { inboundCaller } from './support/caller.js';
import { companyNumber, flowIs, lastCall, uploadTones } from './support/flows.js';
import { demoPassword, startStack } from './support/stack.js';
import { unhurried } from './support/unhurried.js';

t.setTimeout(600_000);

const askHz = 500;
const voiceHz = 800;

const stack = await startStack(t);
const people = await People.gather(t, { microphone: 700 });
await unhurried(stack);
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
  // What he says is so long: nothing is waited for.
  await new Promise(resolve => setTimeout(resolve, 3_000));
  await call.hangUp();
  await lastCall(stack);
  t.equal(await desk.find('voicemail-count').textContent(), '1');
  await desk.find('voicemail-open').click();
  const row = desk.page.locator('[data-testid="voicemail"][data-heard="false"]');
  await row.waitFor();
  await row.getByText('010-5550-1234').waitFor();
  t.same(await accessibilityFaults(desk.page), []);
  await row.locator('audio').evaluate((player: HTMLAudioElement) => player.play());
  await desk.page.locator('[data-testid="voicemail"][data-heard="true"]').waitFor();
  const length = await desk.page.locator('audio').evaluate((player: HTMLAudioElement) => player.duration);
  const [stored] = await stack.sql<{ seconds: number }[]>`
    select duration_ms / 1000.0::float8 as seconds from voicemails`;
  t.ok(
    length > 2 && Math.abs(length - stored!.seconds) < 0.1,
    `of ${stored!.seconds} s it plays ${length} s`,
  );
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
  await desk.find('customer-phone').getByText('010-5550-1234').waitFor();
  t.match(await desk.find('dialled').textContent(), /1588/);
  t.match(await desk.find('choices').textContent(), /2 wait/);
  await desk.accept();
  call.phone.mouth.speak(voiceHz);
  await Promise.all([hearsTone(desk.page, [voiceHz]), call.phone.ear.tone(700)]);
  await call.hangUp();
});
