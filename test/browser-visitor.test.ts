import t, { type Test } from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { People } from './support/browser.js';
import { sipp } from './support/sipp.js';
import { demoPassword, nextNumber, phoneRings, startStack } from './support/stack.js';
import { unhurried } from './support/unhurried.js';
import { Visitor } from './support/visitor.js';

t.setTimeout(600_000);

const stack = await startStack(t);
const people = await People.gather(t);
await unhurried(stack);

async function readyAgent(t: Test): Promise<AgentDesk> {
  const desk = await AgentDesk.open(people, stack.url);
  t.teardown(() => desk.close());
  await desk.signIn('agent1@demo.example', demoPassword);
  await desk.goReady();
  return desk;
}

async function enter(t: Test, language: 'ko' | 'en' = 'ko'): Promise<Visitor> {
  const visitor = await Visitor.enter(people, stack.url, language);
  t.teardown(() => visitor.page.context().close());
  return visitor;
}

t.test('the shop and the widget speak the language that is asked for', async t => {
  const words = {
    ko: {
      heading: '아침이 기다려지는 커피 머신',
      button: '전화 요청',
      queue: '기술 지원',
      cancelled: '취소했습니다',
    },
    en: {
      heading: 'A machine worth waking up for',
      button: 'Call me back',
      queue: 'Technical support',
      cancelled: 'cancelled',
    },
  } as const;
  for (const language of ['ko', 'en'] as const) {
    const { heading, button, queue, cancelled } = words[language];
    const visitor = await enter(t, language);
    await visitor.page.getByRole('heading', { name: heading }).waitFor();
    t.equal(await visitor.page.locator('ringbridge-widget').getAttribute('lang'), language);
    await visitor.page.getByRole('button', { name: button }).click();
    await visitor.page.getByRole('dialog').getByText(queue, { exact: true }).waitFor();
    await visitor.send({ phone: nextNumber() });
    await visitor.sees('waiting');
    await visitor.cancel();
    await visitor.sees('done', 'cancelled');
    t.match(await visitor.find('status').textContent(), cancelled);
  }
});

t.test('what is not a number is said at its field, and can be mended', async t => {
  const visitor = await enter(t, 'en');
  await visitor.open();
  await visitor.send({ phone: '' });
  t.equal(await visitor.find('error').getAttribute('data-field'), 'phone');
  for (const phone of ['12', '112', '+81312345678', '02; drop table']) {
    await visitor.send({ phone });
    await visitor.find('error').waitFor();
    t.equal(await visitor.find('error').getAttribute('data-field'), 'phone', phone);
    t.ok(await visitor.find('phone').evaluate(input => input.matches(':focus')), 'where the cursor is');
  }
  await visitor.send({ phone: nextNumber() });
  await visitor.sees('waiting');
  await visitor.cancel();
  await visitor.sees('done', 'cancelled');
});

t.test('the button pressed five times asks once', async t => {
  const visitor = await enter(t);
  await visitor.open();
  const phone = nextNumber();
  await visitor.find('phone').fill(phone);
  await visitor.find('submit').evaluate((button: HTMLButtonElement) => {
    for (let presses = 0; presses < 5; presses++) button.click();
  });
  await visitor.find('status').waitFor();
  const [row] = await stack.sql<{ count: number }[]>`
    select count(*)::int from interactions where phone = ${phone}`;
  t.equal(row?.count, 1);
  await visitor.cancel();
  await visitor.sees('done', 'cancelled');
});

