/** An agent's day at the desktop, and a supervisor's look at it. */
import { AgentDesk } from '../../test/support/agent-desk.js';
import { Visitor } from '../../test/support/visitor.js';
import { browserOptions, type Look, looks } from './looks.js';
import type { Scene, Studio } from './studio.js';

/** The simulated telephone network answers a number with this ending and stays until it is hung up on. */
const answers = '00';

const day: Scene = {
  shots: [
    'desktop-login',
    'desktop-paused',
    'desktop-ready',
    'desktop-sound',
    'desktop-sound-echo',
    'desktop-detail',
    'desktop-offline',
    'desktop-offer',
    'desktop-talk',
    'desktop-talk-keypad',
    'desktop-talk-held',
    'desktop-transfer',
    'desktop-floor',
    'desktop-wrap-up',
  ],
  async play(studio: Studio, look: Look) {
    const { people, product } = studio;
    const options = browserOptions(look);
    const desk = await AgentDesk.open(people, product.url, options);
    const { page } = desk;
    const shoot = (shot: string, whole = false) => studio.shoot(page, `desktop-${shot}`, look, { whole });
    await desk.speak(look.language);
    await shoot('login');
    await desk.signIn('agent1@demo.example', product.demoPassword, look.language);
    await shoot('paused');
    await desk.goReady();
    await desk.find('recent-item').first().waitFor();
    await shoot('ready', true);
    await desk.find('settings').click();
    await desk.find('sound-open').click();
    await desk.find('sound-level').waitFor();
    await shoot('sound');
    await desk.find('echo-begin').click();
    await page
      .locator('[data-testid="echo-state"]:is([data-state="listening"], [data-state="playing"])')
      .waitFor();
    await shoot('sound-echo');
    await page.keyboard.press('Escape');
    await desk.find('sound').waitFor({ state: 'detached' });
    await desk.find('recent-item').first().click();
    await desk.find('detail').waitFor();
    await page.waitForFunction(() => !document.querySelector('[data-testid="detail"] [aria-busy="true"]'));
    await shoot('detail', true);
    await page.reload();
    await desk.is('ready');
    await desk.find('recent-item').first().waitFor();
    await page.context().setOffline(true);
    await desk.find('reconnecting').waitFor();
    await shoot('offline');
    await page.context().setOffline(false);
    await page.reload();
    await page.locator('[data-testid="softphone-state"][data-line="registered"]').waitFor();
    await desk.is('ready');

    const korean = look.language === 'ko';
    const visitor = await Visitor.enter(people, product.url, look.language);
    await visitor.ask({
      queue: 'sales',
      phone: `+82 10-5550-${81 + looks.indexOf(look)}${answers}`,
      name: korean ? '이서연' : 'Sarah Mitchell',
      note: korean ? '레버 원과 하루 듀오 중에 고민하고 있어요.' : 'Lever One or Haru Duo?',
    });
    await desk.offer();
    await shoot('offer');
    await desk.accept();
    await desk.call({ state: 'bridged', line: 'connected' });
    await shoot('talk', true);
    await desk.find('call-dtmf').click();
    await shoot('talk-keypad');
    await desk.find('call-dtmf').click();
    await desk.hold(true);
    await shoot('talk-held', true);
    await desk.find('call-transfer').click();
    await page.getByRole('dialog').waitFor();
    await shoot('transfer');
    await page.keyboard.press('Escape');

    const boss = await AgentDesk.open(people, product.url, options);
    await boss.speak(look.language);
    await boss.find('login-email').fill('admin@demo.example');
    await boss.find('login-password').fill(product.demoPassword);
    await boss.find('login-submit').click();
    await boss.find('floor').waitFor();
    await boss.page.waitForFunction(() => !document.querySelector('#stage [aria-busy="true"]'));
    await studio.shoot(boss.page, 'desktop-floor', look, { whole: true });
    await boss.close();
    await desk.hold(false);

    await desk.hangUp();
    await desk.call({ state: 'wrap_up' });
    await shoot('wrap-up', true);
    await desk.wrapUp();
    await visitor.page.context().close();
    // The next look begins where this one did.
    await desk.find('state-offline').click();
    await desk.is('offline');
    await desk.close();
  },
};

export const desktopScene = day;
