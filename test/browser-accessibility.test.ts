import t, { type Test } from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { RtpPeer } from './support/audio.js';
import { accessibilityFaults, People } from './support/browser.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { telephone } from './support/telephone.js';
import { unhurried } from './support/unhurried.js';
import { Visitor } from './support/visitor.js';

t.setTimeout(600_000);

const stack = await startStack(t);
const people = await People.gather(t);
await unhurried(stack);

async function accessible(t: Test, person: Visitor | AgentDesk, what: string): Promise<void> {
  t.same(await accessibilityFaults(person.page), [], what);
}

const looks = [
  { language: 'ko', colorScheme: 'light', width: 1280, agent: 'agent1' },
  { language: 'en', colorScheme: 'dark', width: 1280, agent: 'agent2' },
  { language: 'ko', colorScheme: 'dark', width: 390, agent: 'agent1' },
  { language: 'en', colorScheme: 'light', width: 390, agent: 'agent2' },
] as const;

for (const { language, colorScheme, width, agent } of looks) {
  t.test(`axe finds nothing: ${language}, ${colorScheme}, ${width} pixels wide`, async t => {
    const options = { colorScheme, viewport: { width, height: 840 } };
    const phone = await RtpPeer.open(['PCMA']);
    t.teardown(() => phone.close());
    const telco = await telephone(t, stack.trunkPort, { rtpPort: phone.port });
    const visitor = await Visitor.enter(people, stack.url, language, options);
    const desk = await AgentDesk.open(people, stack.url, options);
    t.teardown(() => Promise.all([visitor.page.context().close(), desk.close()]));

    await accessible(t, visitor, 'the shop with the button');
    await visitor.open();
    await accessible(t, visitor, 'the form');
    await visitor.send({ phone: '12' });
    await visitor.find('error').waitFor();
    await accessible(t, visitor, 'the form with an error');
    await accessible(t, desk, 'the login');
    await desk.signIn(`${agent}@demo.example`, demoPassword, language);
    await accessible(t, desk, 'the desk while offline');
    await desk.goReady();
    await accessible(t, desk, 'the desk while ready');

    await visitor.send({ phone: nextNumber(), name: '이영희', note: 'Which grinder fits?' });
    await desk.offer();
    await accessible(t, desk, 'an offer');
    await accessible(t, visitor, 'the status');
    await desk.accept();
    await desk.call({ state: 'bridged', line: 'connected' });
    await desk.find('call-dtmf').click();
    await desk.mute(true);
    await accessible(t, desk, 'a conversation, with the keypad, muted');
    await desk.mute(false);
    await desk.hold(true);
    await accessible(t, desk, 'a conversation on hold');
    await desk.hangUp();
    await telco.done;
    await visitor.sees('done', 'completed');
    await accessible(t, visitor, 'the end');
    await desk.call({ state: 'wrap_up' });
    await accessible(t, desk, 'the wrap-up');
    await desk.wrapUp();
    await desk.is('ready');
    await desk.find('recent-item').first().click();
    await desk.find('detail').getByTestId('timeline').waitFor();
    await accessible(t, desk, 'the details');
  });
}

t.test('no page complained', async t => {
  t.same(people.complaints, []);
});
