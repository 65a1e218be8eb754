import t from 'tap';
import { eventually } from './support/eventually.js';
import { RobotAgent } from './support/robot-agent.js';
import { demoPassword, leftOver, nextNumber, nothing, startStack } from './support/stack.js';
import { Tape } from './support/tape.js';
import { telephone } from './support/telephone.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const agentHz = 700;

t.test('a customer who waits on the line hears music and how he stands, and never silence', async t => {
  const stack = await startStack(t);
  const { api, sql } = stack;
  await sql`update queues set customer_first = true, offer_seconds = 4, live_wait_seconds = 120, announce_seconds = 10,
    wrap_up_seconds = 0`;
  const first = await RobotAgent.signIn(t, api, 'agent1@demo.example', demoPassword);
  await first.setState('ready');
  const { phone, tape } = await Tape.phone(t);
  const telco = await telephone(t, stack.trunkPort, { rtpPort: phone.port });
  const callback = await api.askCallback({ phone: nextNumber(), locale: 'ko' });
  const invite = await first.ring();
  await phone.ear.soundWithout([]);
  const waiting = tape.position;
  first.softphone.respond(await first.softphone.request('CANCEL'), 200, 'OK');
  first.softphone.respond(invite, 487, 'Request Terminated');

  const announced = () =>
    sql<{ data: Record<string, unknown> }[]>`
      select data from events where interaction_id = ${callback.id} and type = 'announced' order by id`;
  // It is written down when it has been heard.
  await eventually('it is written down', async () => (await announced()).length > 0);
  await sql`update queues set offer_seconds = 60`;
  const second = await RobotAgent.signIn(t, api, 'agent2@demo.example', demoPassword);
  await second.setState('ready');
  const browser = second.answer(t, await second.ring());
  browser.mouth.speak(agentHz);
  await api.follow(callback, ({ state }) => state === 'bridged');
  await phone.ear.tone(agentHz);
  const bridged = tape.position;
  t.ok(
    tape.longestSilenceMs(waiting, bridged) < 1000,
    `${tape.longestSilenceMs(waiting, bridged)} ms of silence`,
  );
  t.ok(tape.hasClip('ko', 'you-are-next', waiting));

  t.match((await announced())[0]?.data, {
    heard: '고객님을 바로 다음 순서로 연결해 드리겠습니다.',
    place: 1,
  });
  await second.step('hangup', callback.id);
  await second.hungUp();
  await telco.done;
  t.same(await leftOver(stack), nothing);
});
