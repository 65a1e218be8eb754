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

const strictPage = {
  contentType: 'text/html; charset=utf-8',
  headers: {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'nonce-ours'",
      "connect-src 'self'",
      // The page's own icon, without which Firefox looks for another.
      'img-src data:',
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
  },
  body: `<!doctype html><html lang="ar" dir="rtl"><title>متجر</title><link rel="icon" href="data:,">
    <p>متجر</p><script nonce="ours" async src="/widget.js" data-site="demo"></script></html>`,
};

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

  /** Opens a shop whose pages are in Arabic, from right to left, and let nothing in but the widget. */
  static async enterStrict(browser: Browser, url: string): Promise<FirefoxVisitor> {
    const visitor = new FirefoxVisitor(await browser.newPage());
    const { page } = visitor;
    await page.evaluateOnNewDocument(() => {
      const breaches: string[] = [];
      Object.assign(window, { ringbridgeBreaches: breaches });
      addEventListener('securitypolicyviolation', breach =>
        breaches.push(`${breach.violatedDirective}: ${breach.blockedURI}`),
      );
    });
    await page.setRequestInterception(true);
    page.on('request', request => {
      const isPage = new URL(request.url()).pathname === '/shop/strict';
      void (isPage ? request.respond(strictPage) : request.continue());
    });
    await page.goto(`${url}/shop/strict`);
    return visitor;
  }

  /** What the page's policy has refused since it was loaded. */
  breaches(): Promise<string[]> {
    return this.page.evaluate(
      () => (window as unknown as { ringbridgeBreaches: string[] }).ringbridgeBreaches,
    );
  }

  /** Where parts of the widget begin, and how their words run. */
  async lines<Part extends string>(
    ...parts: Part[]
  ): Promise<Record<Part, { x: number; direction: string }>> {
    const found = parts.map(async part => {
      const line = await (await this.#shown(part)).evaluate(element => ({
        x: element.getBoundingClientRect().x,
        direction: getComputedStyle(element).direction,
      }));
      return [part, line] as const;
    });
    return Object.fromEntries(await Promise.all(found)) as Record<Part, { x: number; direction: string }>;
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
