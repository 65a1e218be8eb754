import t from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { accessibilityFaults, People, patienceMs } from './support/browser.js';
import { picture } from './support/pictures.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { handset, pickUp, signIn, tones } from './support/talk.js';
import { unhurried } from './support/unhurried.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

/** Resolves when the board shows the queue so. */
async function shows(desk: AgentDesk, figures: Record<string, string | number>): Promise<void> {
  const selector = Object.entries({ queue: 'sales', ...figures })
    .map(([name, value]) => `[data-${name}="${value}"]`)
    .join('');
  await desk.page.locator(`[data-testid="wall-queue"]${selector}`).waitFor();
}

const stack = await startStack(t);
await unhurried(stack);
await stack.sql`update queues set service_level_seconds = 3600`;
const people = await People.gather(t);

t.test('the wallboard follows what happens, without asking', async t => {
  const desk = await AgentDesk.open(people, stack.url, { locale: 'en-US', colorScheme: 'dark' });
  t.teardown(() => desk.close());
  let told = 0;
  desk.page.on('websocket', socket =>
    socket.on('framereceived', ({ payload }) => {
      if (String(payload).includes('"type":"floor"')) told += 1;
    }),
  );
  await desk.signIn('admin@demo.example', demoPassword, 'en');
  await desk.find('to-wallboard').click();
  await desk.find('wallboard').waitFor();
  await shows(desk, { waiting: 0, answered: 0, abandoned: 0, ready: 0 });
  const reads = new Map<string, number>();
  desk.page.on('request', request => {
    const { pathname } = new URL(request.url());
    reads.set(pathname, (reads.get(pathname) ?? 0) + 1);
  });

  const first = await stack.api.askCallback({ phone: nextNumber(), name: '홍길동' });
  await shows(desk, { waiting: 1 });
  const second = await stack.api.askCallback({ phone: nextNumber() });
  await shows(desk, { waiting: 2 });
  await stack.api.call('DELETE', `/api/v1/callbacks/${second.id}`, { token: second.token });
  await shows(desk, { waiting: 1, abandoned: 1 });

  const customer = await handset(t, stack.trunkPort, tones.customer);
  const agent = await signIn(t, stack, 'agent1', 'ready');
  const line = await pickUp(t, agent, tones.agent);
  await Promise.all([customer.ear.tone(tones.agent, patienceMs), line.ear.tone(tones.customer, patienceMs)]);
  await shows(desk, { waiting: 0, answered: 1, abandoned: 1, level: 100 });
  await desk.page.locator('[data-testid="wall-agent"][data-state="talking"]').waitFor();
  for (const [pathname, times] of reads)
    t.ok(times <= told, `${pathname} was read ${times} times, and told of ${told} times`);
  t.same(await accessibilityFaults(desk.page), [], 'the wallboard is accessible');
  await desk.page.setViewportSize({ width: 1920, height: 1080 });
  await picture(desk, 'wallboard-dark', { fullPage: false });
  await desk.page.setViewportSize({ width: 360, height: 740 });
  await picture(desk, 'wallboard-phone', { fullPage: false });
  await agent.step('hangup', first.id);
  await customer.run.done;
  await agent.hungUp();
  await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
  await desk.page.locator('[data-testid="wall-agent"][data-state="wrap_up"]').waitFor();
  await agent.step('wrap-up', first.id);
  await shows(desk, { ready: 1 });

  await desk.page.setViewportSize({ width: 1280, height: 720 });
  await desk.find('wall-back').click();
  await desk.page
    .locator('[data-testid="floor-agent"][data-state="ready"]')
    .getByTestId('floor-change')
    .click();
  await desk.find('floor-pause-training').click();
  await agent.until(
    ({ me }) => me.state === 'paused' && me.reason === 'training',
    'the pause with its reason',
  );
  await picture(desk, 'floor-now', { fullPage: false });
});

