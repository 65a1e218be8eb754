import t, { type Test } from 'tap';
import { RtpPeer } from './support/audio.js';
import { freeswitchCount, freeswitchEnvironment, freeswitches } from './support/freeswitch.js';
import { RobotAgent } from './support/robot-agent.js';
import { sipp } from './support/sipp.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.teardown(endWebRtc);

const voices = { agent: 700, customer: 1100 };

const engines: Record<string, (t: Test) => Promise<Record<string, string>>> = {
  'the built-in media engine': async () => ({}),
};
if (freeswitchCount > 0) engines.FreeSWITCH = async t => freeswitchEnvironment(await freeswitches(t, 1));

for (const [engine, settings] of Object.entries(engines)) {
  t.test(
    `on ${engine}: a visitor asks, an agent is rung, the phone is called, and the two hear each other`,
    async t => {
      const stack = await startStack(t, { env: await settings(t) });
      const phone = await RtpPeer.open(['PCMA']);
      t.teardown(() => phone.close());
      const telco = await sipp(t, 'telephone', {
        port: stack.trunkPort,
        keys: { rtp_port: String(phone.port) },
      });

      const number = nextNumber();
      const page = { url: 'https://shop.example/kettles?page=2', title: 'Kettles' };
      const callback = await stack.api.askCallback({
        phone: number,
        name: '홍길동',
        note: 'gift',
        locale: 'ko',
        page,
      });
      t.match(callback, {
        state: 'waiting',
        position: 1,
        estimatedWaitSeconds: null,
        queue: { key: 'sales', name: '구매 상담' },
      });

      const agent = await RobotAgent.signIn(t, stack.api, 'agent1@demo.example', demoPassword);
      await agent.setState('ready');
      const invite = await agent.ring();
      t.equal(invite.header('X-Ringbridge-Interaction'), callback.id);
      const offered = await agent.until(desk => desk.me.state === 'offered', 'the offer');
      t.match(offered.current, {
        id: callback.id,
        customer: { name: '홍길동', phone: number },
        note: 'gift',
        page,
      });

      const browser = await agent.accept(t, invite);
      await stack.api.follow(callback, ({ state }) => state === 'bridged');
      await agent.until(desk => desk.current?.state === 'bridged', 'the talk');
      await browser.opened;

      browser.mouth.speak(voices.agent);
      await phone.ear.tone(voices.agent);
      t.pass('the phone hears the agent');
      phone.mouth.speak(voices.customer);
      await browser.listener.ear.tone(voices.customer);
      t.pass('the agent hears the phone');

      await browser.mouth.press('7');
      t.equal(await phone.listener.keyCount(1), '7', 'a key of the agent arrives at the phone');
      await phone.mouth.press('#');
      t.equal(await browser.listener.keyCount(1), '#', 'a key of the phone arrives at the agent');

      await agent.hold(invite, browser, true);
      await phone.ear.soundWithout([voices.agent]);
      t.pass('on hold the phone hears music, and not the agent');
      await agent.hold(invite, browser, false);
      await phone.ear.tone(voices.agent);
      await browser.listener.ear.tone(voices.customer);
      t.pass('after the hold both hear each other again');

      await agent.step('hangup', callback.id);
      t.match(await stack.api.follow(callback, ({ state }) => state === 'done'), {
        outcome: 'completed',
        position: null,
      });
      await agent.hungUp();
      await telco.done;
      await agent.until(desk => desk.me.state === 'wrap_up', 'the wrap-up');
      await agent.step('wrap-up', callback.id, { note: 'wants the red one', disposition: 'sold' });
      await agent.until(desk => desk.me.state === 'ready' && desk.current === null, 'ready again');
    },
  );
}
