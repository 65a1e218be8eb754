import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { AdminDesk } from './support/admin-desk.js';
import { accessibilityFaults, People } from './support/browser.js';
import { eventually } from './support/eventually.js';
import { freeUdpPort, sipp } from './support/sipp.js';
import { startStack } from './support/stack.js';

t.setTimeout(600_000);

const stack = await startStack(t, { env: { RINGBRIDGE_PRIVATE_TRUNKS: 'true' } });
const people = await People.gather(t);
const { sql } = stack;

const pages = [
  'company',
  'people',
  'people/new',
  'queues',
  'queues/new',
  'skills',
  'skills/new',
  'hours',
  'hours/new',
  'holidays',
  'holidays/new',
  'numbers',
  'numbers/new',
  'sites',
  'sites/new',
  'widget',
  'rules',
  'rules/new',
  'prompts',
  'trunks',
  'trunks/new',
  'audit',
];

/** Shows the page of that address as Back and Forward do: nothing is loaded anew. */
async function show(page: Page, path: string): Promise<void> {
  await page.evaluate(address => {
    history.pushState(null, '', address);
    dispatchEvent(new PopStateEvent('popstate'));
  }, `/desktop/admin/${path}`);
  await page
    .locator(`main#stage[data-page="${path.split('/')[0]}"] h2`)
    .first()
    .waitFor();
}

for (const { language, colorScheme, width } of [
  { language: 'ko', colorScheme: 'light', width: 1280 },
  { language: 'en', colorScheme: 'dark', width: 1280 },
  { language: 'ko', colorScheme: 'dark', width: 360 },
  { language: 'en', colorScheme: 'light', width: 360 },
] as const)
  t.test(`axe finds nothing, and nothing is cut off: ${language}, ${colorScheme}, ${width} px`, async t => {
    const desk = await AdminDesk.open(people, stack.url, 'company', {
      language,
      colorScheme,
      viewport: { width, height: 800 },
    });
    t.teardown(() => desk.close());
    await desk.shows('company');
    for (const path of pages) {
      await show(desk.page, path);
      t.same(await accessibilityFaults(desk.page), [], path);
      const overflow = await desk.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      t.ok(overflow <= 0, `${path} is no wider than the window`);
    }
  });

t.test('a supervisor looks, and changes nothing; the company says whether listening is seen', async t => {
  await sql`insert into users (tenant_id, email, name, role, password_hash)
    select tenant_id, 'lead@demo.example', 'Lead', 'supervisor', password_hash from users where role = 'admin'`;
  const lead = await AdminDesk.open(people, stack.url, 'company', {
    email: 'lead@demo.example',
    language: 'en',
    colorScheme: 'dark',
  });
  t.teardown(() => lead.close());
  await lead.find('read-only').waitFor();
  t.ok(await lead.field('monitoringShown').isDisabled());
  t.equal(await lead.find('save').isVisible(), false);
  t.equal(await lead.find('nav-audit').count(), 0, 'the audit is not his to read');
  t.same(await accessibilityFaults(lead.page), []);
  await lead.go('queues');
  t.equal(await lead.find('add').count(), 0, 'he adds nothing');
  if (process.env.RINGBRIDGE_TEST_PICTURES)
    await lead.page.screenshot({ path: `${process.env.RINGBRIDGE_TEST_PICTURES}/admin-read-only.png` });

  const desk = await AdminDesk.open(people, stack.url, 'company');
  t.teardown(() => desk.close());
  await desk.shows('company');
  const toggle = () => desk.field('monitoringShown').evaluate((input: HTMLElement) => input.click());
  await toggle();
  await desk.save();
  t.match(await sql`select monitoring_shown as shown from tenants`, [{ shown: false }]);
  await toggle();
  await desk.save();
  t.match(await sql`select monitoring_shown as shown from tenants`, [{ shown: true }]);
});

