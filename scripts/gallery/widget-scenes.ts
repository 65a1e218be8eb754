/** The widget in a shop. Its states are told to it by prepared answers: a picture of a fault needs no fault. */
import { Visitor } from '../../test/support/visitor.js';
import { browserOptions, type Look } from './looks.js';
import type { Scene, Studio } from './studio.js';

async function enter({ people, product }: Studio, look: Look): Promise<Visitor> {
  const visitor = await Visitor.enter(people, product.url, look.language, browserOptions(look));
  await visitor.find('open').waitFor();
  return visitor;
}

const form: Scene = {
  shots: [
    'widget-button',
    'widget-greeting',
    'widget-form',
    'widget-form-number',
    'widget-form-later',
    'widget-form-error',
    'widget-form-browser',
    'widget-unreachable',
  ],
  async play(studio, look) {
    const korean = look.language === 'ko';
    const visitor = await enter(studio, look);
    const { page } = visitor;
    await studio.shoot(page, 'widget-button', look);

    await page.route('**/sites/demo/widget*', async route => {
      const response = await route.fetch();
      const text = korean
        ? '원두 고르기가 어려우신가요? 바로 전화드릴게요.'
        : 'Not sure which beans? We can call you now.';
      const greetings = [{ key: 'beans', text, queue: 'sales', afterSeconds: 0 }];
      await route.fulfill({ response, json: { ...(await response.json()), greetings } });
    });
    await page.route('**/sites/demo/greetings/*', route => route.fulfill({ json: { show: true } }));
    await page.reload();
    await visitor.find('greeting').waitFor();
    await studio.shoot(page, 'widget-greeting', look);

    await visitor.open();
    await visitor.seesTimes();
    await studio.shoot(page, 'widget-form', look);
    await visitor.find('phone').fill('01055500000');
    await visitor.find('phone').blur();
    await studio.shoot(page, 'widget-form-number', look);
    await visitor.find('when-later').check();
    await visitor.find('time').waitFor();
    await studio.shoot(page, 'widget-form-later', look);
    await visitor.find('when-now').check();
    await visitor.find('phone').fill('');
    await visitor.find('submit').click();
    await visitor.find('error').waitFor();
    await studio.shoot(page, 'widget-form-error', look);
    await page
      .locator('label')
      .filter({ has: visitor.find('via-browser') })
      .click();
    await studio.shoot(page, 'widget-form-browser', look);

    await page.route('**/api/v1/sites/demo?*', route => route.abort());
    await page.reload();
    await visitor.find('open').click();
    await visitor.find('error').waitFor();
    await studio.shoot(page, 'widget-unreachable', look);
    await page.context().close();
  },
};

const closed: Scene = {
  shots: ['widget-closed'],
  async play(studio, look) {
    const visitor = await enter(studio, look);
    const { page } = visitor;
    await page.route('**/api/v1/sites/demo?*', async route => {
      const response = await route.fetch();
      const site = (await response.json()) as { queues: object[] };
      const opensAt = new Date(Date.now() + 15 * 3_600_000).toISOString();
      const queues = site.queues.map(queue => ({
        ...queue,
        open: false,
        later: false,
        opensAt,
        estimatedWaitSeconds: null,
        estimatedWait: null,
      }));
      await route.fulfill({ response, json: { ...site, queues } });
    });
    await visitor.find('open').click();
    await page.locator('form').last().waitFor();
    await visitor.find('queue-sales').waitFor();
    await studio.shoot(page, 'widget-closed', look);
    await page.context().close();
  },
};

/** What a callback may be in the middle of, by the name of its picture. */
const states: Readonly<Record<string, object>> = {
  waiting: {
    state: 'waiting',
    position: 3,
    estimatedWaitSeconds: 240,
    estimatedWait: { lowSeconds: 180, highSeconds: 360 },
  },
  shut: { state: 'waiting', position: 3, waitsFor: 'opening', opensAt: '2026-12-01T00:00:00Z' },
  booked: {
    state: 'scheduled',
    dueAt: '2026-12-01T05:00:00Z',
    slot: { at: '2026-12-01T05:00:00Z', until: '2026-12-01T05:30:00Z' },
  },
  offered: { state: 'offered' },
  dialing: { state: 'dialing' },
  confirming: { state: 'dialing', confirming: true },
  bridged: { state: 'bridged' },
  completed: { state: 'done', outcome: 'completed' },
  busy: { state: 'done', outcome: 'busy' },
  reconnecting: { state: 'dialing' },
};

