import { collectDigits } from '../collect.js';
import {
  answeredBrowser,
  answeredPhone,
  type BrowserLeg,
  calledPhone,
  end,
  next,
  type PhoneLeg,
  talkTogether,
} from './legs.js';
import type { Suite } from './suite.js';

const limits = { firstDigitMs: 10_000, interDigitMs: 10_000 };

/** Keys of the telephone: by RFC 4733, by their sound, across a bridge, and as answers to a prompt. */
export function digits({ test }: Suite): void {
  const combinations = {
    'a browser and a telephone': ['webrtc', answeredBrowser],
    'two telephones': [undefined, answeredPhone],
  } as const;
  for (const [who, [needed, maker]] of Object.entries(combinations)) {
    const needs = needed === undefined ? [] : [needed];
    test(
      `between ${who} they pass the bridge, are told once each, and audio goes on`,
      needs,
      async (t, server) => {
        const agent: BrowserLeg | PhoneLeg = await maker(server);
        const customer = await calledPhone(server);
        await agent.endpoint.bridge(customer.endpoint);
        await talkTogether(agent, customer);
        const told: string[] = [];
        agent.endpoint.on('digit', ({ digit }) => told.push(`agent ${digit}`));
        customer.endpoint.on('digit', ({ digit, durationMs }) => {
          told.push(`customer ${digit}`);
          t.ok(durationMs >= 60 && durationMs <= 140, `100 ms were ${durationMs}`);
        });
        await agent.peer.mouth.press('1');
        await agent.peer.mouth.press('1');
        await agent.peer.mouth.press('#');
        t.equal(await customer.peer.listener.keyCount(3), '11#');
        const last = next(customer.endpoint, 'digit');
        await customer.peer.mouth.press('9');
        t.equal(await agent.peer.listener.keyCount(1), '9');
        await talkTogether(agent, customer);
        // Told on another way than the keys came by.
        await last;
        t.same(told, ['agent 1', 'agent 1', 'agent #', 'customer 9']);
        await end(agent, customer);
      },
    );
  }

  test('sent to a telephone', [], async (t, server) => {
    const leg = await calledPhone(server);
    leg.peer.mouth.speak();
    await leg.endpoint.sendDigits('123*0#A', { toneMs: 60, gapMs: 60 });
    t.equal(await leg.peer.listener.keyCount(7), '123*0#A');
    await end(leg);
  });

  test('sent to a browser', ['webrtc'], async (t, server) => {
    const leg = await answeredBrowser(server);
    leg.peer.mouth.speak();
    await leg.endpoint.sendDigits('42#', { toneMs: 60, gapMs: 60 });
    t.equal(await leg.peer.listener.keyCount(3), '42#');
    await end(leg);
  });

  test('sent as sound where telephone-event was not agreed', [], async (_t, server) => {
    const leg = await answeredPhone(server, undefined, { events: false });
    leg.peer.mouth.speak();
    const sent = leg.endpoint.sendDigits('6', { toneMs: 800, gapMs: 100 });
    await leg.peer.ear.tones([770, 1477]);
    await sent;
    await end(leg);
  });

  test('what is no key is refused', [], async (t, server) => {
    const leg = await calledPhone(server);
    await t.rejects(leg.endpoint.sendDigits('12x'), { code: 'bad_request' });
    await end(leg);
  });

  test('recognised by their sound', ['in_band_digits'], async (t, server) => {
    const leg = await answeredPhone(server, undefined, { events: false }, { inBandDigits: true });
    const told: string[] = [];
    const done = new Promise<void>(resolve => {
      leg.endpoint.on('digit', ({ digit }) => {
        told.push(digit);
        if (told.length === 16) resolve();
      });
    });
    leg.peer.mouth.speak();
    await leg.peer.mouth.sing('1234567890*#ABCD');
    await done;
    t.equal(told.join(''), '1234567890*#ABCD');
    await end(leg);
  });

  test('collected up to a number, the prompt ending with the first', [], async (t, server) => {
    const leg = await answeredPhone(server);
    const collecting = collectDigits(leg.endpoint, { prompt: { music: 'default' }, maxDigits: 4, ...limits });
    leg.peer.mouth.speak();
    await leg.peer.ear.soundWithout([]);
    for (const key of '2468') await leg.peer.mouth.press(key);
    t.same(await collecting, { digits: '2468', reason: 'complete' });
    const again = collectDigits(leg.endpoint, { maxDigits: 9, terminators: '#', ...limits });
    for (const key of '17#') await leg.peer.mouth.press(key);
    t.same(await again, { digits: '17', reason: 'terminator', terminator: '#' });
    await end(leg);
  });

  test('a flood of them harms nothing', [], async (t, server) => {
    const leg = await answeredPhone(server);
    const partner = await calledPhone(server);
    await leg.endpoint.bridge(partner.endpoint);
    await talkTogether(leg, partner);
    // Events that begin and never end, a thousand a second more than a hand can press.
    const told = new Set<string>();
    leg.endpoint.on('digit', ({ digit }) => told.add(digit));
    leg.peer.mouth.floodEvents(2000);
    await talkTogether(leg, partner);
    t.ok(server.healthy());
    await end(leg, partner);
  });
}