t.test('a trunk of the company’s own: added, asked, disabled, removed', async t => {
  const desk = await AdminDesk.open(people, stack.url, 'trunks', { language: 'en' });
  t.teardown(() => desk.close());
  await desk.shows('trunks');
  const { page } = desk;
  const telco = page.locator('[data-testid="list"] tr', { hasText: 'telco' });
  t.match(await telco.textContent(), /Given by the operator/);
  t.equal(await telco.locator('a').count(), 0, 'it is only looked at');
  await desk.find('add').click();
  await desk.field('name').fill('carrier');
  await desk.field('address').fill('sip:');
  await desk.find('save').click();
  await page.getByText('is not of the form sip:host').waitFor();
  const port = await freeUdpPort();
  // As people paste it.
  await desk.field('address').fill(`127.0.0.1:${port}`);
  await desk.field('username').fill('shop');
  await desk.field('password').fill('a secret');
  await desk.field('sources').fill('203.0.113.0/28, 203.0.113.900');
  await desk.find('save').click();
  await page.getByText('"203.0.113.900" is neither an address nor a network').waitFor();
  await desk.field('sources').fill('203.0.113.0/28, 203.0.113.90');
  await desk.find('save').click();
  await page.waitForURL(/\/trunks\/[0-9a-f-]{36}$/);
  t.match(await sql`select name, settings from tenant_trunks`, [
    {
      name: 'carrier',
      settings: {
        address: `sip:127.0.0.1:${port}`,
        sources: ['203.0.113.0/28', '203.0.113.90'],
        username: 'shop',
      },
    },
  ]);

  // It is checked by itself, too.
  await sipp(t, 'uas-options', { port, calls: 100 });
  await desk.find('trunk-test').click();
  t.match(
    await desk.find('trunk-test-result').filter({ hasText: 'It answers' }).textContent(),
    /200 OK, after \d+ ms/,
  );
  t.same(await accessibilityFaults(page), []);

  await desk.field('maxChannels').fill('4');
  await desk.save();
  t.match(
    await sql`select settings -> 'maxChannels' as most, password is not null as kept from tenant_trunks`,
    [{ most: 4, kept: true }],
  );
  await desk.find('disable').click();
  await desk.find('confirm').click();
  await desk.find('enable').waitFor();
  t.match(await sql`select disabled_at is not null as disabled from tenant_trunks`, [{ disabled: true }]);
  await desk.find('remove').click();
  await desk.find('confirm').click();
  await telco.waitFor();
  t.same(await sql`select from tenant_trunks`, []);
});

t.test('an address is a page: after a reload, by Back, and for who may not see it', async t => {
  const desk = await AdminDesk.open(people, stack.url, 'queues');
  t.teardown(() => desk.close());
  await desk.shows('queues');
  await desk.page.locator('[data-testid="list"] a', { hasText: '기술 지원' }).click();
  await desk.field('key').waitFor();
  const { pathname } = new URL(desk.page.url());
  t.match(pathname, /\/desktop\/admin\/queues\/[0-9a-f-]{36}$/);
  await desk.page.reload();
  t.equal(await desk.field('key').inputValue(), 'support');
  await desk.page.goBack();
  await desk.find('list').waitFor();
  await desk.page.goto(`${stack.url}/desktop/admin/queues/nothing`);
  await desk.page.getByText('더 이상 없는 항목입니다').waitFor();

  const agent = await AdminDesk.open(people, stack.url, 'queues', { email: 'agent1@demo.example' });
  t.teardown(() => agent.close());
  await agent.page.getByText('관리자만 볼 수 있는 화면입니다').waitFor();
  t.equal(await agent.find('to-admin').count(), 0, 'and nothing leads there');
});

t.test('lists are searched and sorted', async t => {
  const desk = await AdminDesk.open(people, stack.url, 'people');
  t.teardown(() => desk.close());
  const names = () => desk.page.locator('[data-testid="list"] tbody th a').allInnerTexts();
  await desk.find('list').waitFor();
  const all = await names();
  t.ok(all.length >= 3);
  await desk.find('search').fill('하늘');
  t.match(await names(), [/김하늘/]);
  await desk.find('search').fill('nobody at all');
  await desk.page.getByText('맞는 항목이 없습니다').waitFor();
  await desk.page.getByRole('button', { name: '전체 보기' }).click();
  const role = desk.page.getByRole('button', { name: '권한' });
  await role.click();
  const roles = () => desk.page.locator('[data-testid="list"] tbody td:nth-child(2)').allInnerTexts();
  const up = await roles();
  await role.click();
  t.same(await roles(), [...up].reverse());
  t.equal(await desk.page.locator('th[aria-sort="descending"]').count(), 1);
});

