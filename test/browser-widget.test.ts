import t, { type Test } from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { People, patienceMs } from './support/browser.js';
import { eventually } from './support/eventually.js';
import { sipp } from './support/sipp.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { unhurried } from './support/unhurried.js';
import { Visitor } from './support/visitor.js';

t.setTimeout(600_000);

const stack = await startStack(t);
const people = await People.gather(t);
await unhurried(stack);
const admin = await stack.api.signIn('admin@demo.example', demoPassword);

/** What the test uses of `window.ringbridge`. */
interface RingbridgeApi {
  on(event: string, listener: (detail: { state?: string } | undefined) => void): void;
  prefill(values: Record<string, string>): void;
  context(values: Record<string, unknown>): void;
  open(): void;
}

type SiteRow = { id: string; version: number };

/** Changes the demo site's widget as an administrator would. */
async function settings(widget: Record<string, unknown>): Promise<string> {
  const { body } = await stack.api.call<{ sites: SiteRow[] }>('GET', '/api/v1/admin/sites', { token: admin });
  const [site] = body.sites;
  const { id, version } = site!;
  const answer = await stack.api.call('PATCH', `/api/v1/admin/sites/${id}`, {
    token: admin,
    body: { version, widget },
  });
  t.equal(answer.status, 200, JSON.stringify(answer.body));
  return id;
}

async function enter(t: Test, language: 'ko' | 'en' = 'en'): Promise<Visitor> {
  const visitor = await Visitor.enter(people, stack.url, language);
  t.teardown(() => visitor.page.context().close());
  return visitor;
}

async function readyAgent(t: Test): Promise<AgentDesk> {
  const desk = await AgentDesk.open(people, stack.url);
  t.teardown(() => desk.close());
  await desk.signIn('agent1@demo.example', demoPassword, 'en');
  await desk.goReady();
  return desk;
}

t.test('the site says how it looks', async t => {
  await settings({
    accent: '#ffd400',
    position: 'start',
    button: { ko: '전화 상담' },
    title: { ko: '하루 커피 상담' },
    intro: { ko: '원두 고르기부터 도와드립니다.' },
  });
  const korean = await enter(t, 'ko');
  await korean.page.getByRole('button', { name: '전화 상담' }).waitFor();
  const box = await korean.find('open').boundingBox();
  t.ok(box!.x < 100, `on the left (${box!.x})`);
  const colour = await korean.find('open').evaluate(button => getComputedStyle(button).backgroundColor);
  t.not(colour, 'rgb(255, 212, 0)', 'a yellow that white cannot be read on is made darker');
  t.match(colour, /^rgb\((\d+), (\d+), 0\)$/, 'and stays yellow');
  await korean.open();
  await korean.page.getByRole('dialog', { name: '하루 커피 상담' }).waitFor();
  await korean.page.getByText('원두 고르기부터 도와드립니다.').waitFor();
  const english = await enter(t, 'en');
  await english.page.getByRole('button', { name: 'Call me back' }).waitFor();

  await english.page.evaluate(() => (document.documentElement.dir = 'rtl'));
  await english.page.addInitScript(() =>
    addEventListener('DOMContentLoaded', () => (document.documentElement.dir = 'rtl')),
  );
  await english.page.reload();
  await english.find('open').waitFor();
  const mirrored = await english.find('open').boundingBox();
  t.ok(mirrored!.x > 600, `where lines start on a page from right to left (${mirrored!.x})`);
});

t.test('a page from right to left, in Arabic: the words run with it, numbers do not', async t => {
  await settings({ button: { en: 'Talk to us', ko: '전화 상담' } });
  const visitor = await Visitor.enterArabic(people, stack.url);
  t.teardown(() => visitor.page.context().close());
  const { page } = visitor;
  await page.getByRole('button', { name: 'اطلب مكالمة' }).waitFor();
  t.ok((await visitor.find('open').boundingBox())!.x < 100, 'the end of a line is on the left');
  await visitor.open();
  const style = (part: string) =>
    visitor.find(part).evaluate(element => {
      const { direction, unicodeBidi } = getComputedStyle(element);
      return { x: element.getBoundingClientRect().x, direction, unicodeBidi };
    });
  const [close, code, number] = [await style('close'), await style('country'), await style('phone')];
  t.ok(close.x < code.x && code.x < number.x, 'the code of the country stays in front of the number');
  t.match({ close, number }, { close: { direction: 'rtl' }, number: { direction: 'ltr' } });
  for (const part of ['name', 'note'])
    t.match(await style(part), { direction: 'rtl' }, `${part} while empty`);
  await visitor.find('note').fill('Kettle');
  t.match(await style('note'), { direction: 'ltr' }, 'what is typed runs as its letters do');
  await visitor.send({ phone: '010', queue: 'support' });
  await page.getByText('رقم الهاتف هذا قصير جدًا.').waitFor();
  t.pass('the server refuses in two languages, the widget tells it in a third');
  const phone = nextNumber();
  await visitor.send({ phone });
  await visitor.sees('waiting');
  const typed = await visitor.find('status').getByText('سنتصل بالرقم').textContent();
  t.match(typed, /\u2066[\d +()-]+\u2069/, 'the number in an isolate from left to right');
  await visitor.cancel();
  await visitor.sees('done', 'cancelled');
});

