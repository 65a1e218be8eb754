import t from 'tap';
import { AdminDesk } from './support/admin-desk.js';
import { AgentDesk } from './support/agent-desk.js';
import { accessibilityFaults, People } from './support/browser.js';
import { sipp } from './support/sipp.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { unhurried } from './support/unhurried.js';
import { Visitor } from './support/visitor.js';

t.setTimeout(600_000);

const stack = await startStack(t);
const people = await People.gather(t);
await unhurried(stack);

/** The button in the preview, in a light or a dark page. */
function previewOf(desk: AdminDesk, scheme: 'light' | 'dark') {
  return desk.find(`preview-${scheme}`).getByTestId('rb-open');
}

async function atWidget(options: Parameters<typeof AdminDesk.open>[3] = {}): Promise<AdminDesk> {
  const desk = await AdminDesk.open(people, stack.url, 'widget', options);
  await desk.find('list').waitFor();
  await desk.page.locator('[data-testid="list"] tbody a').first().click();
  await desk.find('preview').waitFor();
  return desk;
}

t.test('what is chosen is seen before it is saved, and by visitors afterwards', async t => {
  const desk = await atWidget();
  t.teardown(() => desk.close());
  const colourOf = (scheme: 'light' | 'dark') =>
    previewOf(desk, scheme).evaluate(button => getComputedStyle(button).backgroundColor);
  t.equal(await previewOf(desk, 'light').textContent(), '전화 요청');
  const [light, dark] = [await colourOf('light'), await colourOf('dark')];
  t.not(light, dark, 'each page has its shade');

  await desk.field('accent').fill('yellow');
  await desk.field('button.ko').focus();
  await desk.page.getByText('# 뒤에 숫자나 a~f 글자 여섯 개').waitFor();
  t.equal(await colourOf('light'), light, 'what is no colour changes nothing');
  await desk.field('accent').fill('#ffd400');
  await desk.page.getByText('명암비 4.5:1').waitFor();
  t.match(await colourOf('light'), /^rgb\(\d+, \d+, 0\)$/);
  t.not(await colourOf('light'), 'rgb(255, 212, 0)', 'made darker, as it is for visitors');
  t.equal(await colourOf('dark'), 'rgb(255, 212, 0)', 'and kept where it can be read');

  await desk.field('button.ko').fill('상담 전화 받기');
  await previewOf(desk, 'light').getByText('상담 전화 받기').waitFor();
  const place = async () => {
    const [button, page] = await Promise.all([
      previewOf(desk, 'light').boundingBox(),
      desk.find('preview-light').boundingBox(),
    ]);
    return button!.x - page!.x;
  };
  t.ok((await place()) > 40, 'on the right');
  await desk.find('position-start').check();
  t.ok((await place()) < 40, 'on the left');
  await desk.field('title.ko').fill('하루 커피 상담실');
  await desk.find('preview-what').getByText('열린 창').click();
  await desk.find('preview-dark').getByText('하루 커피 상담실').waitFor();

  const before = await Visitor.enter(people, stack.url, 'ko');
  t.teardown(() => before.page.context().close());
  await before.page.getByRole('button', { name: '전화 요청' }).waitFor();
  await desk.save();
  const visitor = await Visitor.enter(people, stack.url, 'ko');
  t.teardown(() => visitor.page.context().close());
  await visitor.page.getByRole('button', { name: '상담 전화 받기' }).waitFor();
  t.equal(
    await visitor.find('open').evaluate(button => getComputedStyle(button).backgroundColor),
    await (async () => {
      await desk.find('preview-what').getByText('버튼', { exact: true }).click();
      return await colourOf('light');
    })(),
    'the preview told the truth',
  );
  t.match(await desk.find('snippet').inputValue(), /^<script async src=".*\/widget\.js" data-site="demo">/);
});

