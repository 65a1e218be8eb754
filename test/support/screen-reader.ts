/**
 * What Chromium tells a screen reader: the accessibility tree of a page by the DevTools protocol, and what its live
 * regions (WAI-ARIA 1.2, 6.6.1) have said since the page was loaded.
 */
import type { CDPSession, Page } from 'playwright-core';
import { patienceMs } from './browser.js';
import { eventually } from './eventually.js';

interface AxNode {
  nodeId: string;
  ignored: boolean;
  role?: { value: string };
  name?: { value: string };
  description?: { value: string };
  properties?: { name: string; value: { value: unknown } }[];
}

/** One thing in the tree. */
export interface Spoken {
  role: string;
  name: string;
  description: string;
  properties: Readonly<Record<string, unknown>>;
}

declare global {
  interface Window {
    ringbridgeSaid: string[];
  }
}

/** Runs in each page before its own scripts: keeps what a visible live region has come to say. */
function listenToRegions(): void {
  const said: string[] = [];
  window.ringbridgeSaid = said;
  const spoken = new WeakMap<Element, string>();
  const selector = '[role="status"], [role="alert"], [aria-live="polite"], [aria-live="assertive"]';
  const watch = (root: Document | ShadowRoot) => {
    const look = () => {
      for (const region of root.querySelectorAll<HTMLElement>(selector)) {
        const text = region.checkVisibility() ? region.innerText.replace(/\s+/g, ' ').trim() : '';
        if (text === (spoken.get(region) ?? '')) continue;
        spoken.set(region, text);
        if (text) said.push(text);
      }
    };
    new MutationObserver(look).observe(root, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: ['hidden', 'class', 'style'],
    });
  };
  watch(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function attachShadow(init) {
    const root = attach.call(this, init);
    watch(root);
    return root;
  };
}

export class ScreenReader {
  private constructor(
    private readonly page: Page,
    private readonly devtools: CDPSession,
  ) {}

  /** Listens at a page from its next loading on, for which it sees to. */
  static async at(page: Page): Promise<ScreenReader> {
    await page.addInitScript(listenToRegions);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Accessibility.enable');
    await page.reload();
    return new ScreenReader(page, devtools);
  }

  /** All that is not ignored, in the order of reading. */
  async tree(): Promise<Spoken[]> {
    const { nodes } = (await this.devtools.send('Accessibility.getFullAXTree')) as { nodes: AxNode[] };
    return nodes
      .filter(({ ignored }) => !ignored)
      .map(({ role, name, description, properties = [] }) => ({
        role: role?.value ?? '',
        name: name?.value ?? '',
        description: description?.value ?? '',
        properties: Object.fromEntries(properties.map(({ name, value }) => [name, value.value])),
      }));
  }

  /** Resolves to the thing that has the keyboard, when it is one of this role and name. */
  async hasKeyboard(role: string, name: RegExp): Promise<Spoken> {
    let found: Spoken | undefined;
    await eventually(
      `the keyboard is at ${role} ${name}`,
      async () => {
        // The document itself counts as focused, too: the innermost is the one.
        found = (await this.tree()).filter(({ properties }) => properties.focused === true).at(-1);
        return found?.role === role && name.test(found.name);
      },
      patienceMs,
    ).catch(error => {
      throw new Error(`${(error as Error).message}; it is at ${found?.role} "${found?.name}"`);
    });
    return found!;
  }

  /** @returns the names of what has the role */
  async names(role: string): Promise<string[]> {
    return (await this.tree()).filter(thing => thing.role === role).map(({ name }) => name);
  }

  /** Resolves to the one of this role and name, when there is one. */
  async find(role: string, name: RegExp): Promise<Spoken> {
    let found: Spoken | undefined;
    await eventually(
      `there is a ${role} ${name}`,
      async () => {
        found = (await this.tree()).find(thing => thing.role === role && name.test(thing.name));
        return found !== undefined;
      },
      patienceMs,
    ).catch(async error => {
      throw new Error(`${(error as Error).message}, but ${(await this.names(role)).join(', ')}`);
    });
    return found!;
  }

  /** Resolves when a live region has said it since the page was loaded. */
  async hears(words: RegExp): Promise<void> {
    await eventually(
      `a live region says ${words}`,
      async () => (await this.said()).some(text => words.test(text)),
      patienceMs,
    ).catch(async error => {
      throw new Error(`${(error as Error).message}; it was ${(await this.said()).join(' | ')}`);
    });
  }

  said(): Promise<string[]> {
    return this.page.evaluate(() => window.ringbridgeSaid);
  }
}