t.test('all of it can be done by keyboard', async t => {
  const visitor = await enter(t, 'en');
  const { keyboard } = visitor.page;
  const focused = (testId: string) => visitor.page.locator(`[data-testid="rb-${testId}"]:focus`).waitFor();
  /** Tabs until the element has the focus, as often as there can be steps to it. */
  const tabTo = async (testId: string) => {
    for (let steps = 0; steps < 12; steps++) {
      if (await visitor.find(testId).evaluate(element => element.matches(':focus'))) return;
      await keyboard.press('Tab');
    }
    throw new Error(`${testId} is not reached by the Tab key`);
  };
  await visitor.find('open').focus();
  await keyboard.press('Enter');
  await visitor.find('submit').waitFor();
  await keyboard.press('Escape');
  await focused('open');
  await keyboard.press('Enter');
  await visitor.find('submit').waitFor();
  await tabTo('queue-sales');
  await keyboard.press('ArrowDown');
  await tabTo('phone');
  await keyboard.type(nextNumber());
  await keyboard.press('Enter');
  await visitor.sees('waiting');
  t.match(await visitor.find('status').textContent(), 'Technical support', 'the second queue was chosen');
  await tabTo('cancel');
  await keyboard.press('Enter');
  await focused('cancel-confirm');
  await keyboard.press('Enter');
  await visitor.sees('done', 'cancelled');
});

t.test('cancelled while the agent is rung: the offer goes away', async t => {
  const desk = await readyAgent(t);
  const visitor = await enter(t);
  await visitor.ask({ phone: nextNumber(), name: '김철수' });
  await desk.offer();
  await visitor.sees('offered');
  await visitor.cancel();
  await visitor.sees('done', 'cancelled');
  await desk.find('offer').waitFor({ state: 'detached' });
  await desk.is('ready');
});

t.test('cancelled while the phone rings: the phone stops, the agent is free', async t => {
  const telco = await sipp(t, 'uas-no-answer', { port: stack.trunkPort, args: ['-timeout', '300s'] });
  const desk = await readyAgent(t);
  const visitor = await enter(t);
  const phone = nextNumber();
  await visitor.ask({ phone });
  const [asked] = await stack.sql<{ id: string }[]>`select id from interactions where phone = ${phone}`;
  await desk.accept();
  await visitor.sees('dialing');
  await desk.call({ state: 'dialing' });
  await phoneRings(stack, asked!.id);
  await visitor.cancel();
  await visitor.sees('done', 'cancelled');
  await telco.done;
  await desk.is('ready');
  await desk.find('empty-desk').waitFor();
});

t.test('whoever waits sees his place and the range of his waiting, after a reload, too', async t => {
  const desk = await readyAgent(t);
  const first = await enter(t);
  await first.ask({ phone: nextNumber() });
  await desk.offer();
  const second = await enter(t);
  await second.open();
  await second.page
    .getByText(/^(약 \d+~\d+분|길어야 \d+분)$/)
    .first()
    .waitFor();
  await second.send({ phone: nextNumber() });
  await second.sees('waiting');
  const estimate = second.find('status').getByText(/^예상 대기 시간: (약 \d+~\d+분|길어야 \d+분)$/);
  await estimate.waitFor();
  t.equal(await second.find('position').textContent(), '다음 순서입니다');
  await second.page.reload();
  await second.sees('waiting');
  await estimate.waitFor();
  await second.cancel();
  await second.sees('done', 'cancelled');
  await first.cancel();
  await first.sees('done', 'cancelled');
  await desk.is('ready');
});

t.test('a reload, and another page of the shop, keep the status', async t => {
  const desk = await readyAgent(t);
  const telco = await sipp(t, 'uas-busy', { port: stack.trunkPort, args: ['-timeout', '300s'] });
  const visitor = await enter(t);
  await visitor.ask({ phone: nextNumber() });
  await desk.offer();
  await visitor.sees('offered');
  await visitor.page.reload();
  await visitor.sees('offered');
  await visitor.find('close').click();
  await visitor.page.goto(`${stack.url}/shop/?lang=ko#advice`);
  await visitor.page.reload();
  await visitor.page.getByRole('button', { name: '상담원' }).waitFor();
  t.pass('the closed widget says how it stands');
  await desk.accept();
  await telco.done;
  await visitor.find('open').click();
  await visitor.sees('done', 'busy');
  await visitor.page.reload();
  await visitor.open();
  t.pass('what is over is not shown again');
  await desk.wrapUp();
  await desk.is('ready');
});

t.test('no page complained', async t => {
  t.same(people.complaints, []);
});
