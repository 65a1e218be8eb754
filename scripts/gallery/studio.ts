import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { People } from '../../test/support/browser.js';
import type { Product } from '../screenshots/product.js';
import { type Choice, type Look, wordsOf } from './looks.js';

/** Several pictures that come of one course of events, in one look. */
export interface Scene {
  /** Of each, without the look. */
  shots: readonly string[];
  play(studio: Studio, look: Look): Promise<void>;
}

/** Where pictures are taken: a product that runs, people at browsers, and what is wanted. */
export class Studio {
  readonly taken: { shot: string; look: Look; file: string }[] = [];

  constructor(
    readonly product: Product,
    readonly people: People,
    private readonly folder: string,
    private readonly choice: Choice,
  ) {}

  wants(shot: string, look: Look): boolean {
    return this.choice.wants(shot, look);
  }

  /** Takes a picture, if it is wanted. @param whole also of what is below the window's edge */
  async shoot(page: Page, shot: string, look: Look, { whole = false } = {}): Promise<void> {
    if (!this.wants(shot, look)) return;
    const file = `${shot}-${wordsOf(look)}.png`;
    await page.mouse.move(0, 0);
    const path = join(this.folder, file);
    const window = page.viewportSize()!;
    // A higher window, and not a long picture of a low one: what sticks to its edge stays there.
    const height = whole ? await page.evaluate(() => document.documentElement.scrollHeight) : window.height;
    await page.setViewportSize({ ...window, height: Math.max(height, window.height) });
    await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
    await page.setViewportSize(window);
    this.taken.push({ shot, look, file });
  }

  async play(scene: Scene, look: Look): Promise<void> {
    if (scene.shots.some(shot => this.wants(shot, look))) await scene.play(this, look);
  }
}
