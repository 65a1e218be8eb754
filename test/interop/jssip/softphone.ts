/** JsSIP in a page of a real browser: told what to do, and telling what happens. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { People } from '../../support/browser.js';
import type { Access, InPage } from './page.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

type Order = Exclude<keyof InPage, 'start' | 'call'>;

async function script(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./page.js', import.meta.url))],
    bundle: true,
    format: 'iife',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** A web site with one empty page: only a page from somewhere may use the microphone. */
async function site(t: Teardown): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>softphone</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

export class Softphone {
  readonly #events: string[] = [];
  #waiting: (() => void)[] = [];
  private constructor(readonly page: Page) {}

  static async open(t: Teardown, people: People): Promise<Softphone> {
    const page = await people.page({ permissions: ['microphone'] });
    const softphone = new Softphone(page);
    await page.exposeFunction('happened', (what: string) => softphone.#happened(what));
    await page.goto(await site(t));
    await page.evaluate(await script());
    return softphone;
  }

  #happened(what: string): void {
    this.#events.push(what);
    for (const look of this.#waiting.splice(0)) look();
  }

  /** Resolves when that happens; what happened before it is forgotten. */
  async until(what: string): Promise<void> {
    for (;;) {
      const index = this.#events.indexOf(what);
      if (index >= 0) return void this.#events.splice(0, index + 1);
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }

  start(access: Access): Promise<void> {
    return this.page.evaluate(given => window.softphone.start(given), access);
  }

  call(target: string): Promise<void> {
    return this.page.evaluate(given => window.softphone.call(given), target);
  }

  does(order: Order): Promise<void> {
    return this.page.evaluate(given => window.softphone[given](), order);
  }
}
