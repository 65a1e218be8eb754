import t from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { accessibilityFaults, People, patienceMs } from './support/browser.js';
import { Phone } from './support/phone.js';
import { picture } from './support/pictures.js';
import { demoPassword, leftOver, nothing, startStack } from './support/stack.js';
import { unhurried } from './support/unhurried.js';

t.setTimeout(600_000);

const microphone = 700;
const customerVoice = 1100;
/** Korea, ITU-T E.180 Supplement 2. */
const ringback = [440, 480];
t.test('at the desktop: a number is dialled, clicked on again, and a colleague is called', async t => {
  const stack = await startStack(t);
  await unhurried(stack);
  const people = await People.gather(t, { microphone });
  const phone = await Phone.open(t, stack);
  phone.answers = false;
  phone.audio.mouth.speak(customerVoice);

  const desk = await AgentDesk.open(people, stack.url);
  await desk.signIn('agent1@demo.example', demoPassword);
  await desk.page.keyboard.press('Alt+c');
  await desk.find('dial-impossible').waitFor();
  t.ok(await desk.find('dial-call').isDisabled(), 'who is offline is told what to do');
  await desk.page.keyboard.press('Escape');
  await desk.find('state-paused').click();
  await desk.find('pause-break').click();
  await desk.is('paused');

  await desk.page.keyboard.press('Alt+c');
  await desk.page.locator('[data-testid="dial-number"]:focus').waitFor();
  await desk.page.keyboard.type('010-55');
  t.ok(await desk.find('dial-call').isDisabled(), 'a number that is not whole cannot be called');
  for (const key of '501234') await desk.find(`dial-key-${key}`).click();
  await desk.page
    .locator('[data-testid="dial-recognised"][data-known="true"]', { hasText: '010-5550-1234' })
    .waitFor();
  await picture(desk, 'dialler');
  t.same(await accessibilityFaults(desk.page), [], 'the dialler is accessible');
  await desk.page.keyboard.press('Enter');
  await desk.call({ state: 'dialing', line: 'connected' });
  await picture(desk, 'dialling');
  await desk.hears(...ringback);
  t.pass('the agent hears that it rings');
  phone.pickUp();
  await desk.call({ state: 'bridged' });
  await Promise.all([phone.audio.ear.tone(microphone, patienceMs), desk.hears(customerVoice)]);
  t.pass('both hear each other');
  await picture(desk, 'outbound');
  t.same(await accessibilityFaults(desk.page), [], 'the call is accessible');
  await desk.find('line-meter').click();
  await desk.page.locator('[data-testid="line-figures"] [data-role="customer"] table').first().waitFor();
  await desk.page.locator('[data-testid="line-figures"] [data-role="agent"] table').first().waitFor();
  await picture(desk, 'line-figures');
  t.same(await accessibilityFaults(desk.page), [], 'the figures of the lines are accessible');
  await desk.page.keyboard.press('Escape');
  await desk.hangUp();
  await phone.until('over', 1, patienceMs);
  await desk.wrapUp({ note: '02-555-0199 로 다시 전화', disposition: 'follow_up' });
  await desk.is('paused');

  await desk.find('recent-item').first().click();
  const numbers = desk.find('detail').getByTestId('callable-number');
  await numbers.nth(1).waitFor();
  t.same(
    await numbers.evaluateAll(found => found.map(each => each.getAttribute('data-phone'))),
    ['+821055501234', '+8225550199'],
    'the customer’s number and the one in the note can be clicked on',
  );
  await picture(desk, 'numbers');
  phone.decline(486);
  await numbers.first().click();
  await desk.page.locator('[data-testid="dial-recognised"][data-known="true"]').waitFor();
  await desk.page.keyboard.press('Enter');
  await desk.call({ state: 'wrap_up' });
  await phone.until('over', 2, patienceMs);
  t.match(await desk.find('conversation').textContent(), '통화 중', 'the desktop says that it was busy');
  await desk.wrapUp();
  await desk.is('paused');

  const colleague = await AgentDesk.open(people, stack.url, { locale: 'en-US', colorScheme: 'dark' });
  await colleague.signIn('agent2@demo.example', demoPassword, 'en');
  await colleague.goReady();
  await desk.find('dial-open').click();
  await desk.find('dial-dialog').getByText('Alex Rivers').click();
  const offer = await colleague.offer();
  t.match(await offer.textContent(), 'Internal call');
  t.equal(await colleague.find('customer-name').textContent(), '김하늘', 'he sees who calls');
  await picture(colleague, 'internal-offer');
  await colleague.accept();
  await Promise.all([
    desk.call({ state: 'bridged', line: 'connected' }),
    colleague.call({ state: 'bridged', line: 'connected' }),
  ]);
  await Promise.all([desk.hears(microphone), colleague.hears(microphone)]);
  t.pass('the two hear each other');
  await desk.page.setViewportSize({ width: 360, height: 740 });
  await picture(desk, 'internal-phone');
  await colleague.hangUp();
  await Promise.all([desk.is('paused'), colleague.is('ready')]);
  await desk.find('dial-open').click();
  await desk.find('dial-dialog').waitFor();
  await picture(desk, 'dialler-phone');
  await colleague.page.keyboard.press('Alt+c');
  await colleague.find('dial-dialog').waitFor();
  await picture(colleague, 'dialler-dark');
  t.same(await accessibilityFaults(colleague.page), [], 'in the dark, too');
  t.same(await leftOver(stack), nothing);
  t.same(people.complaints, [], 'no page complained');
});
