import { agentHz, answeredPhone, calledPhone, callerHz, end, talkTogether, thirdHz } from './legs.js';
import type { Suite } from './suite.js';

/** A supervisor at a running talk: who hears him, and that the talk does not notice his coming and going. */
export function monitor({ test }: Suite): void {
  test('listen, whisper, barge and listen again, the talk undisturbed', ['monitor'], async (t, server) => {
    const customer = await answeredPhone(server);
    const agent = await calledPhone(server);
    const supervisor = await answeredPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    customer.peer.mouth.speak(callerHz);
    agent.peer.mouth.speak(agentHz);
    supervisor.peer.mouth.speak(thirdHz);
    await Promise.all([customer.peer.ear.tone(agentHz), agent.peer.ear.tone(callerHz)]);

    await supervisor.endpoint.monitor(agent.endpoint, 'listen');
    await supervisor.peer.ear.tones([callerHz, agentHz]);
    await Promise.all([customer.peer.ear.tone(agentHz), agent.peer.ear.tone(callerHz)]);

    await supervisor.endpoint.monitor(agent.endpoint, 'whisper');
    await agent.peer.ear.tones([callerHz, thirdHz]);
    await customer.peer.ear.tone(agentHz);
    await supervisor.peer.ear.tones([callerHz, agentHz]);

    await supervisor.endpoint.monitor(agent.endpoint, 'barge');
    await Promise.all([
      agent.peer.ear.tones([callerHz, thirdHz]),
      customer.peer.ear.tones([agentHz, thirdHz]),
      supervisor.peer.ear.tones([callerHz, agentHz]),
    ]);

    await supervisor.endpoint.monitor(agent.endpoint, 'listen');
    await Promise.all([customer.peer.ear.tone(agentHz), agent.peer.ear.tone(callerHz)]);

    await supervisor.endpoint.unbridge();
    await Promise.all([customer.peer.ear.tone(agentHz), agent.peer.ear.tone(callerHz)]);
    for (const { peer } of [customer, agent]) {
      t.equal(peer.listener.ssrcs.size, 1, 'one SSRC all along');
      t.equal(peer.listener.sequenceGaps, 0, 'no packet is missing');
    }
    await end(customer, agent, supervisor);
  });

  test('keys pass a talk that is barged into', ['monitor'], async (t, server) => {
    const customer = await answeredPhone(server);
    const agent = await calledPhone(server);
    const supervisor = await answeredPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await supervisor.endpoint.monitor(agent.endpoint, 'barge');
    supervisor.peer.mouth.speak(thirdHz);
    customer.peer.mouth.speak(callerHz);
    agent.peer.mouth.speak(agentHz);
    await customer.peer.ear.tones([agentHz, thirdHz]);
    await agent.peer.mouth.press('4');
    await agent.peer.mouth.press('2');
    t.equal(await customer.peer.listener.keyCount(2), '42');
    await customer.peer.ear.tones([agentHz, thirdHz]);
    await end(customer, agent, supervisor);
  });

  test('two supervisors at one talk', ['monitor'], async (_t, server) => {
    const customer = await answeredPhone(server);
    const agent = await calledPhone(server);
    const [first, second] = [await answeredPhone(server), await answeredPhone(server)];
    await agent.endpoint.bridge(customer.endpoint);
    await talkTogether(customer, agent);
    await first.endpoint.monitor(agent.endpoint, 'listen');
    await second.endpoint.monitor(customer.endpoint, 'listen');
    first.peer.mouth.speak(thirdHz);
    second.peer.mouth.speak();
    await Promise.all([first, second].map(({ peer }) => peer.ear.tones([callerHz, agentHz])));
    await talkTogether(customer, agent);
    await end(customer, agent, first, second);
  });

  test('it ends with the endpoint it watches', ['monitor'], async (t, server) => {
    const customer = await answeredPhone(server);
    const agent = await calledPhone(server);
    const supervisor = await answeredPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await supervisor.endpoint.monitor(agent.endpoint, 'barge');
    await talkTogether(customer, agent);
    await agent.endpoint.destroy();
    const other = await calledPhone(server);
    await supervisor.endpoint.bridge(other.endpoint);
    await talkTogether(supervisor, other);
    t.ok(server.healthy());
    agent.peer.close();
    await end(customer, supervisor, other);
  });

  test('it goes along when the watched leg is transferred', ['monitor'], async (_t, server) => {
    const customer = await answeredPhone(server);
    const agent = await calledPhone(server);
    const expert = await calledPhone(server);
    const supervisor = await answeredPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await supervisor.endpoint.monitor(customer.endpoint, 'listen');
    supervisor.peer.mouth.speak();
    await talkTogether(customer, agent);
    await customer.endpoint.bridge(expert.endpoint);
    agent.peer.mouth.speak();
    expert.peer.mouth.speak(thirdHz);
    await customer.peer.ear.tone(thirdHz);
    await supervisor.peer.ear.tones([callerHz, thirdHz]);
    await end(customer, agent, expert, supervisor);
  });
}
