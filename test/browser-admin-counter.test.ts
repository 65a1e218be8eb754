import type { Page } from 'playwright-core';
import t from 'tap';
import { hashPassword } from '../gateway/tenants/password.js';
import { AgentDesk } from './support/agent-desk.js';
import { RtpPeer } from './support/audio.js';
import { accessibilityFaults, People, patienceMs } from './support/browser.js';
import { hearDigits, speakDigitsAsTones } from './support/digit-tones.js';
import { nextNumber, startStack } from './support/stack.js';
import { telephone } from './support/telephone.js';
import { unhurried } from './support/unhurried.js';
import { Visitor } from './support/visitor.js';

t.setTimeout(600_000);

const boss = { email: 'boss@bakery.example', password: 'a-password-of-the-boss' };
const agent = { email: 'minji@bakery.example', password: 'a-password-of-minji' };
const hotline = '+82215770001';
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

t.test('an administrator builds a counter from nothing, and a callback runs through it', async t => {
  const stack = await startStack(t);
  const { sql, api, url, trunkPort } = stack;
  const people = await People.gather(t);
  // What an operator does for a new company: its row, its first number, its first administrator (docs/operations.md).
  await sql`
    with tenant as (
      insert into tenants (slug, name, locale, time_zone, countries, caller_id)
      values ('bakery', 'Bakery', 'ko', 'Asia/Seoul', '{KR}', '+82215880009') returning id
    ), number as (
      insert into tenant_numbers (tenant_id, number, verified_at) select id, '+82215880009', now() from tenant
    )
    insert into users (tenant_id, email, name, role, locale, password_hash)
    select id, ${boss.email}, '사장님', 'admin', 'ko', ${await hashPassword(boss.password)} from tenant`;

  const page: Page = await people.page();
  const find = (testId: string) => page.getByTestId(testId);
  const field = (name: string) => find(`field-${name}`);
  const go = async (name: string) => {
    await find(`nav-${name}`).click();
    await page.locator(`main[data-page="${name}"]`).getByTestId('page-title').waitFor();
  };
  const addOne = async () => {
    await find('add').first().click();
    await find('form').waitFor();
  };
  /** Adds what the form holds; resolves when it is there. */
  const add = async () => {
    await find('save').click();
    await page.waitForURL(address => !address.pathname.endsWith('/new'), { timeout: patienceMs });
  };
  /** Saves what the form holds; resolves when nothing is unsaved. */
  const save = async () => {
    await find('save').click();
    await page.locator('[data-testid="save"]:disabled:not([data-loading])').waitFor();
  };
  const choose = async (name: string, option: string) => {
    await field(name).click();
    await page.getByRole('option', { name: option }).click();
  };

  await page.goto(`${url}/desktop/admin`);
  await find('login-email').fill(boss.email);
  await find('login-password').fill(boss.password);
  await find('login-submit').click();
  await page.locator('main[data-page="company"]').waitFor();

  // Around the clock, so that the test runs at any hour.
  await go('hours');
  await addOne();
  await field('key').fill('always');
  for (const day of weekdays) {
    if (day === 'sat' || day === 'sun') await find(`hours-${day}-add`).click();
    await find(`hours-${day}-0-from`).fill('00:00');
    await find(`hours-${day}-0-until`).fill('00:00');
  }
  await page.locator('button.mantine-Select-clear, .mantine-InputClearButton-root').first().click();
  await add();
  t.match(await sql`select weekly, public_holidays as holidays from opening_hours where key = 'always'`, [
    { weekly: { mon: ['00:00-24:00'], sun: ['00:00-24:00'] }, holidays: null },
  ]);

  await go('skills');
  await addOne();
  await field('name.ko').fill('케이크 주문');
  await field('name.en').fill('Cakes');
  await field('key').fill('cakes');
  await add();

  await go('queues');
  await find('empty').waitFor();
  await addOne();
  await field('name.ko').fill('주문 상담');
  await field('name.en').fill('Orders');
  await field('key').fill('orders');
  await choose('hours', 'always');
  await find('add-step').click();
  await find('step-0-require').click();
  await page.getByRole('option', { name: '케이크 주문' }).click();
  await field('confirm').check();
  await field('confirmSeconds').fill('20');
  await field('whisper').check();
  await add();
  t.match(
    await sql`select confirm, confirm_times as times, confirm_seconds as seconds, whisper from queues where key = 'orders'`,
    [{ confirm: true, times: 3, seconds: 20, whisper: true }],
  );

  await go('people');
  await addOne();
  await field('name').fill('김민지');
  await field('email').fill(agent.email);
  await find('serves-orders').check();
  const wrapUp = find('wrap-up-orders');
  t.equal(await wrapUp.getAttribute('placeholder'), '60', 'as long as the queue says');
  await wrapUp.pressSequentially('4000');
  t.equal(await wrapUp.inputValue(), '400', 'and an hour at most');
  await wrapUp.fill('45');
  await find('level-cakes').getByText('4', { exact: true }).click();
  await add();
  await find('invite').click();
  const link = await find('invitation-link').inputValue();
  t.match(link, new RegExp(`^${url}/desktop/invitation#`));
  const ownWrapUp = () => sql`
    select s.wrap_up_seconds as seconds from agent_queues s join queues q on q.tenant_id = s.tenant_id and q.id = s.queue_id
    where q.key = 'orders'`;
  t.match(await ownWrapUp(), [{ seconds: 45 }]);
  await wrapUp.fill('');
  await save();
  t.match(await ownWrapUp(), [{ seconds: null }]);

  await go('sites');
  await addOne();
  await field('name').fill('Bakery');
  await field('key').fill('bakery');
  await find('origin-0').fill(`${url}/shop/`);
  await field('name').focus();
  t.equal(await find('origin-0').inputValue(), url, 'what was pasted is made an origin');
  await add();
  t.equal(
    await find('snippet').inputValue(),
    `<script async src="${url}/widget.js" data-site="bakery"></script>`,
  );

  // The number: whoever answers it tells the digits to the administrator.
  const token = await api.signIn(boss.email, boss.password);
  await speakDigitsAsTones(api, token, 'ko');
  await go('numbers');
  await addOne();
  await field('number').fill('+82 2-1577-0001');
  await field('label').fill('대표 번호');
  await add();
  const office = await RtpPeer.open(['PCMA']);
  t.teardown(() => office.close());
  const officePhone = await telephone(t, trunkPort, { rtpPort: office.port });
  const digits = hearDigits(office, 6);
  await find('prove').click();
  await page.locator('[data-testid="proof-state"][data-state="speaking"]').waitFor();
  t.same(await accessibilityFaults(page), [], 'a number while it is proven');
  await find('code').fill(await digits);
  await find('confirm-code').click();
  await find('make-caller-id').click();
  await page.getByText('고객에게 표시되는 번호입니다.').waitFor();
  await officePhone.done;
  t.match(await sql`select caller_id as "callerId" from tenants where slug = 'bakery'`, [
    { callerId: hotline },
  ]);

  await unhurried(stack);
  await sql`update queues set confirm_seconds = 30`;

  // The agent sets her password at the link, and is at her desk.
  const agentPage = await people.page();
  await agentPage.goto(link);
  await agentPage.getByTestId('invitation-password').fill(agent.password);
  await agentPage.getByTestId('invitation-again').fill('something else');
  await agentPage.getByTestId('invitation-submit').click();
  await agentPage.getByText('두 비밀번호가 서로 다릅니다').waitFor();
  t.same(await accessibilityFaults(agentPage), [], 'the invitation');
  await agentPage.getByTestId('invitation-again').fill(agent.password);
  await agentPage.getByTestId('invitation-submit').click();
  await agentPage.getByTestId('invitation-enter').click();
  const desk = AgentDesk.at(agentPage);
  await agentPage.locator('[data-testid="softphone-state"][data-line="registered"]').waitFor();
  await desk.goReady();

  // A visitor of the company's pages, which carry the line that was copied.
  const phone = await RtpPeer.open(['PCMA']);
  t.teardown(() => phone.close());
  const customer = nextNumber();
  const telco = await telephone(t, trunkPort, { rtpPort: phone.port });
  const visitor = await Visitor.enter(people, url, 'ko', {}, 'bakery');
  await visitor.ask({ phone: customer, name: '이영희' });
  const offer = await desk.offer();
  t.match(await offer.innerText(), /이영희/);
  await desk.accept();
  await agentPage.locator('[data-testid="call-state"][data-confirming="true"]').waitFor();
  t.match(await desk.find('call-state').innerText(), /1번을 누르기를 기다리는 중/);
  await visitor.find('status').getByText('전화기에서 1번을 눌러 주세요').waitFor();
  t.same(await accessibilityFaults(agentPage), [], 'the desk while the customer is asked to press 1');
  await phone.mouth.press('1');
  await desk.call({ state: 'bridged', line: 'connected' });
  phone.mouth.speak(1100);
  await desk.hears(1100);
  await desk.hangUp();
  await telco.done;
  await visitor.sees('done', 'completed');
  await desk.wrapUp({ note: '생일 케이크' });
  t.match(
    await sql`
      select i.outcome, q.key as queue, u.email as agent from interactions i join queues q on q.id = i.queue_id
      join users u on u.id = i.agent_id where i.phone = ${customer}`,
    [{ outcome: 'completed', queue: 'orders', agent: agent.email }],
  );
  t.same(people.complaints, []);
});
