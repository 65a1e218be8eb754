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
  shots: ['widget-button', 'widget-greeting', 'widget-form', 'widget-form-error', 'widget-form-browser'],
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
    await studio.shoot(page, 'widget-form', look);
    await visitor.find('submit').click();
    await visitor.find('error').waitFor();
    await studio.shoot(page, 'widget-form-error', look);
    await page
      .locator('label')
      .filter({ has: visitor.find('via-browser') })
      .click();
    await studio.shoot(page, 'widget-form-browser', look);
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

const status: Scene = {
  shots: [...Object.keys(states).map(state => `widget-${state}`), 'widget-cancel'],
  async play(studio, look) {
    for (const [name, state] of Object.entries(states)) {
      const visitor = await enter(studio, look);
      const { page } = visitor;
      await page.evaluate(
        ([key, value]) => localStorage.setItem(key!, value!),
        [`ringbridge:${studio.product.url}:demo`, JSON.stringify({ id, token: 'full.x', open: true })],
      );
      const callback = {
        id,
        outcome: null,
        position: null,
        estimatedWaitSeconds: null,
        estimatedWait: null,
        queue: { key: 'sales', name: look.language === 'ko' ? '구매 상담' : 'Buying advice' },
        requestedAt: new Date().toISOString(),
        dueAt: null,
        slot: null,
        waitsFor: null,
        opensAt: null,
        movedFrom: null,
        confirming: false,
        via: 'phone',
        call: null,
        ...state,
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
      await studio.shoot(page, `widget-${name}`, look);
      if (name === 'waiting') {
        await visitor.find('cancel').click();
        await studio.shoot(page, 'widget-cancel', look);
      }
      await page.context().close();
    }
  },
};

export const widgetScenes: readonly Scene[] = [form, closed, status];
