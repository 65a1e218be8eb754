/** People at a real Chromium: every page is watched for complaints, and what it hears can be measured. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { toneWav } from './audio.js';
import { launchChromium } from './chromium.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

/** Long enough for a machine that has other things to do, and for what rings or is waited for some twenty seconds. */
export const patienceMs = 60_000;

/** The ear of a page: the spectrum of the audio that the newest peer connection has decoded. */
interface PageEar {
  /** Levels of the strongest of what is near the frequencies, and of all else, in dB. */
  levels(frequencies: readonly number[]): { near: number; other: number };
}

declare global {
  interface Window {
    ringbridgeEar: PageEar;
    ringbridgeStates: string[];
  }
}

/** Runs in each page before its own scripts. */
function listenIn(): void {
  const analyserOf = (context: AudioContext) => {
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    // The spectrum of now, without a memory of before.
    analyser.smoothingTimeConstant = 0;
    return analyser;
  };
  let heard: { context: AudioContext; analyser: AnalyserNode } | undefined;
  let source: MediaStreamAudioSourceNode | undefined;
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener('track', ({ track }) => {
        if (heard === undefined) {
          const context = new AudioContext();
          heard = { context, analyser: analyserOf(context) };
        }
        source?.disconnect();
        source = heard.context.createMediaStreamSource(new MediaStream([track]));
        source.connect(heard.analyser);
      });
    }
  };
  window.ringbridgeEar = {
    levels(frequencies) {
      let [near, other] = [-Infinity, -Infinity];
      if (heard === undefined) return { near, other };
      const { analyser, context } = heard;
      const bins = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(bins);
      const hertz = context.sampleRate / analyser.fftSize;
      bins.forEach((level, bin) => {
        const distance = Math.min(...frequencies.map(frequency => Math.abs(bin * hertz - frequency)));
        if (distance < 30) near = Math.max(near, level);
        else if (distance > 100) other = Math.max(other, level);
      });
      return { near, other };
    },
  };
}

/** Runs in each page before its own scripts: keeps every state that the widget has shown. */
function watchStates(): void {
  const states: string[] = [];
  window.ringbridgeStates = states;
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function attachShadow(init) {
    const root = attach.call(this, init);
    const look = () => {
      const state = root.querySelector<HTMLElement>('[data-testid="rb-status"]')?.dataset.state;
      if (state && state !== states.at(-1)) states.push(state);
    };
    new MutationObserver(look).observe(root, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['data-state'],
    });
    return root;
  };
}

/** The level above which a tone counts as heard, and how far it stands out, in dB. */
const audible = -60;
const outstanding = 20;

/** Chromium notes every answer above 399 as an error; that the API says no to somebody is none. */
function isRefusal(text: string, url: string): boolean {
  return (
    /^Failed to load resource: .* status of 4\d\d /.test(text) && new URL(url).pathname.startsWith('/api/')
  );
}

export class People {
  /** What the pages have complained of: errors on the console, among them breaches of the content policy, and exceptions. */
  readonly complaints: string[] = [];

  private constructor(readonly browser: Browser) {}

  /**
   * Starts a Chromium whose microphone hears a tone.
   * @param microphone its frequency in Hz
   * @param flags further ones of the command line
   */
  static async gather(
    t: Teardown,
    { microphone = 700, flags = [] }: { microphone?: number; flags?: readonly string[] } = {},
  ): Promise<People> {
    const folder = mkdtempSync(join(tmpdir(), 'ringbridge-microphone-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'tone.wav');
    writeFileSync(file, toneWav(microphone, 10_000));
    const browser = await launchChromium([`--use-file-for-fake-audio-capture=${file}`, ...flags]);
    t.teardown(() => browser.close());
    return new People(browser);
  }

  /** A page of a person who has never been here: cookies and storage are his own. */
  async page(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ locale: 'ko-KR', timezoneId: 'Asia/Seoul', ...options });
    context.setDefaultTimeout(patienceMs);
    await context.addInitScript(listenIn);
    await context.addInitScript(watchStates);
    const page = await context.newPage();
    page.on('console', message => {
      const { url } = message.location();
      if (message.type() !== 'error' || isRefusal(message.text(), url)) return;
      this.complaints.push(`${page.url()}: ${message.text()} (${url})`);
    });
    page.on('pageerror', error => this.complaints.push(`${page.url()}: ${error.stack ?? error.message}`));
    return page;
  }
}

interface HearingTest {
  frequencies: readonly number[];
  /** Whether the tones are to stand out of all else, or all else out of them. */
  wanted: 'tone' | 'other';
}

async function hear(page: Page, test: HearingTest, waitMs: number): Promise<void> {
  const { heard, levels } = await page.evaluate(
    async ({ frequencies, wanted, audible, outstanding, waitMs }) => {
      const deadline = performance.now() + waitMs;
      for (;;) {
        const levels = window.ringbridgeEar.levels(frequencies);
        const [loud, soft] = wanted === 'tone' ? [levels.near, levels.other] : [levels.other, levels.near];
        const heard = loud > audible && loud > soft + outstanding;
        if (heard || performance.now() > deadline) return { heard, levels };
        await new Promise(resolve => setTimeout(resolve, 50));
      }
    },
    { ...test, audible, outstanding, waitMs },
  );
  if (heard) return;
  const { near, other } = levels;
  const what = test.wanted === 'tone' ? 'standing out' : 'drowned by something else';
  throw new Error(
    `${test.frequencies.join(' and ')} Hz not heard ${what} in ${waitMs} ms: ${near} dB, all else ${other} dB`,
  );
}

/** Resolves when the browser decodes nothing but these frequencies, by 20 dB. */
export function hearsTone(page: Page, frequencies: readonly number[], waitMs = patienceMs): Promise<void> {
  return hear(page, { frequencies, wanted: 'tone' }, waitMs);
}

/** Resolves when the browser decodes something of which these frequencies are no part worth mentioning. */
export function hearsOther(page: Page, frequencies: readonly number[], waitMs = patienceMs): Promise<void> {
  return hear(page, { frequencies, wanted: 'other' }, waitMs);
}

/**
 * Runs in a page: whether what it shows is all there, and neither fades in or out nor is about to. A component that fades
 * in is in the page two frames before it begins. What moves for ever, and a clock's hand, are not waited for.
 */
async function isAtRest(): Promise<boolean> {
  for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
  const roots = [
    document,
    ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? []),
  ];
  if (roots.some(root => root.querySelector('[aria-busy="true"]'))) return false;
  return roots
    .flatMap(root => root.getAnimations())
    .filter(
      ({ playState, effect }) => playState === 'running' && effect?.getComputedTiming().endTime !== Infinity,
    )
    .every(animation => animation instanceof CSSTransition && /^stroke/.test(animation.transitionProperty));
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What a page at rest does wrong by WCAG 2.2 AA and the best practices that axe knows, one line each.
 * @param within a selector, when not all of the page is ours
 */
export async function accessibilityFaults(page: Page, within?: string): Promise<string[]> {
  // Through the protocol and not as a script element, which the pages' content policy rightly refuses.
  await page.evaluate(axeSource);
  await page.waitForFunction(isAtRest);
  const violations = await page.evaluate(async selector => {
    const { run } = (window as unknown as { axe: typeof axe }).axe;
    const result = await run(selector ?? document, { resultTypes: ['violations'] });
    return result.violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`),
    }));
  }, within);
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.join('; ')}`);
}
