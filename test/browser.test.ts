import t from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { loudness } from './support/audio.js';
import { People, patienceMs } from './support/browser.js';
import { Phone } from './support/phone.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { unhurried } from './support/unhurried.js';
import { Visitor } from './support/visitor.js';

t.setTimeout(600_000);

const voices = { agent: 700, customer: 1100 };
/** Korea, ITU-T E.180 Supplement 2. */
const ringback = [440, 480];

t.test('from the shop to the telephone: asked, offered, rung, talked, held, wrapped up', async t => {
  const stack = await startStack(t);
  await unhurried(stack);
  const people = await People.gather(t, { microphone: voices.agent });
  const phone = await Phone.open(t, stack);
  phone.answers = false;
  const number = nextNumber();
  const { ear, mouth, listener } = phone.audio;

  const visitor = await Visitor.enter(people, stack.url, 'ko');
  await visitor.ask({
    queue: 'support',
    phone: `0${number.slice(3)}`,
    name: '홍길동',
    note: '주전자가 데워지지 않아요',
  });
  t.match(await visitor.find('position').textContent(), '다음 순서');

  const desk = await AgentDesk.open(people, stack.url);
  await desk.signIn('agent1@demo.example', demoPassword);
  await desk.page.locator('[data-testid="waiting"][data-waiting="1"]').waitFor();
  t.pass('the agent sees that somebody waits');
  await desk.goReady();
  const offer = await desk.offer();
  t.equal(await desk.find('customer-name').textContent(), '홍길동');
  t.equal(await desk.find('customer-phone').getAttribute('data-phone'), number);
  t.match(await desk.find('customer-note').textContent(), '주전자가 데워지지 않아요');
  const page = offer.getByRole('link', { name: '하루 커피 · 커피 머신 전문점' });
  t.equal(await page.getAttribute('href'), `${stack.url}/shop/?lang=ko`);
  const interaction = (await offer.getAttribute('data-interaction')) ?? '';
  await visitor.sees('offered');
  await desk.is('offered');

  await desk.accept();
  await visitor.sees('dialing');
  await desk.call({ state: 'dialing' });
  await desk.hears(...ringback);
  t.pass('the agent hears it ring');
  phone.pickUp();

  await visitor.sees('bridged');
  await desk.call({ state: 'bridged', line: 'connected' });
  await desk.is('talking');
  mouth.speak(voices.customer);
  const talk = () => Promise.all([ear.tone(voices.agent, patienceMs), desk.hears(voices.customer)]);
  await talk();
  t.pass('the phone hears the microphone, the browser hears the phone');

  await desk.mute(true);
  await ear.until(samples => loudness(samples) < 50, 'silence', patienceMs);
  await desk.hears(voices.customer);
  await desk.mute(false);
  await talk();
  t.pass('muted the phone hears nothing, afterwards all');

  await desk.press('42#');
  t.equal(await listener.keyCount(3, patienceMs), '42#', 'the keys arrive at the phone');

  await desk.hold(true);
  await ear.soundWithout([voices.agent, voices.customer], patienceMs);
  await visitor.sees('bridged');
  t.pass('on hold the phone hears music, and not the microphone');
  await desk.hold(false);
  await talk();
  t.pass('after the hold both hear each other again');

  await desk.hangUp();
  await phone.until('over', 1, patienceMs);
  await visitor.sees('done', 'completed');
  // Between accepting and dialing there may be no time to show that it is accepted.
  const states = (await visitor.states()).filter(state => state !== 'accepted');
  t.same(states, ['waiting', 'offered', 'dialing', 'bridged', 'done']);
  await visitor.find('again').waitFor();

  await desk.wrapUp({ note: '내일 다시 연락', disposition: 'resolved' });
  await desk.is('ready');
  await desk.page.locator(`[data-testid="recent-item"][data-interaction="${interaction}"]`).click();
  const detail = desk.find('detail');
  await detail.getByTestId('timeline').waitFor();
  for (const text of ['홍길동', '내일 다시 연락', '주전자가 데워지지 않아요', '기술 지원', '해결'])
    t.match(await detail.textContent(), text, `the details say ${text}`);
  const events = await detail
    .locator('[data-event]')
    .evaluateAll(items => items.map(item => item.getAttribute('data-event')));
  t.same(events, [
    'requested',
    'offered',
    'agent_present',
    'accepted',
    'dialing',
    'bridged',
    'customer_held',
    'customer_resumed',
    'hangup_requested',
    'ended',
    'finished',
  ]);
  t.equal(await detail.getByTestId('legs').locator('li').count(), 2, 'with both of its lines');
  t.same(people.complaints, [], 'no page complained');
});