t.test('the page of one callback stands as its visitor reads', async t => {
  const { id, token } = await stack.api.askCallback({ phone: nextNumber() });
  for (const [locale, dir] of [
    ['ar-EG', 'rtl'],
    ['en-US', 'ltr'],
  ] as const) {
    const page = await people.page({ locale });
    t.teardown(() => page.context().close());
    await page.goto(`${stack.url}/callback/#${id}.${token}`);
    await new Visitor(page).sees('waiting');
    const { lang, direction } = await page.evaluate(() => ({
      lang: document.documentElement.lang,
      direction: getComputedStyle(document.body).direction,
    }));
    t.same({ lang, direction }, { lang: locale.slice(0, 2), direction: dir });
  }
  t.equal((await stack.api.call('DELETE', `/api/v1/callbacks/${id}`, { token })).status, 200);
});

/** Where the widget's parts are and how they are written, open. */
async function shape(visitor: Visitor): Promise<unknown> {
  const button = await visitor.find('open').boundingBox();
  await visitor.open();
  await visitor.seesTimes();
  const dialog = visitor.page.getByRole('dialog');
  const words = await dialog.evaluate(element => {
    const { fontSize, direction, textAlign, color } = getComputedStyle(element.querySelector('h2')!);
    return { fontSize, direction, textAlign, color };
  });
  return { button, dialog: await dialog.boundingBox(), words };
}

t.test('the strictest policy of a page, and its wildest style sheet, change nothing', async t => {
  const options = { reducedMotion: 'reduce' as const, locale: 'en-US' };
  const plain = await Visitor.enter(people, stack.url, 'en', options);
  const page = await people.page(options);
  t.teardown(() => Promise.all([plain.page.context().close(), page.context().close()]));
  const policy = [
    "default-src 'none'",
    "script-src 'nonce-ours'",
    "style-src 'nonce-ours'",
    "connect-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  await page.route('**/shop/strict', route =>
    route.fulfill({
      contentType: 'text/html',
      headers: { 'content-security-policy': policy.join('; ') },
      body: `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">
        <style nonce="ours">body * { all: unset !important; font-size: 40px !important; direction: rtl !important;
          unicode-bidi: bidi-override !important; position: static !important; color: red !important }</style>
        <p>Shop</p><script nonce="ours" async src="/widget.js" data-site="demo"></script></html>`,
    }),
  );
  await page.goto(`${stack.url}/shop/strict`);
  const strict = new Visitor(page);
  await strict.find('open').waitFor();
  await plain.find('open').waitFor();
  t.same(await shape(strict), await shape(plain));
  await strict.send({ phone: nextNumber() });
  await strict.sees('waiting');
  const moving = await page.evaluate(
    () => document.querySelector('ringbridge-widget')!.shadowRoot!.getAnimations().length,
  );
  t.equal(moving, 0, 'nothing moves for who wants it so');
  await strict.cancel();
  await strict.sees('done', 'cancelled');
});

t.test('nothing is cut off on the narrowest phone', async t => {
  for (const language of ['en', 'ko'] as const) {
    const visitor = await Visitor.enter(people, stack.url, language, {
      viewport: { width: 320, height: 480 },
    });
    t.teardown(() => visitor.page.context().close());
    const cutOff = () =>
      visitor.page.evaluate(() => {
        const panel = document
          .querySelector('ringbridge-widget')!
          .shadowRoot!.querySelector('[role="dialog"]')!;
        return [...panel.querySelectorAll<HTMLElement>('*')]
          .filter(part => part.checkVisibility() && part.getClientRects().length > 0)
          .filter(part => {
            const { left, right } = part.getBoundingClientRect();
            return left < 0 || right > 320.5;
          })
          .map(part => part.outerHTML.slice(0, 120));
      });
    await visitor.open();
    await visitor.seesTimes();
    t.same(await cutOff(), [], `the form in ${language}`);
    await visitor.send({ phone: nextNumber() });
    await visitor.sees('waiting');
    await visitor.find('cancel').click();
    t.same(await cutOff(), [], `the status in ${language}`);
    await visitor.find('cancel-confirm').click();
    await visitor.sees('done', 'cancelled');
  }
});

