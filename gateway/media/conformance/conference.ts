import {
  agentHz,
  answeredBrowser,
  answeredPhone,
  calledPhone,
  callerHz,
  end,
  heardInOneStream,
  type PhoneLeg,
  talkTogether,
  thirdHz,
} from './legs.js';
import type { Suite } from './suite.js';

/** Any number that hear each other: who is heard by whom, measured by the tones in the mix. */
export function conference({ test }: Suite): void {
  test('three hear the others, and not themselves', ['conference'], async (t, server) => {
    const legs = [await answeredPhone(server), await calledPhone(server), await calledPhone(server)];
    const [a, b, c] = legs as [PhoneLeg, PhoneLeg, PhoneLeg];
    const room = await server.createConference();
    for (const { endpoint } of legs) await room.add(endpoint);
    t.same(
      room.members.map(({ id }) => id),
      legs.map(({ endpoint }) => endpoint.id),
    );
    a.peer.mouth.speak(callerHz);
    b.peer.mouth.speak(agentHz);
    c.peer.mouth.speak(thirdHz);
    await a.peer.ear.tones([agentHz, thirdHz]);
    await b.peer.ear.tones([callerHz, thirdHz]);
    await c.peer.ear.tones([callerHz, agentHz]);
    await room.destroy();
    await end(...legs);
  });

  test('a browser, and both laws, in one room', ['conference', 'webrtc'], async (_t, server) => {
    const browser = await answeredBrowser(server);
    const a = await answeredPhone(server, ['PCMA']);
    const b = await calledPhone(server, ['PCMU']);
    const room = await server.createConference();
    for (const { endpoint } of [browser, a, b]) await room.add(endpoint);
    browser.peer.mouth.speak(thirdHz);
    a.peer.mouth.speak(callerHz);
    b.peer.mouth.speak(agentHz);
    await browser.peer.listener.ear.tones([callerHz, agentHz]);
    await a.peer.ear.tones([thirdHz, agentHz]);
    await b.peer.ear.tones([thirdHz, callerHz]);
    await room.destroy();
    await end(browser, a, b);
  });

  test(
    'a bridge becomes a room and a bridge again, in one stream each',
    ['conference'],
    async (t, server) => {
      const a = await answeredPhone(server);
      const b = await calledPhone(server);
      const c = await calledPhone(server);
      await a.endpoint.bridge(b.endpoint);
      await talkTogether(a, b);
      const room = await server.createConference();
      for (const { endpoint } of [a, b, c]) await room.add(endpoint);
      c.peer.mouth.speak(thirdHz);
      await a.peer.ear.tones([agentHz, thirdHz]);
      await room.destroy();
      await a.endpoint.bridge(b.endpoint);
      await talkTogether(a, b);
      heardInOneStream(t, server, a);
      await end(a, b, c);
    },
  );

  test('who only listens is not heard, until the role changes', ['conference'], async (_t, server) => {
    const a = await answeredPhone(server);
    const b = await calledPhone(server);
    const c = await calledPhone(server);
    const room = await server.createConference();
    await room.add(a.endpoint);
    await room.add(b.endpoint);
    await room.add(c.endpoint, 'listen');
    a.peer.mouth.speak(callerHz);
    b.peer.mouth.speak(agentHz);
    c.peer.mouth.speak(thirdHz);
    await c.peer.ear.tones([callerHz, agentHz]);
    await a.peer.ear.tone(agentHz);
    await room.add(c.endpoint, 'speak');
    await a.peer.ear.tones([agentHz, thirdHz]);
    await room.add(c.endpoint, 'listen');
    await a.peer.ear.tone(agentHz);
    await room.destroy();
    await end(a, b, c);
  });

  test(
    'who whispers is heard by one member only',
    ['conference', 'conference_whisper'],
    async (_t, server) => {
      const a = await answeredPhone(server);
      const b = await calledPhone(server);
      const c = await calledPhone(server);
      const room = await server.createConference();
      await room.add(a.endpoint);
      await room.add(b.endpoint);
      await room.add(c.endpoint, { whisperTo: b.endpoint });
      a.peer.mouth.speak(callerHz);
      b.peer.mouth.speak(agentHz);
      c.peer.mouth.speak(thirdHz);
      await b.peer.ear.tones([callerHz, thirdHz]);
      await c.peer.ear.tones([callerHz, agentHz]);
      await a.peer.ear.tone(agentHz);
      await room.destroy();
      await end(a, b, c);
    },
  );

  test('what is played to the room is heard by all', ['conference'], async (_t, server) => {
    const a = await answeredPhone(server);
    const b = await calledPhone(server);
    const room = await server.createConference();
    await room.add(a.endpoint);
    await room.add(b.endpoint);
    a.peer.mouth.speak();
    b.peer.mouth.speak();
    await Promise.all([
      room.play([{ silenceMs: 200 }, { tone: 'beep' }]),
      a.peer.ear.soundWithout([callerHz]),
      b.peer.ear.soundWithout([callerHz]),
    ]);
    await room.destroy();
    await end(a, b);
  });

  test(
    'who leaves hears no more and is heard no more; the others stay',
    ['conference'],
    async (t, server) => {
      const a = await answeredPhone(server);
      const b = await calledPhone(server);
      const c = await calledPhone(server);
      const room = await server.createConference();
      for (const { endpoint } of [a, b, c]) await room.add(endpoint);
      a.peer.mouth.speak(callerHz);
      b.peer.mouth.speak(agentHz);
      c.peer.mouth.speak(thirdHz);
      await a.peer.ear.tones([agentHz, thirdHz]);
      await room.remove(c.endpoint);
      await a.peer.ear.tone(agentHz);
      await b.endpoint.destroy();
      t.same(
        room.members.map(({ id }) => id),
        [a.endpoint.id],
      );
      await room.destroy();
      await room.destroy();
      await a.endpoint.bridge(c.endpoint);
      await talkTogether(a, c);
      b.peer.close();
      await end(a, c);
    },
  );

  test('ten in one room', ['conference'], async (_t, server) => {
    const room = await server.createConference();
    const legs = await Promise.all(Array.from({ length: 10 }, () => answeredPhone(server)));
    for (const { endpoint } of legs) await room.add(endpoint);
    const [first, ...others] = legs as [PhoneLeg, ...PhoneLeg[]];
    for (const { peer } of others) peer.mouth.speak();
    first.peer.mouth.speak(callerHz);
    await Promise.all(others.map(({ peer }) => peer.ear.tone(callerHz)));
    await room.destroy();
    await end(...legs);
  });
}
