/** Somebody who waits on the line keeps his place, hangs up, and is called when it is his turn. */
import t from 'tap';
import { inboundCaller } from './support/caller.js';
import { companyNumber, flowIs, lastCall } from './support/flows.js';
import { Phone } from './support/phone.js';
import { RobotAgent } from './support/robot-agent.js';
import { demoPassword, leftOver, nextNumber, nothing, startStack } from './support/stack.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const callerNumber = '+821055501234';
const steps = '  start: { queue: sales, otherwise: bye }\n  bye: { hangup: [goodbye] }\n';

t.test('press 2 and we call you when it is your turn', async t => {
  const stack = await startStack(t);
  const { sql, api } = stack;
  await sql`update queues set announce_seconds = 10`;
  await flowIs(t, stack, steps);
  const newest = () => sql<{ id: string }[]>`
    select id, channel, state, phone from interactions where inbound_call_id is not null
    order by requested_at desc limit 1`;

  await t.test('a withheld number has to be typed, and is said back; not every number is called', async t => {
    const { call, tape } = await inboundCaller(t, stack);
    const withheld = await call(companyNumber);
    await tape.heard('en', 'press-2-for-callback');
    await withheld.press('2');
    await tape.heard('en', 'enter-number');
    await withheld.press('119#');
    await tape.heard('en', 'number-refused');
    await withheld.press('01055501299#');
    await tape.heard('en', 'confirm-number');
    t.ok(tape.hasClip('en', 'you-entered'));
    await withheld.press('1');
    await withheld.ended;
    t.match(await lastCall(stack), { ending: 'kept_place' });
    const [kept] = await newest();
    t.match(kept, { channel: 'callback', state: 'waiting', phone: '+821055501299' });
    await sql`update interactions set state = 'done', outcome = 'cancelled', done_at = now(), ended_at = now()
      where id = ${kept!.id}`;
  });

  await t.test('his own number is read to him, and he is called in the place of his call', async t => {
    const { call, tape } = await inboundCaller(t, stack, callerNumber);
    const caller = await call(companyNumber);
    await tape.heard('en', 'press-2-for-callback');
    await api.askCallback({ phone: nextNumber() });
    await caller.press('2');
    await tape.heard('en', 'confirm-number');
    t.ok(tape.hasClip('en', 'call-back-at'));
    await caller.press('1');
    await caller.ended;
    t.ok(tape.hasClip('en', 'callback-accepted'));
    t.match(await lastCall(stack), { ending: 'kept_place' });
    const [kept] = await newest();
    t.match(kept, { channel: 'callback', state: 'waiting', phone: callerNumber });
    const again = await api.askCallback({ phone: callerNumber });
    t.equal(again.id, kept?.id, 'who asks on a page as well has asked already');

    const phone = await Phone.open(t, stack);
    const agent = await RobotAgent.signIn(t, api, 'agent1@demo.example', demoPassword);
    await agent.setState('ready');
    const invite = await agent.ring();
    t.equal(
      invite.header('X-Ringbridge-Interaction'),
      kept?.id,
      'he goes before those who came after his call',
    );
    const browser = await agent.accept(t, invite);
    phone.audio.mouth.speak(800);
    browser.mouth.speak(600);
    await Promise.all([phone.audio.ear.tone(600), browser.listener.ear.tone(800)]);
    await agent.setState('offline');
    phone.hangUp();
    await agent.hungUp();
    await agent.until(desk => desk.me.state === 'wrap_up', 'the wrap-up');
    await agent.step('wrap-up', kept!.id);
    t.same(await leftOver(stack), nothing);
  });
});