t.test('no button while every counter is closed, where the site wishes it', async t => {
  await settings({ hideWhenClosed: true });
  await stack.sql`update queues set open = false`;
  t.teardown(() => stack.sql`update queues set open = true`);
  const visitor = await enter(t);
  await visitor.page.locator('ringbridge-widget').waitFor({ state: 'attached' });
  t.notOk(await visitor.find('open').isVisible());
  await stack.sql`update queues set open = true`;
  await (await enter(t)).find('open').waitFor();
});

t.test("the site's own code opens, fills in, tells and hears", async t => {
  await settings({});
  const desk = await readyAgent(t);
  const visitor = await enter(t);
  const phone = nextNumber();
  await visitor.find('open').waitFor();
  await visitor.page.evaluate(number => {
    const page = window as unknown as {
      ringbridge: { push(call: (api: RingbridgeApi) => void): void };
      heard: unknown[];
    };
    page.heard = [];
    page.ringbridge.push(rb => {
      for (const event of ['open', 'requested', 'state', 'close'])
        rb.on(event, detail => page.heard.push([event, detail?.state]));
      rb.on('open', () => {
        throw new Error('a fault of the site');
      });
      rb.prefill({ queue: 'support', phone: number, name: 'Kim', note: 'Kettle' });
      rb.context({ cartValue: 129.5, customer: 'K-1004', member: true, wrong: { nested: 1 } });
      rb.open();
    });
  }, phone);
  await visitor.find('submit').waitFor();
  t.equal(await visitor.find('name').inputValue(), 'Kim');
  t.equal(await visitor.find('note').inputValue(), 'Kettle');
  t.ok(await visitor.find('queue-support').isChecked());
  await visitor.find('submit').click();
  await desk.offer();
  t.equal(await desk.find('context-cartValue').textContent(), '129.5');
  t.equal(await desk.find('context-customer').textContent(), 'K-1004');
  t.equal(await desk.find('context-member').textContent(), 'Yes');
  t.equal(await desk.find('context-wrong').count(), 0);
  await visitor.sees('offered');
  await visitor.cancel();
  await visitor.sees('done', 'cancelled');
  await visitor.find('close').click();
  const heard = (
    await visitor.page.evaluate(() => (window as unknown as { heard: unknown[][] }).heard)
  ).filter(([, state]) => state !== 'waiting');
  t.same(heard, [
    ['open', undefined],
    ['requested', undefined],
    ['state', 'offered'],
    ['state', 'done'],
    ['close', undefined],
  ]);
  t.match(people.complaints.splice(0).join(), 'a fault of the site', 'which only its own console sees');
});

t.test('number and name are remembered on the device, if the visitor wants it', async t => {
  const visitor = await enter(t);
  const phone = nextNumber();
  await visitor.open();
  t.notOk(await visitor.find('remember').isChecked(), 'not without being asked');
  await visitor.fill({ phone, name: 'Kim' });
  await visitor.find('remember').check();
  await visitor.find('submit').click();
  await visitor.sees('waiting');
  await visitor.cancel();
  await visitor.sees('done', 'cancelled');
  await visitor.page.reload();
  await visitor.open();
  t.equal((await visitor.find('phone').inputValue()).replace(/\D/g, ''), phone.replace(/\D/g, ''));
  t.equal(await visitor.find('name').inputValue(), 'Kim');
  await visitor.find('remember').uncheck();
  await visitor.find('submit').click();
  await visitor.sees('waiting');
  await visitor.cancel();
  await visitor.sees('done', 'cancelled');
  const kept = await visitor.page.evaluate(() => JSON.stringify({ ...localStorage }));
  t.notMatch(kept, 'Kim', `nothing is left: ${kept}`);
});

