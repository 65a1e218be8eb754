/** A visitor at a real Firefox, driven over WebDriver BiDi, as Debian's Firefox knows no other way that is a standard. */
import puppeteer, { type Browser, type ElementHandle, type Page } from 'puppeteer-core';
import { findProgram } from '../../scripts/test-run/programs.js';
import { patienceMs } from './browser.js';

/** @param microphone the frequency in Hz that its microphone hears */
export async function launchFirefox(microphone: number): Promise<Browser> {
  const executablePath = process.env.RINGBRIDGE_TEST_FIREFOX ?? findProgram('firefox');
  if (executablePath === undefined)
    throw new Error('no Firefox is installed; name one with RINGBRIDGE_TEST_FIREFOX=/path/to/firefox');
  return puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    timeout: 120_000,
    protocolTimeout: 120_000,
    extraPrefsFirefox: {
      'intl.accept_languages': 'ko-KR,ko',
      'media.autoplay.default': 0,
      'media.navigator.audio.fake_frequency': microphone,
      'media.navigator.permission.disabled': true,
      'media.navigator.streams.fake': true,
      // Nothing but loopback is there to be reached.
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
    },
  });
}

/** What a visitor does at the demo shop. */
export class FirefoxVisitor {
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', error => this.complaints.push(String(error)));
  }

  static async enter(browser: Browser, url: string): Promise<FirefoxVisitor> {
    const visitor = new FirefoxVisitor(await browser.newPage());
    await visitor.page.goto(`${url}/shop/?lang=ko`);
    return visitor;
  }

  /** Within the widget's shadow root. */
  #at(testId: string): string {
    return `>>> [data-testid="rb-${testId}"]`;
  }

  async #shown(testId: string): Promise<ElementHandle<Element>> {
    return (await this.page.waitForSelector(this.#at(testId), { visible: true }))!;
  }

  async click(testId: string): Promise<void> {
    await (await this.#shown(testId)).click();
  }

  /** Chooses what a card stands for: the card is clicked, its button is nowhere to be seen. */
  async choose(testId: string): Promise<void> {
    const card = `>>> label:has([data-testid="rb-${testId}"])`;
    await (await this.page.waitForSelector(card, { visible: true }))!.click();
  }

  async fill(testId: string, text: string): Promise<void> {
    await (await this.#shown(testId)).type(text);
  }

  async text(testId: string): Promise<string> {
    return await (await this.#shown(testId)).evaluate(found => found.textContent ?? '');
  }

  /** Resolves when the widget shows the state, and for an end its outcome. */
  async sees(state: string, outcome?: string): Promise<void> {
    const ending = outcome === undefined ? '' : `[data-outcome="${outcome}"]`;
    // Only what is to be visible is looked for again and again: else a change is waited for, and none is told of a shadow root.
    await this.page.waitForSelector(`${this.#at('status')}[data-state="${state}"]${ending}`, {
      visible: true,
    });
  }

  /** Resolves when the part of the widget has the keyboard. */
  async hasFocus(testId: string): Promise<void> {
    await this.page.waitForFunction(
      wanted =>
        document
          .querySelector('ringbridge-widget')
          ?.shadowRoot?.activeElement?.getAttribute('data-testid') === wanted,
      {},
      `rb-${testId}`,
    );
  }
}
