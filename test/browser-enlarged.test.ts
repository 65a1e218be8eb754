/** Nothing is cut off and nothing scrolls two ways at 200 % and 400 %, and with the text spacing of WCAG 2.2. */
import t from 'tap';
import { AdminDesk } from './support/admin-desk.js';
import { AgentDesk } from './support/agent-desk.js';
import { RtpPeer } from './support/audio.js';
import { People } from './support/browser.js';
import { misfitsOf } from './support/fit.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { telephone } from './support/telephone.js';
import { unhurried } from './support/unhurried.js';
import { Visitor } from './support/visitor.js';

t.setTimeout(600_000);

const stack = await startStack(t);
const people = await People.gather(t);
await unhurried(stack);
const still = { reducedMotion: 'reduce' as const };

for (const language of ['en', 'ko', 'ar'] as const) {
  t.test(`the widget in ${language}`, async t => {
    const visitor =
      language === 'ar'
        ? await Visitor.enterArabic(people, stack.url, still)
        : await Visitor.enter(people, stack.url, language, still);
    t.teardown(() => visitor.page.context().close());
    const fits = async (what: string) => t.same(await misfitsOf(visitor.page), [], what);
    await visitor.open();
    await visitor.seesTimes();
    await visitor.find('submit').click();
    await visitor.find('error').waitFor();
    await fits('the form with an error');
    await visitor.find('when-later').check();
    await visitor.find('time').waitFor();
    await fits('the choice of a time');
    await visitor.find('when-now').check();
    await visitor.send({ phone: nextNumber() });
    await visitor.sees('waiting');
    await visitor.find('change').waitFor();
    await visitor.find('cancel').click();
    await fits('the place in line, and the question before it is given up');
    await visitor.find('cancel-confirm').click();
    await visitor.sees('done', 'cancelled');
    await fits('the end');
    await visitor.find('close').click();
    await fits('the button');
  });
}

t.test("the agent's desktop", async t => {
  const phone = await RtpPeer.open(['PCMA']);
  t.teardown(() => phone.close());
  await telephone(t, stack.trunkPort, { rtpPort: phone.port });
  const desk = await AgentDesk.open(people, stack.url, still);
  t.teardown(() => desk.close());
  const fits = async (what: string) => t.same(await misfitsOf(desk.page), [], what);
  await desk.speak('en');
  await fits('the login');
  await desk.signIn('agent1@demo.example', demoPassword, 'en');
  await desk.goReady();
  await fits('the desk');
  await stack.api.askCallback({
    phone: nextNumber(),
    name: 'Sarah Mitchell',
    note: 'Lever One or Haru Duo?',
  });
  await desk.offer();
  await fits('an offer');
  await desk.accept();
  await desk.call({ state: 'bridged', line: 'connected' });
  await desk.find('call-dtmf').click();
  await desk.hold(true);
  await fits('a conversation on hold, with the keypad');
  await desk.find('call-transfer').click();
  await desk.page.getByRole('dialog').waitFor();
  await fits('a transfer');
  await desk.page.keyboard.press('Escape');
  await desk.hangUp();
  await desk.call({ state: 'wrap_up' });
  await fits('the wrap-up');
  await desk.wrapUp();
  await desk.find('recent-item').first().click();
  await desk.find('detail').getByTestId('timeline').waitFor();
  await fits('the details');
  await desk.page.goto(`${stack.url}/desktop/voicemail`);
  await desk.page.locator('[data-testid="voicemails"][aria-busy="false"]').waitFor();
  await fits('the voicemail');
});

t.test("the supervisor's and administrator's pages", async t => {
  const desk = await AdminDesk.open(people, stack.url, 'company', { ...still, language: 'en' });
  t.teardown(() => desk.close());
  const { page } = desk;
  await desk.shows('company');
  for (const path of [
    'company',
    'people',
    'queues',
    'queues/new',
    'hours/new',
    'rules/new',
    'widget',
    'audit',
  ]) {
    await page.goto(`${stack.url}/desktop/admin/${path}`);
    await desk.find('page-title').waitFor();
    await page.waitForFunction(() => !document.querySelector('main#stage [aria-busy="true"]'));
    t.same(await misfitsOf(page), [], path);
  }
  await page.goto(`${stack.url}/desktop/`);
  await desk.find('floor').waitFor();
  await page.waitForFunction(() => !document.querySelector('#stage [aria-busy="true"]'));
  t.same(await misfitsOf(page), [], 'the floor');
  await page.goto(`${stack.url}/desktop/wallboard`);
  await desk.find('wallboard').waitFor();
  t.same(await misfitsOf(page), [], 'the wallboard');
});

t.test('no page complained', async t => {
  t.same(people.complaints, []);
});
