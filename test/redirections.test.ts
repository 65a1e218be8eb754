/** Nobody's telephone sends a customer elsewhere: redirections and transfers that come by SIP are not followed. */
import t from 'tap';
import { peerRequest } from '../engine/sip/testing/peer.js';
import { conversation, hearEachOther, readyAgent, voices } from './support/conversation.js';
import { Phone } from './support/phone.js';
import { leftOver, nextNumber, nothing, startStack } from './support/stack.js';
import { storyOf } from './support/talk.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

t.test('redirections and transfers by SIP', async t => {
  const stack = await startStack(t);
  await stack.sql`update queues set wrap_up_seconds = 0`;
  const phone = await Phone.open(t, stack);

  await t.test(
    'a softphone that forwards its call (302): the next agent is asked, and nobody else',
    async t => {
      const agent = await readyAgent(t, stack);
      const callback = await stack.api.askCallback({ phone: nextNumber() });
      const invite = await agent.ring();
      agent.softphone.respond(invite, 302, 'Moved Temporarily');
      await stack.api.follow(callback, ({ state }) => state === 'waiting');
      await agent.until(({ me, current }) => me.state === 'ready' && current === null, 'ready for others');
      t.equal(phone.called, 0);
      const next = await readyAgent(t, stack, 'agent2@demo.example');
      const browser = await next.accept(t, await next.ring());
      await stack.api.follow(callback, ({ state }) => state === 'bridged');
      await browser.opened;
      browser.mouth.speak(voices.agent);
      phone.audio.mouth.speak(voices.customer);
      await hearEachOther({ browser, phone });
      t.same((await storyOf(stack, callback.id)).slice(0, 3), ['requested', 'offered', 'agent_lost']);
      await next.step('hangup', callback.id);
      await next.hungUp();
      t.same(await leftOver(stack), nothing);
      await Promise.all([agent.setState('offline'), next.setState('offline')]);
    },
  );

  await t.test('a customer whose telephone transfers (REFER): refused, and the talk goes on', async t => {
    const talk = await conversation(t, stack, phone);
    const { invite } = phone.talks[0]!;
    phone.peer.sendText(
      peerRequest(phone.peer, {
        method: 'REFER',
        uri: /<([^>]+)>/.exec(invite.first('contact') ?? '')?.[1] ?? '',
        callId: invite.callId,
        from: `${invite.to};tag=phone`,
        to: invite.from,
        sequence: 50,
        headers: [
          ['Refer-To', '<sip:+12025550199@127.0.0.1>'],
          ['Contact', `<sip:customer@127.0.0.1:${stack.trunkPort}>`],
        ],
      }),
    );
    await phone.peer.response(603, 'REFER');
    await hearEachOther(talk);
    t.equal(phone.count('talking'), 1);
    await talk.agent.step('hangup', talk.callback.id);
    await talk.agent.hungUp();
    t.same(await leftOver(stack), nothing);
  });
});
