import t from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { RtpPeer } from './support/audio.js';
import { accessibilityFaults, People, patienceMs } from './support/browser.js';
import { picture } from './support/pictures.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { telephone } from './support/telephone.js';
import { unhurried } from './support/unhurried.js';

t.setTimeout(600_000);

const microphone = 700;
const customerVoice = 1100;
t.test('at the desktop: consulted, all together, handed over; listened to by a supervisor', async t => {
  const stack = await startStack(t);
  await unhurried(stack);
  const people = await People.gather(t, { microphone });
  const phone = await RtpPeer.open(['PCMA']);
  t.teardown(() => phone.close());
  const telco = await telephone(t, stack.trunkPort, { rtpPort: phone.port });
  phone.mouth.speak(customerVoice);

  const desk = await AgentDesk.open(people, stack.url);
  await desk.signIn('agent1@demo.example', demoPassword);
  await desk.goReady();
  await stack.api.askCallback({ phone: nextNumber(), name: '홍길동' });
  await desk.accept();
  await desk.call({ state: 'bridged', line: 'connected' });
  await Promise.all([phone.ear.tone(microphone, patienceMs), desk.hears(customerVoice)]);

  const colleague = await AgentDesk.open(people, stack.url, { locale: 'en-US', colorScheme: 'dark' });
  await colleague.signIn('agent2@demo.example', demoPassword, 'en');
  await colleague.goReady();

  const supervisor = await AgentDesk.open(people, stack.url, { locale: 'en-US' });
  await supervisor.signIn('admin@demo.example', demoPassword, 'en');
  await supervisor.find('floor-talk').waitFor();
  await picture(supervisor, 'floor');
  t.same(await accessibilityFaults(supervisor.page), [], 'the floor is accessible');
  await supervisor.find('floor-listen').click();
  await supervisor.page.locator('[data-testid="monitoring"][data-state="joined"]').waitFor();
  await desk.page.locator('[data-testid="party"][data-kind="supervisor"]').waitFor();
  await supervisor.hears(customerVoice, microphone);
  t.pass('the supervisor hears both, and the agent sees that somebody listens');
  await picture(supervisor, 'monitoring');
  t.same(await accessibilityFaults(supervisor.page), [], 'the bar is accessible');

  await desk.find('call-transfer').click();
  const dialog = desk.find('transfer-dialog');
  await dialog.waitFor();
  const name = dialog.getByText('Alex Rivers');
  await name.waitFor();
  await picture(desk, 'dialog');
  t.same(await accessibilityFaults(desk.page), [], 'the dialog is accessible');
  await name.click();
  await colleague.find('how-it-came').waitFor();
  t.match(await colleague.find('how-it-came').textContent(), '김하늘', 'the colleague sees who asks');
  await picture(colleague, 'asked');
  await colleague.accept();
  await desk.page.locator('[data-testid="party"][data-state="consulting"]').waitFor();
  await phone.ear.soundWithout([microphone], patienceMs);
  await desk.hears(microphone);
  t.pass('the two talk, and the customer hears music');
  await picture(desk, 'consulting');
  t.same(await accessibilityFaults(desk.page), [], 'the parties are accessible');

  await desk.find('party-join').click();
  await desk.page.locator('[data-testid="party"][data-kind="agent"][data-state="joined"]').waitFor();
  await Promise.all([phone.ear.tone(microphone, patienceMs), colleague.hears(customerVoice, microphone)]);
  t.pass('all hear each other');

  await desk.find('party-complete').click();
  await desk.call({ state: 'wrap_up' });
  await colleague.call({ state: 'bridged', line: 'connected' });
  await Promise.all([phone.ear.tone(microphone, patienceMs), colleague.hears(customerVoice)]);
  t.pass('the colleague goes on with the customer');
  await desk.page.setViewportSize({ width: 360, height: 740 });
  await picture(desk, 'wrap-up-phone');
  await colleague.page.setViewportSize({ width: 360, height: 740 });
  await picture(colleague, 'talk-phone');

  await supervisor.find('monitoring-take-over').click();
  await supervisor.call({ state: 'bridged', line: 'connected' });
  await colleague.call({ state: 'wrap_up' });
  await Promise.all([phone.ear.tone(microphone, patienceMs), supervisor.hears(customerVoice)]);
  t.pass('the supervisor has taken over');
  await supervisor.hangUp();
  await telco.done;
  t.same(people.complaints, [], 'no page complained');
});