t.test('a greeting: only while somebody is free, counted, and never again to who closed it', async t => {
  const greeting = {
    key: 'machines',
    text: { en: 'Shall we help you choose?', ko: '머신 고르기를 도와드릴까요?' },
    queue: 'sales',
    pages: ['/shop/*'],
    afterSeconds: 1,
    cartAtLeast: 100,
  };
  const site = await settings({ greetings: [greeting] });
  const fill = (visitor: Visitor, cartValue: number) =>
    visitor.page.evaluate(value => {
      const page = window as unknown as { ringbridge: { context(values: object): void } };
      page.ringbridge.context({ cartValue: value });
    }, cartValue);
  const asked = (visitor: Visitor) =>
    visitor.page.waitForResponse(response => response.url().includes('/greetings/machines'));

  const anybody = async () => {
    const [row] = await stack.sql<{ free: boolean }[]>`
      select exists (select from registrations where expires_at > now()) as free`;
    return row?.free === true;
  };
  await eventually('whoever was there before has gone', async () => !(await anybody()), patienceMs);
  const alone = await enter(t);
  await alone.find('open').waitFor();
  const refused = asked(alone);
  await fill(alone, 100);
  t.same(await (await refused).json(), { show: false }, 'nobody is free');
  t.notOk(await alone.find('greeting').isVisible());
  // After a minute it would ask again.
  await alone.page.close();

  const desk = await readyAgent(t);
  const closes = await enter(t);
  await closes.find('open').waitFor();
  await fill(closes, 250);
  await closes.page.getByText('Shall we help you choose?').waitFor();
  await closes.find('greeting-close').click();
  await closes.page.reload();
  await closes.find('open').waitFor();
  await fill(closes, 250);
  t.ok(await closes.page.evaluate(() => Object.keys(localStorage).some(key => key.endsWith(':quiet'))));

  const takes = await enter(t, 'ko');
  await takes.find('open').waitFor();
  await fill(takes, 250);
  await takes.page.getByText('머신 고르기를 도와드릴까요?').click();
  await takes.find('submit').waitFor();
  await takes.send({ phone: nextNumber() });
  await takes.sees('offered');
  await takes.cancel();
  await takes.sees('done', 'cancelled');
  t.notOk(await closes.find('greeting').isVisible(), 'all that while not again');
  await desk.is('ready');
  const { body } = await stack.api.call('GET', `/api/v1/admin/sites/${site}/greetings`, { token: admin });
  t.same(body, { greetings: [{ key: 'machines', shown: 2, accepted: 1, converted: 1 }] });
  t.match(
    await stack.api.call('POST', '/api/v1/sites/demo/greetings/unheard-of', { body: { what: 'shown' } }),
    { status: 404 },
  );
});

t.test('the talk is rated afterwards, and the agents see it', async t => {
  await settings({});
  await sipp(t, 'uas-answer', { port: stack.trunkPort, args: ['-timeout', '300s'] });
  const desk = await readyAgent(t);
  const visitor = await enter(t);
  await visitor.ask({ phone: nextNumber(), name: 'Rater' });
  await desk.accept();
  await visitor.sees('bridged');
  t.notOk(await visitor.find('rating').isVisible(), 'not before its end');
  await desk.hangUp();
  await visitor.sees('done', 'completed');
  await visitor.page.goto(`${stack.url}/shop/?lang=en&page=2`);
  await visitor.sees('done', 'completed');
  t.pass('the next page still asks');
  await visitor.find('star-4').check();
  await visitor.page.getByText('Thank you for telling us.').waitFor();
  await visitor.find('rating-comment').fill('Friendly and quick');
  await visitor.find('rating-send').click();
  await visitor.find('rating-comment').waitFor({ state: 'hidden' });
  const [row] = await stack.sql<{ id: string; stars: number; comment: string }[]>`
    select i.id, r.stars, r.comment from ratings r join interactions i on i.id = r.interaction_id where i.name = 'Rater'`;
  t.match(row, { stars: 4, comment: 'Friendly and quick' });
  await desk.wrapUp({});
  await desk.page.locator(`[data-testid="recent-item"][data-interaction="${row!.id}"]`).click();
  await desk.find('detail').getByText('4 of 5 stars · Friendly and quick').waitFor();

  const refused = await stack.api.call('PUT', `/api/v1/callbacks/${row!.id}/rating`, {
    body: { stars: 1 },
    token: 'full.x',
  });
  t.equal(refused.status, 401);
  await visitor.page.reload();
  await visitor.open();
  t.pass('who has said it is not asked again');
});

t.test('what a site may not set is refused with the reason', async t => {
  const { body } = await stack.api.call<{ sites: SiteRow[] }>('GET', '/api/v1/admin/sites', { token: admin });
  const { id, version } = body.sites[0]!;
  for (const widget of [
    { accent: 'red' },
    { accent: '#ff00' },
    { position: 'left' },
    { button: { en: '' } },
    { greetings: [{ key: 'A B', text: { en: 'x', ko: 'x' }, queue: 'sales', afterSeconds: 0 }] },
    { script: '<script>' },
  ])
    t.match(
      await stack.api.call('PATCH', `/api/v1/admin/sites/${id}`, { token: admin, body: { version, widget } }),
      { status: 400, body: { code: 'validation_failed' } },
      JSON.stringify(widget),
    );
  for (const context of [{ 'a/b': 1 }, { a: 'x'.repeat(201) }, { a: { b: 1 } }])
    t.match(
      await stack.api.call('POST', '/api/v1/callbacks', {
        body: { siteKey: 'demo', queue: 'sales', phone: nextNumber(), context },
      }),
      { status: 400 },
      JSON.stringify(context),
    );
  t.same(people.complaints, [], 'no page complained');
});
