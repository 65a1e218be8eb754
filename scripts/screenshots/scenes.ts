/** The pictures of the README: who does what, and when the picture is taken. */
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { AgentDesk } from '../../test/support/agent-desk.js';
import type { People } from '../../test/support/browser.js';
import { Visitor } from '../../test/support/visitor.js';

export interface Studio {
  people: People;
  url: string;
  demoPassword: string;
  /** Where the pictures go. */
  folder: string;
}

type Scene = (studio: Studio) => Promise<void>;

/** The simulated network picks up numbers with this ending and stays until it is hung up on. */
const answers = '00';
const desktopSize = { width: 1240, height: 760 };
const phoneSize = { width: 390, height: 780 };

async function picture({ folder }: Studio, page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled', caret: 'hide' });
}

async function agentAt(
  { people, url, demoPassword }: Studio,
  name: 'agent1' | 'agent2',
  language: 'ko' | 'en',
  options: BrowserContextOptions,
): Promise<AgentDesk> {
  const desk = await AgentDesk.open(people, url, options);
  await desk.signIn(`${name}@demo.example`, demoPassword, language);
  await desk.goReady();
  return desk;
}

/** Lets a call go on until its clock shows so many seconds. */
async function talkFor(desk: AgentDesk, seconds: number): Promise<void> {
  await desk.page
    .getByTestId('call-state')
    .getByText(`0:${String(seconds).padStart(2, '0')}`, { exact: true })
    .first()
    .waitFor();
}

async function leave(...pages: { page: Page }[]): Promise<void> {
  await Promise.all(pages.map(({ page }) => page.context().close()));
}

const english: Scene = async studio => {
  const look = { viewport: desktopSize, deviceScaleFactor: 1.5 };
  // The shop is full of colour: larger it would weigh more than it shows.
  const wide = { viewport: { width: 1320, height: 765 }, deviceScaleFactor: 1 };
  const visitor = await Visitor.enter(studio.people, studio.url, 'en', wide);
  await visitor.open();
  const wish = { name: 'Sarah Mitchell', note: 'My Duo heats up, but the pressure stays at zero.' };
  await visitor.fill({ queue: 'support', phone: `+82 10 5550 27${answers}`, ...wish });
  await picture(studio, visitor.page, 'widget');
  const desk = await agentAt(studio, 'agent2', 'en', look);
  await visitor.find('submit').click();
  await desk.offer();
  await picture(studio, desk.page, 'desktop-offer');
  await desk.accept();
  await desk.call({ state: 'bridged', line: 'connected' });
  await desk
    .find('wrapup-note')
    .fill('Group head was clogged. Sent the cleaning guide; she calls again if it stays.');
  await talkFor(desk, 12);
  await picture(studio, desk.page, 'desktop');
  await desk.hangUp();
  await desk.wrapUp({ disposition: 'resolved' });
  await desk.is('ready');
  await leave(visitor, desk);
};

const koreanAtNight: Scene = async studio => {
  const dark = { colorScheme: 'dark', deviceScaleFactor: 1.5 } as const;
  const visitor = await Visitor.enter(studio.people, studio.url, 'ko', { ...dark, viewport: phoneSize });
  const desk = await agentAt(studio, 'agent1', 'ko', { ...dark, viewport: desktopSize });
  await visitor.ask({
    queue: 'sales',
    phone: `010-5550-81${answers}`,
    name: '이서연',
    note: '레버 원과 하루 듀오 중에 고민하고 있어요.',
  });
  await desk.accept();
  await visitor.sees('dialing');
  await picture(studio, visitor.page, 'widget-status');
  await desk.call({ state: 'bridged', line: 'connected' });
  await talkFor(desk, 8);
  await desk.hangUp();
  await desk.call({ state: 'wrap_up' });
  await desk.find('wrapup-note').fill('원룸이라 소음이 걱정된다고 하심. 레버 원 추천, 내일 오전 체험 예약.');
  await desk.choose('follow_up');
  await picture(studio, desk.page, 'desktop-dark');
  await desk.wrapUp();
  await desk.is('ready');
  await leave(visitor, desk);
};

const inTheHand: Scene = async studio => {
  const look = { viewport: phoneSize, deviceScaleFactor: 1.5 };
  const visitor = await Visitor.enter(studio.people, studio.url, 'ko', look);
  await visitor.open();
  await visitor.fill({ queue: 'support', phone: `010-5550-44${answers}`, name: '한지민' });
  await picture(studio, visitor.page, 'widget-phone');
  const desk = await agentAt(studio, 'agent1', 'ko', look);
  await visitor.find('submit').click();
  await desk.accept();
  await desk.call({ state: 'bridged', line: 'connected' });
  await talkFor(desk, 5);
  await picture(studio, desk.page, 'desktop-phone');
  await desk.hangUp();
  await desk.wrapUp();
  await desk.is('ready');
  await leave(visitor, desk);
};

export const scenes: readonly Scene[] = [english, koreanAtNight, inTheHand];
