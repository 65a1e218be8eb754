/** Every page of the administration, as long as it is. */
import { AdminDesk } from '../../test/support/admin-desk.js';
import { browserOptions, type Look } from './looks.js';
import type { Scene, Studio } from './studio.js';

const lists = [
  'company',
  'people',
  'queues',
  'skills',
  'hours',
  'holidays',
  'rules',
  'prompts',
  'sites',
  'widget',
  'numbers',
  'trunks',
  'audit',
];
const withForms = ['people', 'queues', 'skills', 'hours', 'holidays', 'rules', 'sites', 'numbers', 'trunks'];
/** Those of which there is one to look at from the start. */
const withEntries = ['people', 'queues', 'hours', 'rules', 'sites', 'widget'];

export const adminScene: Scene = {
  shots: [
    ...lists.map(page => `admin-${page}`),
    ...withForms.map(page => `admin-${page}-new`),
    ...withEntries.map(page => `admin-${page}-one`),
    'admin-widget-panel',
    'admin-refused',
  ],
  async play(studio: Studio, look: Look) {
    const { people, product } = studio;
    const desk = await AdminDesk.open(people, product.url, 'company', {
      ...browserOptions(look),
      password: product.demoPassword,
      language: look.language,
    });
    const { page } = desk;
    await desk.shows('company');
    const shoot = async (shot: string) => {
      await page.waitForFunction(() => !document.querySelector('main#stage [aria-busy="true"]'));
      await studio.shoot(page, `admin-${shot}`, look, { whole: true });
    };
    const go = async (path: string) => {
      await page.goto(`${product.url}/desktop/admin/${path}`);
      await desk.find('page-title').waitFor();
    };
    const wants = (shot: string) => studio.wants(`admin-${shot}`, look);
    for (const list of lists.filter(wants)) {
      await go(list);
      await shoot(list);
    }
    for (const form of withForms.filter(page => wants(`${page}-new`))) {
      await go(`${form}/new`);
      await shoot(`${form}-new`);
    }
    for (const entry of withEntries.filter(page => wants(`${page}-one`))) {
      await go(entry);
      await page.locator('[data-testid="list"] tbody a').first().click();
      await desk.find('form').waitFor();
      await shoot(`${entry}-one`);
    }
    if (wants('widget-panel')) {
      await go('widget');
      await page.locator('[data-testid="list"] tbody a').first().click();
      await desk.find('preview-what').locator('label').nth(1).click();
      await shoot('widget-panel');
    }
    if (wants('refused')) {
      await go('queues/new');
      await desk.find('save').click();
      await page.locator('[aria-invalid="true"]').first().waitFor();
      await shoot('refused');
    }
    await page.context().close();
  },
};
