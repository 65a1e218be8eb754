/** An agent at the desktop, who does what a person would. */
import type { Locator, Page } from 'playwright-core';
import { hearsOther, hearsTone, type People } from './browser.js';

type Language = 'ko' | 'en';

/** What the desktop shows of a call. */
interface Call {
  /** Of the interaction. */
  state?: string;
  /** Of the softphone's line. */
  line?: string;
  muted?: boolean;
  /** Of the customer. */
  hold?: 'none' | 'held';
}

export class AgentDesk {
  private constructor(readonly page: Page) {}

  /** The desk on a page that has been opened already. */
  static at(page: Page): AgentDesk {
    return new AgentDesk(page);
  }

  /** Opens the desktop as somebody who is not signed in. */
  static async open(
    people: People,
    url: string,
    options: Parameters<People['page']>[0] = {},
  ): Promise<AgentDesk> {
    const page = await people.page(options);
    await page.goto(`${url}/desktop/`);
    const desk = new AgentDesk(page);
    await desk.find('login-email').waitFor();
    return desk;
  }

  /** Signs in; resolves when calls could reach the browser. */
  async signIn(email: string, password: string, language?: Language): Promise<void> {
    if (language !== undefined) await this.speak(language);
    await this.find('login-email').fill(email);
    await this.find('login-password').fill(password);
    await this.find('login-submit').click();
    await this.page.locator('[data-testid="softphone-state"][data-line="registered"]').waitFor();
  }

  /** Chooses the language, at the login or wherever the choice is shown. */
  async speak(language: Language): Promise<void> {
    await this.find('language').locator(`span[lang="${language}"]`).click();
    await this.page.locator(`html[lang="${language}"]`).waitFor();
  }

  find(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  /** Resolves when the server has heard it: somebody who waits may be offered at once. */
  async goReady(): Promise<void> {
    await this.find('state-ready').click();
    await this.page.locator('[data-testid="me-state"][data-intent="ready"]').waitFor();
  }

  /** Resolves when the desktop shows the agent in the state. */
  async is(state: string): Promise<void> {
    await this.page.locator(`[data-testid="me-state"][data-state="${state}"]`).waitFor();
  }

  async offer(): Promise<Locator> {
    await this.find('offer').waitFor();
    return this.find('offer');
  }

  async accept(): Promise<void> {
    await this.offer();
    await this.find('offer-accept').click();
  }

  /** Resolves when the desktop shows the call so. */
  async call({ state, line, muted, hold }: Call): Promise<void> {
    const attributes = { 'data-state': state, 'data-call': line, 'data-muted': muted, 'data-hold': hold };
    const selector = Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `[${name}="${value}"]`)
      .join('');
    await this.page.locator(`[data-testid="call-state"]${selector}`).waitFor();
  }

  async hold(on: boolean): Promise<void> {
    await this.find('call-hold').click();
    await this.call({ hold: on ? 'held' : 'none' });
  }

  async mute(on: boolean): Promise<void> {
    await this.find('call-mute').click();
    await this.call({ muted: on });
  }

  /** Dials on the keypad, which is opened for it and closed again. */
  async press(keys: string): Promise<void> {
    await this.find('call-dtmf').click();
    for (const key of keys) await this.find(`dtmf-${key}`).click();
    await this.page.locator('output', { hasText: keys }).waitFor();
    await this.find('call-dtmf').click();
  }

  async hangUp(): Promise<void> {
    await this.find('call-hangup').click();
  }

  /** Chooses the result of the call. */
  async choose(disposition: string): Promise<void> {
    const choice = await this.find(`disposition-${disposition}`).getAttribute('id');
    await this.page.locator(`label[for="${choice}"]`).click();
  }

  async wrapUp({ note, disposition }: { note?: string; disposition?: string } = {}): Promise<void> {
    await this.call({ state: 'wrap_up' });
    if (note !== undefined) await this.find('wrapup-note').fill(note);
    if (disposition !== undefined) await this.choose(disposition);
    await this.find('wrapup-submit').click();
    // A page that is closed before the server has heard it leaves the agent in wrap-up.
    await this.find('wrapup-submit').waitFor({ state: 'detached' });
  }

  hears(...frequencies: number[]): Promise<void> {
    return hearsTone(this.page, frequencies);
  }

  hearsOtherThan(...frequencies: number[]): Promise<void> {
    return hearsOther(this.page, frequencies);
  }

  /** Closes the tab, without signing out or hanging up. */
  async close(): Promise<void> {
    await this.page.context().close();
  }
}
