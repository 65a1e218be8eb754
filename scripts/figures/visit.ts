/** A visit to a page in a Chromium that is slowed down as Lighthouse's presets do it, and what was seen of it. */
import type { BrowserContext, Page } from 'playwright-core';
import type { Seen, Span } from './vitals.js';

export interface Preset {
  viewport: { width: number; height: number };
  /** How many times slower the processor is. */
  slowdown: number;
  /** Milliseconds until an answer begins, and bytes per second. */
  latency: number;
  down: number;
  up: number;
}

const kilobits = 1024 / 8;

/** Lighthouse's core/config/constants.js: `mobileSlow4G` as DevTools applies it, and `desktopDense4G`. */
export const presets: Readonly<Record<'mobile' | 'desktop', Preset>> = {
  mobile: {
    viewport: { width: 412, height: 823 },
    slowdown: 4,
    latency: 562.5,
    down: 1474.56 * kilobits,
    up: 675 * kilobits,
  },
  desktop: {
    viewport: { width: 1350, height: 940 },
    slowdown: 1,
    latency: 40,
    down: 10_240 * kilobits,
    up: 10_240 * kilobits,
  },
};

type InPage = Omit<Seen, 'requests'>;

declare global {
  interface Window {
    ringbridgeSeen: InPage;
  }
}

/** Runs before the page's own scripts. */
function watch(): void {
  const seen = {
    firstPaint: 0,
    largestPaint: 0,
    longTasks: [] as Span[],
    shifts: [] as InPage['shifts'][number][],
  };
  window.ringbridgeSeen = seen;
  const observe = (type: string, see: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver(list => list.getEntries().forEach(see)).observe({ type, buffered: true });
  observe('paint', entry => {
    if (entry.name === 'first-contentful-paint') seen.firstPaint = entry.startTime;
  });
  observe('largest-contentful-paint', entry => {
    seen.largestPaint = entry.startTime;
  });
  observe('longtask', ({ startTime, duration }) =>
    seen.longTasks.push({ start: startTime, end: startTime + duration }),
  );
  observe('layout-shift', entry => {
    const shift = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
    if (!shift.hadRecentInput) seen.shifts.push({ at: shift.startTime, value: shift.value });
  });
}

/** So long nothing long may run before a page counts as settled: that of Lighthouse's definition. */
const quietMs = 5_000;

export interface Visit {
  seen: Seen;
  /** Paths of the scripts and style sheets that the page has asked for. */
  files: string[];
}

/** Opens the address with an empty cache. @param ready resolves when everything is there that a visitor came for */
export async function visit(
  context: BrowserContext,
  url: string,
  preset: Preset,
  ready: (page: Page) => Promise<unknown>,
): Promise<Visit> {
  const page = await context.newPage();
  try {
    await page.setViewportSize(preset.viewport);
    await page.addInitScript(watch);
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    const { latency, down, up, slowdown } = preset;
    const network = { offline: false, latency, downloadThroughput: down, uploadThroughput: up };
    await session.send('Network.emulateNetworkConditions', network);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    const open = new Map<string, number>();
    const requests: Span[] = [];
    const files = new Set<string>();
    let began: number | undefined;
    session.on('Network.requestWillBeSent', ({ requestId, timestamp, request, type }) => {
      began ??= timestamp;
      open.set(requestId, (timestamp - began) * 1_000);
      if (type === 'Script' || type === 'Stylesheet') files.add(new URL(request.url).pathname);
    });
    const close = ({ requestId, timestamp }: { requestId: string; timestamp: number }) => {
      const start = open.get(requestId);
      if (start !== undefined) requests.push({ start, end: (timestamp - began!) * 1_000 });
      open.delete(requestId);
    };
    session.on('Network.loadingFinished', close);
    session.on('Network.loadingFailed', close);
    await page.goto(url, { waitUntil: 'load', timeout: 120_000 });
    await ready(page);
    await page.waitForFunction(
      quiet => {
        const last = window.ringbridgeSeen.longTasks.at(-1)?.end ?? 0;
        return performance.now() - last > quiet && window.ringbridgeSeen.firstPaint > 0;
      },
      quietMs,
      { timeout: 120_000, polling: 250 },
    );
    const inPage = await page.evaluate(() => window.ringbridgeSeen);
    return { seen: { ...inPage, requests }, files: [...files] };
  } finally {
    await page.close();
  }
}
