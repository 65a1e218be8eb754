/** Somebody at the administrators' pages, who does what a person would. */
import type { Locator, Page } from 'playwright-core';
import type { People } from './browser.js';
import { demoPassword } from './stack.js';

export class AdminDesk {
  private constructor(readonly page: Page) {}

  /** Opens a page of the administration, and signs in. */
  static async open(
    people: People,
    url: string,
    path: string,
    {
      email = 'admin@demo.example',
      password = demoPassword,
      language = 'ko',
      ...options
    }: Parameters<People['page']>[0] & { email?: string; password?: string; language?: 'ko' | 'en' } = {},
  ): Promise<AdminDesk> {
    const page = await people.page(options);
    const desk = new AdminDesk(page);
    await page.addInitScript(chosen => {
      if (location.protocol.startsWith('http')) localStorage.setItem('ringbridge.language', chosen);
    }, language);
    await page.goto(`${url}/desktop/admin/${path}`);
    await desk.find('login-email').fill(email);
    await desk.find('login-password').fill(password);
    await desk.find('login-submit').click();
    return desk;
  }

  find(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  /** The input of a field, whatever stands around it. */
  field(name: string): Locator {
    return this.find(`field-${name}`);
  }

  async shows(path: string): Promise<void> {
    await this.page.locator(`main[data-page="${path}"]`).getByTestId('page-title').waitFor();
  }

  async go(page: string): Promise<void> {
    await this.find(`nav-${page}`).click();
    await this.shows(page);
  }

  /** Resolves when the form says that nothing is unsaved. */
  async save(): Promise<void> {
    await this.find('save').click();
    await this.page.locator('[data-testid="save"]:disabled:not([data-loading])').waitFor();
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
