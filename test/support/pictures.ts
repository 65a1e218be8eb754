import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Where to keep pictures of what is tested, to be looked at by a person. */
const folder = process.env.RINGBRIDGE_TEST_PICTURES;

/** Takes a picture where somebody wants to see it. */
export async function picture(
  { page }: { page: Page },
  name: string,
  { fullPage = true } = {},
): Promise<void> {
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
}
