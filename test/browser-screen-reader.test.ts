import t from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { RtpPeer } from './support/audio.js';
import { People } from './support/browser.js';
import { ScreenReader } from './support/screen-reader.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { telephone } from './support/telephone.js';
import { unhurried } from './support/unhurried.js';
import { Visitor } from './support/visitor.js';

t.setTimeout(600_000);

const stack = await startStack(t);
const people = await People.gather(t);
await unhurried(stack);
const phone = await RtpPeer.open(['PCMA']);
t.teardown(() => phone.close());
const visitor = await Visitor.enter(people, stack.url, 'en');
const desk = await AgentDesk.open(people, stack.url);
t.teardown(() => Promise.all([visitor.page.context().close(), desk.close()]));

const told = await ScreenReader.at(visitor.page);
const agent = await ScreenReader.at(desk.page);
const press = (key: string) => visitor.page.keyboard.press(key);

t.test('the button opens a dialog, and the dialog gives the keyboard back', async t => {
  await visitor.find('open').focus();
  const button = await told.hasKeyboard('button', /^Call me back$/);
  t.equal(button.properties.hasPopup, 'dialog');
  await press('Enter');
  await told.hasKeyboard('radio', /^Buying advice/);
  t.ok((await told.find('dialog', /^We call you back$/)).properties.modal, 'what is behind it is not read');
  await press('Escape');
  await told.hasKeyboard('button', /^Call me back$/);
});

t.test('three taps: each control says what it is, a fault where it is', async t => {
  await press('Enter');
  await told.hasKeyboard('radio', /^Buying advice/);
  for (const group of [/^Who would you like to talk to\?/, /^How shall we talk\?/])
    await told.find('group', group);
  await visitor.seesTimes();
  await told.find('group', /^When shall we call\?/);
  await told.find('combobox', /^Country$/);
  await told.find('checkbox', /^Remember my number on this device$/);
  for (const name of [/^Your name/, /^What is it about\?/]) await told.find('textbox', name);
  await told.find('button', /^Close$/);
  t.notOk((await told.names('button')).includes(''), 'no button is without a name');

  await visitor.find('submit').focus();
  await press('Enter');
  const number = await told.hasKeyboard('textbox', /^Your phone number$/);
  t.equal(String(number.properties.invalid), 'true');
  t.equal(number.description, 'Please enter your phone number.');
  await told.hears(/^Please enter your phone number\.$/);

  await visitor.find('phone').fill(nextNumber());
  await visitor.find('name').fill('Sarah');
  await press('Enter');
  const heading = await told.hasKeyboard('heading', /^You are in line$/);
  t.equal(heading.properties.level, 3);
  const region = await told.find('status', /^$/);
  t.equal(region.properties.live, 'polite');
});

t.test('who looks elsewhere is told by the button; an offer is told to the agent at once', async t => {
  await press('Escape');
  await told.hasKeyboard('button', /^(You are next|Number \d+ in line)$/);
  await desk.signIn('agent1@demo.example', demoPassword, 'en');
  await desk.goReady();
  await agent.hears(/^Callback.*Sarah.*Buying advice/);
  const alert = (await agent.tree()).find(
    ({ role, properties }) => role === 'alert' && properties.live === 'assertive',
  );
  t.ok(alert, 'in a region that interrupts');
  await agent.find('article', /^Callback request$/);
  await told.hears(/^We are calling an agent$/);
  await press('Enter');
  await told.hasKeyboard('heading', /^We are calling an agent$/);
});

t.test('the phone rings, they talk: both are told, and nobody loses the keyboard', async t => {
  await telephone(t, stack.trunkPort, { rtpPort: phone.port, ringMs: 500 });
  await desk.find('offer-accept').focus();
  await agent.hasKeyboard('button', /^Accept/);
  await desk.page.keyboard.press('Enter');
  await told.hears(/^Your phone is ringing now/);
  await told.hears(/^You are talking with us/);
  await told.hasKeyboard('heading', /^You are talking with us$/);
  await agent.hears(/^You are talking$/);
  await desk.call({ state: 'bridged', line: 'connected' });
  await agent.hasKeyboard('group', /^Conversation$/);
  for (const name of [/^Mute/, /^Hold/, /^Keypad/, /^Transfer/, /^Hang up/]) await agent.find('button', name);
  t.notOk((await agent.names('button')).includes(''), 'no button is without a name');
});

t.test('switches say how they stand; a dialog takes the keyboard and gives it back', async t => {
  await desk.mute(true);
  t.equal((await agent.find('button', /^(Unm|M)ute/)).properties.pressed, 'true');
  await desk.mute(false);
  await desk.find('call-transfer').focus();
  await desk.page.keyboard.press('Enter');
  await agent.find('dialog', /^Pass on/);
  await agent.hasKeyboard('textbox', /^Name, queue or phone number/);
  await desk.page.keyboard.press('Escape');
  await agent.hasKeyboard('button', /^Transfer/);
});

t.test('the end: the agent hears what came of it, the visitor is asked how it was', async t => {
  await desk.find('call-hangup').focus();
  await desk.page.keyboard.press('Enter');
  await agent.hears(/^Wrap-up: Completed$/);
  await agent.hasKeyboard('group', /^Wrap-up$/);
  await told.hears(/^Thank you for talking with us/);
  await told.find('group', /^How was the call\?$/);
  t.same(
    (await told.names('radio')).filter(name => name.includes('star')),
    ['1 star', '2 stars', '3 stars', '4 stars', '5 stars'],
  );
  await visitor.find('star-5').focus();
  await press('Space');
  await told.hears(/^Thank you for telling us\.$/);
  await desk.find('wrapup-submit').focus();
  await desk.page.keyboard.press('Enter');
  await agent.hasKeyboard('group', /^Agent desktop$/);
});

t.test('no page complained', async t => {
  t.same(people.complaints, []);
});
