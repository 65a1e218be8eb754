import t from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { People } from './support/browser.js';
import { FirefoxVisitor, launchFirefox } from './support/firefox.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { unhurried } from './support/unhurried.js';

t.setTimeout(600_000);

const microphone = 1100;
const stack = await startStack(t);
const people = await People.gather(t);
const firefox = await launchFirefox(microphone);
t.teardown(() => firefox.close());
await unhurried(stack);
const desk = await AgentDesk.open(people, stack.url);
t.teardown(() => desk.close());
await desk.signIn('agent1@demo.example', demoPassword, 'en');

t.test(
  'in Firefox: the strictest policy, a page from right to left, in Arabic, through a reload',
  async t => {
    const visitor = await FirefoxVisitor.enterStrict(firefox, stack.url);
    await visitor.click('open');
    await visitor.fill('phone', nextNumber());
    const lines = await visitor.lines('close', 'country', 'phone', 'name');
    t.ok(lines.close!.x < lines.country!.x, 'what closes the panel is at the end of its line, on the left');
    t.ok(lines.country!.x < lines.phone!.x, 'the code of the country stays in front of the number');
    t.match(lines, { close: { direction: 'rtl' }, phone: { direction: 'ltr' }, name: { direction: 'rtl' } });
    await visitor.fill('name', 'Sarah');
    t.match(await visitor.lines('name'), { name: { direction: 'ltr' } }, 'a name runs as its own letters do');
    await visitor.click('submit');
    await visitor.sees('waiting');
    t.match(await visitor.text('status'), /أنت في قائمة الانتظار/);
    await visitor.page.reload();
    await visitor.sees('waiting');
    t.match(await visitor.text('position'), /أنت التالي|ترتيبك في الانتظار/);
    t.match(await visitor.lines('status'), { status: { direction: 'rtl' } });
    await visitor.click('cancel');
    await visitor.click('cancel-confirm');
    await visitor.sees('done', 'cancelled');
    t.same(await visitor.breaches(), [], 'nothing that the policy forbids');
    t.same(visitor.complaints, []);
    await visitor.page.close();
  },
);

t.test('in Firefox: open, ask, see how it stands through a reload, take it back', async t => {
  const visitor = await FirefoxVisitor.enter(firefox, stack.url);
  await visitor.click('open');
  await visitor.fill('phone', nextNumber());
  await visitor.click('submit');
  await visitor.sees('waiting');
  await desk.goReady();
  await desk.offer();
  await visitor.sees('offered');
  t.match(await visitor.text('status'), '상담원을 호출하고 있습니다');
  await visitor.page.reload();
  await visitor.sees('offered');
  await visitor.click('cancel');
  await visitor.click('cancel-confirm');
  await visitor.sees('done', 'cancelled');
  await desk.is('ready');

  await visitor.click('close');
  await visitor.page.keyboard.press('Enter');
  await visitor.text('submit');
  await visitor.page.keyboard.press('Escape');
  await visitor.hasFocus('open');
  t.pass('the keyboard comes back to the button');
  t.same(visitor.complaints, []);
  await visitor.page.close();
});

t.test('in Firefox: a talk in the page', async t => {
  const visitor = await FirefoxVisitor.enter(firefox, stack.url);
  await visitor.click('open');
  await visitor.choose('via-browser');
  await visitor.fill('name', '파이어폭스');
  await visitor.click('submit');
  await desk.accept();
  await visitor.sees('bridged');
  await desk.call({ state: 'bridged', line: 'connected' });
  await desk.hears(microphone);
  t.pass('the agent hears the microphone of Firefox');
  await visitor.click('hangup');
  await visitor.sees('done', 'completed');
  await desk.wrapUp({});
  t.same(visitor.complaints, []);
});