t.test('those who wait are moved, taken back, and cancelled', async t => {
  const desk = await AgentDesk.open(people, stack.url, { locale: 'ko-KR' });
  t.teardown(() => desk.close());
  await desk.signIn('admin@demo.example', demoPassword);
  await desk.find('settings').click();
  await desk.speak('ko');
  await desk.page.keyboard.press('Escape');
  const callback = await stack.api.askCallback({ phone: nextNumber(), name: '이몽룡' });
  await desk.find('floor-waiting').click();
  const row = desk.page.locator(`[data-testid="waiting-row"][data-interaction="${callback.id}"]`);
  await row.waitFor();
  const queueOf = async () => {
    const [found] = await stack.sql<{ key: string }[]>`
      select q.key from interactions i join queues q on q.id = i.queue_id where i.id = ${callback.id}`;
    return found?.key;
  };

  await row.getByTestId('waiting-actions').click();
  await desk.find('waiting-move-support').click();
  await row.getByText('기술 지원').waitFor();
  t.equal(await queueOf(), 'support');
  await picture(desk, 'waiting-moved', { fullPage: false });
  // It can be taken back for ten seconds.
  await desk.find('waiting-undo').click();
  await row.getByText('기술 지원').waitFor({ state: 'hidden' });
  t.equal(await queueOf(), 'sales', 'it was taken back');
  t.same(await accessibilityFaults(desk.page), [], 'the list is accessible');

  await row.getByTestId('waiting-actions').click();
  await desk.find('waiting-cancel').click();
  await desk.find('waiting-cancel-confirm').waitFor();
  // The menu goes away behind the question.
  await desk.find('waiting-cancel').waitFor({ state: 'hidden' });
  await picture(desk, 'waiting-cancel', { fullPage: false });
  t.same(await accessibilityFaults(desk.page), [], 'the question is accessible');
  await desk.find('waiting-cancel-confirm').click();
  await desk.find('waiting-empty').waitFor();
  t.match(await stack.api.follow(callback, ({ state }) => state === 'done'), { outcome: 'cancelled' });
  const [event] = await stack.sql<{ actor: string | null }[]>`
    select data ->> 'actor' as actor from events where interaction_id = ${callback.id} and type = 'cancelled'`;
  t.ok(event?.actor, 'the history says by whom');
});

t.test('five thousand wait: what is seen is drawn, and read', async t => {
  await stack.sql`
    insert into interactions (tenant_id, channel, state, site_id, queue_id, phone, name, locale, place_at, queued_at, requested_at)
    select s.tenant_id, 'callback', 'waiting', s.id, q.id, '+8210' || (56000000 + n), 'Customer ' || n, 'en',
      now() - make_interval(secs => 5001 - n), now() - make_interval(secs => 5001 - n), now() - make_interval(secs => 5001 - n)
    from sites s join queues q on q.tenant_id = s.tenant_id and q.key = 'sales', generate_series(1, 5000) n`;
  const desk = await AgentDesk.open(people, stack.url, { locale: 'en-US' });
  t.teardown(() => desk.close());
  await desk.signIn('admin@demo.example', demoPassword, 'en');
  await desk.find('floor-waiting').click();
  await desk.page.locator('[data-testid="waiting-total"][data-total="5000"]').waitFor();
  const rows = desk.find('waiting-row');
  await rows.first().getByText('Customer 1', { exact: true }).waitFor();
  const { frames, longest, blocked } = await desk.page.evaluate(async () => {
    const scroll = document.querySelector('[data-testid="waiting-list"]')?.parentElement;
    if (!scroll) throw new Error('no list');
    let blocked = 0;
    new PerformanceObserver(list => {
      for (const { duration } of list.getEntries()) blocked += duration - 50;
    }).observe({ type: 'longtask' });
    const frames: number[] = [];
    let last = performance.now();
    for (let step = 0; step < 240; step++) {
      scroll.scrollBy(0, 400);
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      frames.push(now - last);
      last = now;
    }
    return { frames: frames.length, longest: Math.max(...frames), blocked };
  });
  t.comment(
    `${frames} frames of scrolling: the longest ${Math.round(longest)} ms, ${Math.round(blocked)} ms blocked`,
  );
  await desk.page.evaluate(() => {
    const scroll = document.querySelector('[data-testid="waiting-list"]')?.parentElement;
    scroll?.scrollTo(0, scroll.scrollHeight);
  });
  await desk.page
    .locator('[data-testid="waiting-row"][aria-posinset="5000"]')
    .getByText('Customer 5000')
    .waitFor();
  t.ok((await rows.count()) < 60, `${await rows.count()} rows are drawn of 5,000`);
  await picture(desk, 'waiting-5000', { fullPage: false });
  await desk.page.setViewportSize({ width: 360, height: 740 });
  await picture(desk, 'waiting-phone', { fullPage: false });
  t.same(people.complaints, [], 'no page complained');
});
