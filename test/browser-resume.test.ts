/** Nothing drops the call: what befalls an agent's page, machine and network in the middle of a talk. */
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { RtpPeer } from './support/audio.js';
import { People, patienceMs } from './support/browser.js';
import { eventually } from './support/eventually.js';
import { whileFrozen } from './support/frozen-pages.js';
import { Link } from './support/link.js';
import type { SippRun } from './support/sipp.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { listenFor, storyOf } from './support/talk.js';
import { telephone } from './support/telephone.js';
import { unhurried } from './support/unhurried.js';
import { Uplink } from './support/uplink.js';

t.setTimeout(600_000);

/** The agent's is between two notes: no music is taken for it. */
const voices = { agent: 805, customer: 1100 };
let softphones: Link | undefined;
const stack = await startStack(t, {
  softphonesVia: async url => {
    softphones = await Link.open(t, url);
    return softphones.url.replace(/\/$/, '');
  },
});
const people = await People.gather(t, { microphone: voices.agent });
await unhurried(stack);

interface Talk {
  id: string;
  desk: AgentDesk;
  phone: RtpPeer;
  telco: SippRun;
}

async function readyAgent(t: Test, opened?: AgentDesk): Promise<AgentDesk> {
  const desk = opened ?? (await AgentDesk.open(people, stack.url));
  t.teardown(() => desk.close());
  await desk.signIn('agent1@demo.example', demoPassword);
  await desk.goReady();
  return desk;
}

/** An agent and a customer who hear each other. @param opened where the agent's page is open already */
async function talking(t: Test, opened?: AgentDesk): Promise<Talk> {
  const phone = await RtpPeer.open(['PCMA']);
  t.teardown(() => phone.close());
  phone.mouth.speak(voices.customer);
  const telco = await telephone(t, stack.trunkPort, { rtpPort: phone.port });
  const desk = await readyAgent(t, opened);
  const { id } = await stack.api.askCallback({ phone: nextNumber() });
  await desk.accept();
  const talk = { id, desk, phone, telco };
  await goesOn(talk);
  return talk;
}

/** Both hear each other, and the desktop shows it. */
async function goesOn({ desk, phone }: Pick<Talk, 'desk' | 'phone'>): Promise<void> {
  await desk.call({ state: 'bridged', line: 'connected' });
  await Promise.all([phone.ear.tone(voices.agent, patienceMs), desk.hears(voices.customer)]);
}

const music = ({ phone }: Talk) => phone.ear.soundWithout([voices.agent], patienceMs);

/** How often the agent was away and back. */
async function absences({ id }: Talk): Promise<string[]> {
  return (await storyOf(stack, id)).filter(type => type.startsWith('agent_'));
}

/** The agent was away once, and is back: it is written down when the two hear each other already. */
async function wasAwayOnce(t: Test, talk: Talk): Promise<void> {
  await eventually('his return is written down', async () => (await absences(talk)).includes('agent_back'));
  t.same(await absences(talk), ['agent_away', 'agent_back']);
}

async function hangUp({ desk, telco }: Talk): Promise<void> {
  await desk.hangUp();
  await telco.done;
  await desk.wrapUp({});
}

/** The desktop in another tab of the same person. */
async function openAgain(page: Page): Promise<AgentDesk> {
  const tab = await page.context().newPage();
  await tab.goto(`${stack.url}/desktop/`);
  return AgentDesk.at(tab);
}

t.test('the page is loaded anew', async t => {
  const talk = await talking(t);
  await Promise.all([talk.desk.page.reload(), music(talk)]);
  await goesOn(talk);
  await wasAwayOnce(t, talk);
  await hangUp(talk);
});

t.test(
  'the page is loaded anew while the customer is on hold: he hears music until he is taken back',
  async t => {
    const talk = await talking(t);
    const { desk, phone, id } = talk;
    await desk.hold(true);
    await music(talk);
    const heard = listenFor(phone.ear, voices.agent);
    await desk.page.reload();
    await desk.call({ state: 'bridged', line: 'connected', hold: 'held' });
    await eventually('his return', async () => (await absences(talk)).length === 2);
    await music(talk);
    t.equal(heard(), 0, 'he has not heard the agent for a moment');
    await desk.hold(false);
    await goesOn(talk);
    t.same(
      (await storyOf(stack, id)).filter(type => type.startsWith('customer_') || type.startsWith('agent_')),
      ['customer_held', 'agent_away', 'agent_back', 'customer_resumed'],
    );
    await hangUp(talk);
  },
);

t.test('the tab is closed, and opened again', async t => {
  const talk = await talking(t);
  await talk.desk.page.close();
  await music(talk);
  const again = { ...talk, desk: await openAgain(talk.desk.page) };
  await goesOn(again);
  await wasAwayOnce(t, talk);
  await hangUp(again);
});

t.test('the tab crashes, and the page is opened again', async t => {
  const talk = await talking(t);
  const { page } = talk.desk;
  const crashed = page.waitForEvent('crash');
  page.goto('chrome://crash').catch(() => undefined);
  await crashed;
  await music(talk);
  const again = { ...talk, desk: await openAgain(page) };
  await goesOn(again);
  await wasAwayOnce(t, talk);
  await hangUp(again);
});

t.test('two tabs: one has the phone, and the other takes the talk over when it is closed', async t => {
  const talk = await talking(t);
  const other = await openAgain(talk.desk.page);
  await other.page.locator('[data-testid="softphone-state"][data-line="elsewhere"]').waitFor();
  await other.call({ state: 'bridged', line: 'idle' });
  await talk.desk.page.close();
  const again = { ...talk, desk: other };
  await goesOn(again);
  await wasAwayOnce(t, talk);
  await hangUp(again);
});

t.test('the connection to the SIP server breaks: the talk goes on, and can be ended', async t => {
  const talk = await talking(t);
  const [again] = await Promise.all([
    talk.desk.page.waitForEvent('websocket', socket => socket.url() === softphones?.url),
    softphones?.dropConnections(),
  ]);
  t.ok(again, 'the softphone connects anew');
  await talk.desk.page.locator('[data-testid="softphone-state"][data-line="registered"]').waitFor();
  await goesOn(talk);
  t.same(await absences(talk), [], 'he was never away');
  await hangUp(talk);
});

t.test('the page is frozen, and goes on: music meanwhile', async t => {
  const talk = await talking(t);
  await whileFrozen(() => music(talk));
  await goesOn(talk);
  await wasAwayOnce(t, talk);
  await hangUp(talk);
});

t.test('another network: what went over the one before is dead, and nobody says so', async t => {
  const page = await people.page();
  const uplink = await Uplink.of(t, page, softphones!.url);
  await page.goto(`${stack.url}/desktop/`);
  const talk = await talking(t, AgentDesk.at(page));
  // A busy machine may have lost him for a moment before.
  const [calls, before] = [uplink.calls, (await absences(talk)).length];
  uplink.die();
  softphones?.strand();
  await music(talk);
  await goesOn(talk);
  await eventually('his return', async () => (await absences(talk)).length >= before + 2);
  t.ok(uplink.calls > calls, 'he was rung where he is now');
  await hangUp(talk);
});

t.test('no page complained', async t => {
  const ours = people.complaints.filter(text => !/WebSocket|ERR_INTERNET_DISCONNECTED/.test(text));
  t.same(ours, []);
});