t.test('a greeting is written, put in order, removed and put back, shown and counted', async t => {
  const desk = await atWidget();
  t.teardown(() => desk.close());
  await desk.find('add-greeting').click();
  await desk.find('save').click();
  await desk.page.locator('[data-testid="field-greetings.0.text.ko"][aria-invalid="true"]').waitFor();
  await desk.field('greetings.0.text.ko').fill('무엇을 도와드릴까요?');
  await desk.field('greetings.0.text.en').fill('May we help you?');
  await desk.field('greetings.0.key').fill('shop');
  await desk.field('greetings.0.afterSeconds').fill('0');
  await desk.field('greetings.0.pages').fill('https://www.example.com/shop/?x=1 /other');
  await desk.field('greetings.0.pages').press('Enter');
  await desk.find('greeting-0').getByText('/shop/', { exact: true }).waitFor();
  await desk.find('preview-light').getByText('무엇을 도와드릴까요?').waitFor();

  await desk.find('add-greeting').click();
  await desk.field('greetings.1.key').fill('shop');
  await desk.field('greetings.1.text.ko').fill('또 오셨네요!');
  await desk.field('greetings.1.text.en').fill('Welcome back!');
  await desk.find('save').click();
  await desk.page.getByText('다른 인사말이 이 키를 쓰고 있습니다').waitFor();
  await desk.field('greetings.1.key').fill('again');
  await desk.page.getByRole('button', { name: '인사말 2 위로 옮기기' }).click();
  t.equal(await desk.field('greetings.0.key').inputValue(), 'again');
  await desk.page.getByRole('button', { name: '인사말 1 삭제' }).click();
  t.equal(await desk.field('greetings.0.key').inputValue(), 'shop');
  await desk.find('put-back').click();
  t.equal(await desk.field('greetings.0.key').inputValue(), 'again');
  await desk.page.getByRole('button', { name: '인사말 1 삭제' }).click();
  await desk.save();
  t.ok(await desk.field('greetings.0.key').evaluate(input => (input as HTMLInputElement).readOnly));
  const [stored] =
    await stack.sql`select widget -> 'greetings' as greetings, widget ->> 'accent' as accent from sites where key = 'demo'`;
  t.same(
    stored,
    {
      greetings: [
        {
          key: 'shop',
          text: { ko: '무엇을 도와드릴까요?', en: 'May we help you?' },
          queue: 'sales',
          pages: ['/shop/', '/other'],
          afterSeconds: 0,
        },
      ],
      accent: '#ffd400',
    },
    'and what was set before is still there',
  );

  await sipp(t, 'uas-answer', { port: stack.trunkPort, args: ['-timeout', '300s'] });
  const agent = await AgentDesk.open(people, stack.url);
  t.teardown(() => agent.close());
  await agent.signIn('agent1@demo.example', demoPassword, 'en');
  await agent.goReady();
  const visitor = await Visitor.enter(people, stack.url, 'en');
  t.teardown(() => visitor.page.context().close());
  await visitor.page.getByText('May we help you?').click();
  await visitor.find('submit').waitFor();
  await visitor.send({ phone: nextNumber() });
  await agent.accept();
  await visitor.sees('bridged');
  await agent.hangUp();
  await visitor.sees('done', 'completed');
  await visitor.find('star-5').check();
  await visitor.find('rating-comment').fill('Quick and kind');
  await visitor.find('rating-send').click();
  await visitor.find('rating-comment').waitFor({ state: 'hidden' });

  await desk.page.reload();
  await desk.find('record-shop').waitFor();
  t.match(await desk.find('record-shop').innerText(), /1\s+1\s*100%\s+1\s*100%/);
  t.match(await desk.find('rating-average').innerText(), '별점 5점 만점에 5점, 통화 1건');
  const ratings = desk.find('ratings');
  await ratings.getByText('Quick and kind').waitFor();
  t.match(await ratings.innerText(), '김하늘');
});

t.test('its pages can be used by everybody, on every screen', async t => {
  for (const { language, colorScheme, width } of [
    { language: 'ko', colorScheme: 'light', width: 1280 },
    { language: 'en', colorScheme: 'dark', width: 390 },
  ] as const) {
    const desk = await atWidget({ language, colorScheme, viewport: { width, height: 800 } });
    t.teardown(() => desk.close());
    await desk.find('rating-average').waitFor();
    t.same(await accessibilityFaults(desk.page), [], `${language} ${colorScheme} ${width}`);
    const overflow = await desk.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    t.ok(overflow <= 0, `no wider than the window (${overflow})`);
  }
});

t.test('what cannot be is refused by the server, too', async t => {
  const token = await stack.api.signIn('admin@demo.example', demoPassword);
  const { body } = await stack.api.call<{ sites: { id: string; version: number }[] }>(
    'GET',
    '/api/v1/admin/sites',
    { token },
  );
  const { id, version } = body.sites[0]!;
  const greeting = { key: 'a', text: { ko: '가', en: 'a' }, queue: 'sales', afterSeconds: 0 };
  const set = (greetings: object[]) =>
    stack.api.call('PATCH', `/api/v1/admin/sites/${id}`, {
      token,
      body: { version, widget: { greetings } },
    });
  t.match(await set([greeting, greeting]), {
    status: 409,
    body: { code: 'key_taken', field: 'widget.greetings.1.key' },
  });
  t.match(await set([{ ...greeting, queue: 'nowhere' }]), {
    status: 422,
    body: { code: 'queue_unknown', field: 'widget.greetings.0.queue' },
  });
  const agent = await stack.api.signIn('agent1@demo.example', demoPassword);
  t.match(await stack.api.call('GET', `/api/v1/admin/sites/${id}/ratings`, { token: agent }), {
    status: 403,
  });
  t.same(people.complaints, [], 'no page complained');
});