const id = '00000000-0000-4000-8000-000000000001';

/** Loads the page anew as one that is in the middle of a callback. */
async function follow({ product }: Studio, visitor: Visitor, queue: string, name: string): Promise<void> {
  const { page } = visitor;
  await page.evaluate(
    ([key, value]) => localStorage.setItem(key!, value!),
    [`ringbridge:${product.url}:demo`, JSON.stringify({ id, token: 'full.x', open: true })],
  );
  const callback = {
    id,
    outcome: null,
    position: null,
    estimatedWaitSeconds: null,
    estimatedWait: null,
    queue: { key: 'sales', name: queue },
    requestedAt: new Date().toISOString(),
    dueAt: null,
    slot: null,
    waitsFor: null,
    opensAt: null,
    movedFrom: null,
    confirming: false,
    via: 'phone',
    call: null,
    ...states[name],
  };
  const cut = name === 'reconnecting';
  await page.route(`**/callbacks/${id}**`, route =>
    cut ? route.abort() : route.fulfill({ json: callback }),
  );
  let told = false;
  await page.route(`**/callbacks/${id}/events`, async route => {
    // A stream that has said what there is, and then only stays open.
    if (told) return;
    told = true;
    const body = `event: callback\ndata: ${JSON.stringify(callback)}\n\n`;
    await route.fulfill({ contentType: 'text/event-stream', body });
  });
  await page.reload();
  await visitor.find('status').waitFor();
  await page.locator('[data-testid="rb-status"][data-state]').waitFor();
  if (cut) await visitor.find('reconnecting').waitFor();
}

const status: Scene = {
  shots: [...Object.keys(states).map(state => `widget-${state}`), 'widget-cancel', 'widget-rated'],
  async play(studio, look) {
    for (const name of Object.keys(states)) {
      const visitor = await enter(studio, look);
      const { page } = visitor;
      await follow(studio, visitor, look.language === 'ko' ? '구매 상담' : 'Buying advice', name);
      await studio.shoot(page, `widget-${name}`, look);
      if (name === 'waiting') {
        await visitor.find('cancel').click();
        await studio.shoot(page, 'widget-cancel', look);
      }
      if (name === 'completed') {
        await visitor.find('star-4').check();
        await visitor.find('rating-comment').waitFor();
        await studio.shoot(page, 'widget-rated', look);
      }
      await page.context().close();
    }
  },
};

/** On a page from right to left, in its own language. In one of our languages' looks: it stands beside both. */
const arabic: Scene = {
  shots: [
    'widget-arabic-button',
    'widget-arabic-form',
    'widget-arabic-later',
    ...Object.keys(states).map(state => `widget-arabic-${state}`),
  ],
  async play(studio, look) {
    if (look.language !== 'en') return;
    const { people, product } = studio;
    const visitor = await Visitor.enterArabic(people, product.url, browserOptions(look));
    const { page } = visitor;
    await visitor.find('open').waitFor();
    await studio.shoot(page, 'widget-arabic-button', look);
    await visitor.open();
    await visitor.seesTimes();
    await visitor.find('phone').fill('01055500000');
    await visitor.find('phone').blur();
    await studio.shoot(page, 'widget-arabic-form', look);
    await visitor.find('when-later').check();
    await visitor.find('time').waitFor();
    await studio.shoot(page, 'widget-arabic-later', look);
    await page.context().close();
    for (const name of Object.keys(states)) {
      const visitor = await Visitor.enterArabic(people, product.url, browserOptions(look));
      await follow(studio, visitor, 'المبيعات', name);
      await studio.shoot(visitor.page, `widget-arabic-${name}`, look);
      await visitor.page.context().close();
    }
  },
};

export const widgetScenes: readonly Scene[] = [form, closed, status, arabic];
