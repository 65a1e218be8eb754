import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../test/support/chromium.js';
import { type Product, startProduct } from '../screenshots/product.js';
import { ensurePrograms } from '../test-run/programs.js';
import { gzipBytes } from './sizes.js';
import { presets, visit } from './visit.js';
import { type Vitals, vitalsOf } from './vitals.js';

const usage = `How large the faces are, and how long they take in a slow browser. The last line is JSON.

Usage: npm run figures [-- options]
  --visits 3    how often each page is visited; the figures are medians
`;

const mostVisits = 50;

/** Cleaned up from the last to the first. */
const ends: (() => unknown)[] = [];

/** Bytes, gzip. */
const limits = { widget: 15_000, desktop: 300_000 };

interface Place {
  name: string;
  path: string;
  ready: (page: Page) => Promise<unknown>;
  /** Without the widget's script. */
  bare?: boolean;
  /** As an agent who has signed in. */
  signedIn?: boolean;
}

const signInPage = 'desktop, sign-in';
const workPage = 'desktop, at work';

const places: readonly Place[] = [
  { name: 'shop without the widget', path: '/shop/', bare: true, ready: async () => undefined },
  { name: 'shop with the widget', path: '/shop/', ready: page => page.getByTestId('rb-open').waitFor() },
  { name: signInPage, path: '/desktop/', ready: page => page.getByTestId('login-email').waitFor() },
  {
    name: workPage,
    path: '/desktop/',
    signedIn: true,
    ready: page => page.locator('[data-testid="softphone-state"][data-line="registered"]').waitFor(),
  },
];

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

async function signIn(context: BrowserContext, { url, demoPassword }: Product): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${url}/desktop/`);
  await page.getByTestId('login-email').fill('agent1@demo.example');
  await page.getByTestId('login-password').fill(demoPassword);
  await page.getByTestId('login-submit').click();
  await page.locator('[data-testid="softphone-state"][data-line="registered"]').waitFor();
  await page.close();
}

type Figures = { place: string; preset: string; files: readonly string[] } & Vitals;

async function measure(visits: number): Promise<Figures[]> {
  ensurePrograms(['chromium']);
  const product = await startProduct();
  ends.push(() => product.stop());
  const browser = await launchChromium();
  ends.push(() => browser.close());
  const figures: Figures[] = [];
  for (const [preset, conditions] of Object.entries(presets))
    for (const { name, path, ready, bare, signedIn } of places) {
      const seen: Vitals[] = [];
      let files: string[] = [];
      for (let turn = 0; turn < visits; turn++) {
        const context = await browser.newContext({ locale: 'ko-KR' });
        if (bare) await context.route('**/widget.js', route => route.abort());
        if (signedIn) await signIn(context, product);
        const found = await visit(context, product.url + path, conditions, ready);
        seen.push(vitalsOf(found.seen));
        files = found.files;
        await context.close();
      }
      const of = (key: keyof Vitals) => median(seen.map(vitals => vitals[key]));
      figures.push({
        place: name,
        preset,
        files,
        firstPaint: of('firstPaint'),
        largestPaint: of('largestPaint'),
        interactive: of('interactive'),
        blocking: of('blocking'),
        shift: of('shift'),
      });
    }
  return figures;
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`;
const row = (cells: readonly (string | number)[]) => console.log(`| ${cells.join(' | ')} |`);

async function main(visits: number): Promise<boolean> {
  const parts = [
    'widget',
    'widget-panel',
    'widget-en',
    'widget-ko',
    'widget-ar',
    'widget-later',
    'widget-talk',
  ];
  const widget = Object.fromEntries(parts.map(part => [part, gzipBytes([`${part}.js`])]));
  const pages = await measure(visits);
  const filesOf = (name: string) => gzipBytes(pages.find(({ place }) => place === name)!.files);
  const desktop = filesOf(signInPage);
  const atWork = filesOf(workPage);
  row(['part', 'gzip', 'limit']);
  row(['---', '--:', '--:']);
  for (const [part, bytes] of Object.entries(widget))
    row([`\`${part}.js\``, kilobytes(bytes), part === 'widget' ? kilobytes(limits.widget) : '']);
  row(['desktop, first load', kilobytes(desktop), kilobytes(limits.desktop)]);
  row(['desktop at work, with telephone and numbers', kilobytes(atWork), '']);
  console.log('');
  row(['page', 'as', 'first paint', 'largest paint', 'interactive', 'blocking', 'layout shift']);
  row(['---', '---', '--:', '--:', '--:', '--:', '--:']);
  for (const page of pages) {
    const times = [page.firstPaint, page.largestPaint, page.interactive, page.blocking];
    row([page.place, page.preset, ...times.map(time => `${Math.round(time)} ms`), page.shift.toFixed(3)]);
  }
  console.log(`\nmedians of ${visits}; ${cpus().length} × ${cpus()[0]?.model.trim()}`);
  const within = widget.widget! < limits.widget && desktop < limits.desktop;
  console.log(JSON.stringify({ visits, widget, desktop, atWork, limits, within, pages }));
  return within;
}

const { values } = parseArgs({
  options: { visits: { type: 'string', default: '3' }, help: { type: 'boolean', default: false } },
});
const visits = Number(values.visits);
if (values.help || !Number.isInteger(visits) || visits < 1 || visits > mostVisits) {
  if (!values.help) console.error(`--visits: "${values.visits}" is no number from 1 to ${mostVisits}\n`);
  console.log(usage);
  process.exitCode = values.help ? 0 : 2;
} else
  try {
    if (!(await main(visits))) process.exitCode = 1;
  } finally {
    for (const end of ends.reverse()) await end();
  }
