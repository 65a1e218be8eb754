/** A visitor at the demo shop, who does what a person would. */
import type { Locator, Page } from 'playwright-core';
import type { People } from './browser.js';

export interface Wish {
  queue?: string;
  phone: string;
  name?: string;
  note?: string;
}

export class Visitor {
  /** @param page one that has been opened already */
  constructor(readonly page: Page) {}

  /** Opens the shop, which may be at another's address, in a language. */
  static async enter(
    people: People,
    url: string,
    language: 'ko' | 'en' = 'ko',
    options: Parameters<People['page']>[0] = {},
    site = 'demo',
  ): Promise<Visitor> {
    const page = await people.page({ locale: language === 'ko' ? 'ko-KR' : 'en-US', ...options });
    // The shop's page with the line of another site.
    if (site !== 'demo')
      await page.route('**/shop/*', async route => {
        const response = await route.fetch();
        const body = (await response.text()).replace('data-site="demo"', `data-site="${site}"`);
        await route.fulfill({ response, body });
      });
    await page.goto(`${url}/shop/?lang=${language}`);
    return new Visitor(page);
  }

  /** Opens the shop as one whose pages are in Arabic, from right to left. */
  static async enterArabic(
    people: People,
    url: string,
    options: Parameters<People['page']>[0] = {},
  ): Promise<Visitor> {
    const page = await people.page({ locale: 'ar', ...options });
    await page.route('**/shop/*', async route => {
      const response = await route.fetch();
      const body = (await response.text())
        .replace('<html lang="en"', '<html dir="rtl" lang="en"')
        .replace('data-site="demo"', 'data-site="demo" data-lang="ar"');
      await route.fulfill({ response, body });
    });
    await page.goto(`${url}/shop/?lang=en`);
    return new Visitor(page);
  }

  find(testId: string): Locator {
    return this.page.getByTestId(`rb-${testId}`);
  }

  /** Opens the panel; resolves when the form is there. */
  async open(): Promise<void> {
    await this.find('open').click();
    await this.find('submit').waitFor();
  }

  /** Resolves when the form lets him choose a time: that part of it is fetched when the panel opens. */
  async seesTimes(): Promise<void> {
    await this.find('when-now').waitFor({ state: 'attached' });
  }

  async fill({ queue, phone, name, note }: Wish): Promise<void> {
    if (queue !== undefined) {
      await this.page
        .locator('label')
        .filter({ has: this.find(`queue-${queue}`) })
        .click();
    }
    await this.find('phone').fill(phone);
    if (name !== undefined) await this.find('name').fill(name);
    if (note !== undefined) await this.find('note').fill(note);
  }

  /** Fills the form and sends it off, without waiting for what comes of it. */
  async send(wish: Wish): Promise<void> {
    await this.fill(wish);
    await this.find('submit').click();
  }

  /** Asks for a callback; resolves when the widget shows how it stands. */
  async ask(wish: Wish): Promise<void> {
    await this.open();
    await this.send(wish);
    await this.find('status').waitFor();
  }

  /** Resolves when the widget shows the state, and for an end its outcome. */
  async sees(state: string, outcome?: string): Promise<void> {
    const ending = outcome === undefined ? '' : `[data-outcome="${outcome}"]`;
    await this.page.locator(`[data-testid="rb-status"][data-state="${state}"]${ending}`).waitFor();
  }

  async cancel(): Promise<void> {
    await this.find('cancel').click();
    await this.find('cancel-confirm').click();
  }

  /** Asks to talk in the page, without a number; resolves when the widget shows how it stands. */
  async askHere(name: string): Promise<void> {
    await this.open();
    await this.find('via-browser').check();
    await this.find('name').fill(name);
    await this.find('submit').click();
    await this.find('status').waitFor();
  }

  /** Every state the widget has shown since the page was loaded. */
  states(): Promise<string[]> {
    return this.page.evaluate(() => window.ringbridgeStates);
  }
}