t.test('a form cannot be filled wrongly, and nothing unsaved is lost unasked', async t => {
  const desk = await AdminDesk.open(people, stack.url, 'queues');
  t.teardown(() => desk.close());
  await desk.find('add').click();
  await desk.field('key').fill('Not A Key');
  await desk.field('name.ko').focus();
  await desk.page.getByText('영문 소문자, 숫자, 하이픈으로').waitFor();
  t.equal(await desk.field('key').getAttribute('aria-invalid'), 'true');
  await desk.field('key').fill('sales');
  await desk.field('name.ko').fill('또 판매');
  await desk.field('ringSeconds').fill('9999');
  t.equal(await desk.field('ringSeconds').inputValue(), '45 초', 'a number beyond its limit cannot be typed');
  await desk.find('save').click();
  await desk.page.locator('[data-testid="field-name.en"]:focus').waitFor();
  t.pass('what is missing has the focus');
  await desk.field('name.en').fill('Sales again');
  await desk.find('save').click();
  await desk.page.getByText('이미 사용 중입니다').waitFor();
  t.equal(
    await desk.field('key').getAttribute('aria-invalid'),
    'true',
    "the server's word stands at its field",
  );

  await desk.find('nav-people').click();
  await desk.page.getByText('저장하지 않고 나갈까요?').waitFor();
  await desk.page.getByRole('button', { name: '계속 편집' }).click();
  t.equal(await desk.field('name.ko').inputValue(), '또 판매');
  await desk.page.goBack();
  await desk.page.getByText('저장하지 않고 나갈까요?').waitFor();
  await desk.find('leave').click();
  t.same((await sql`select from queues where key = 'sales' and name ->> 'ko' = '또 판매'`).length, 0);
});

t.test('two who change the same thing see each other’s, and lose nothing', async t => {
  const [{ id } = { id: '' }] = await sql<{ id: string }[]>`select id from queues where key = 'billing'`;
  const one = await AdminDesk.open(people, stack.url, `queues/${id}`);
  const two = await AdminDesk.open(people, stack.url, `queues/${id}`);
  t.teardown(() => Promise.all([one.close(), two.close()]));
  await one.field('name.ko').fill('결제 상담');
  await one.field('wrapUpSeconds').fill('90');
  await two.field('name.ko').fill('주문 상담');
  await two.field('priority').fill('3');
  await one.save();
  await two.find('save').click();
  const conflict = two.find('conflict');
  await conflict.waitFor();
  t.same(await accessibilityFaults(two.page), [], 'the conflict');
  t.match(await conflict.innerText(), /결제 상담[\s\S]*주문 상담/);
  t.match(await conflict.innerText(), /90/);
  await two.find('keep-mine').click();
  const stored = async () => {
    const [row] = await sql<{ name: string; priority: number; wrapUp: number }[]>`
      select name ->> 'ko' as name, priority, wrap_up_seconds as "wrapUp" from queues where id = ${id}`;
    return row;
  };
  await eventually('the second one is kept', async () => (await stored())?.name === '주문 상담');
  t.same(await stored(), { name: '주문 상담', priority: 3, wrapUp: 90 });

  await one.field('priority').fill('1');
  await one.find('save').click();
  await one.find('take-theirs').click();
  t.equal(await one.field('priority').inputValue(), '3');
  t.equal(await one.field('name.ko').inputValue(), '주문 상담');
});

t.test('what cuts somebody off asks first, and can be taken back', async t => {
  const [{ id } = { id: '' }] = await sql<{ id: string }[]>`select id from queues where key = 'support'`;
  const disabled = async () => {
    const [row] = await sql<{ disabled: boolean }[]>`
      select disabled_at is not null as disabled from queues where id = ${id}`;
    return row!.disabled;
  };
  const desk = await AdminDesk.open(people, stack.url, `queues/${id}`);
  t.teardown(() => desk.close());
  await desk.find('disable').click();
  t.equal(await disabled(), false);
  await desk.find('confirm').click();
  await desk.find('enable').waitFor();
  t.equal(await disabled(), true);
  await desk.find('enable').click();
  await desk.find('disable').waitFor();
  t.equal(await disabled(), false);
});

t.test('while the network is away a page says so, and goes on afterwards', async (t: Test) => {
  const desk = await AdminDesk.open(people, stack.url, 'skills');
  t.teardown(() => desk.close());
  await desk.find('list').waitFor();
  await desk.page.context().setOffline(true);
  await desk.go('queues');
  await desk.find('problem').waitFor();
  await desk.page.context().setOffline(false);
  await desk.find('problem').getByRole('button').click();
  await desk.find('list').waitFor();
});

t.test('the words of a choice stand in one line where there is room', async t => {
  for (const path of ['people/new', 'prompts']) {
    const desk = await AdminDesk.open(people, stack.url, path, { language: 'en' });
    const labels = desk.page.locator('main .mantine-SegmentedControl-label');
    await labels.first().waitFor();
    const broken = await labels.evaluateAll(elements => {
      const lines = (element: Element) => {
        const words = document.createRange();
        words.selectNodeContents(element);
        return new Set([...words.getClientRects()].map(({ top }) => Math.round(top))).size;
      };
      return elements.filter(element => lines(element) > 1).map(({ textContent }) => textContent);
    });
    t.same(broken, [], path);
    await desk.close();
  }
});

t.test('no page complained', async t => {
  t.same(
    people.complaints.filter(complaint => !/WebSocket|ERR_INTERNET_DISCONNECTED/.test(complaint)),
    [],
  );
});
