import { answeredPhone, calledPhone, end, talkTogether } from './legs.js';
import type { Suite } from './suite.js';

/** Figures of a leg, while it lasts and at its end. */
export function statistics({ test }: Suite): void {
  test('a good call: packets both ways, nothing lost, a good score', [], async (t, server) => {
    const first = await answeredPhone(server);
    const second = await calledPhone(server);
    await first.endpoint.bridge(second.endpoint);
    await talkTogether(first, second);
    const figures = await first.endpoint.statistics();
    t.ok(figures.packetsReceived > 0 && figures.packetsSent > 0, 'statistics count');
    t.equal(figures.packetsLost, 0);
    t.match(figures.codec, /^PCM[AU]$/);
    t.ok(figures.jitterMs >= 0);
    t.ok(figures.mosReceived === null || figures.mosReceived > 3.5, `a score of ${figures.mosReceived}`);
    const last = await first.endpoint.destroy();
    if (last !== undefined) t.ok(last.packetsReceived >= figures.packetsReceived, 'the last figures');
    t.equal(await first.endpoint.destroy(), undefined, 'once');
    first.peer.close();
    await end(second);
  });

  test('what is lost on the way is counted, and heard in the score', [], async (t, server) => {
    const first = await answeredPhone(server);
    const second = await calledPhone(server);
    await first.endpoint.bridge(second.endpoint);
    first.peer.mouth.losesEvery = 5;
    await talkTogether(first, second);
    // An engine that counts losses for its RTCP reports alone knows of them with the first of those.
    const signal = AbortSignal.timeout(20_000);
    let figures = await first.endpoint.statistics();
    while (figures.packetsLost < 15) {
      signal.throwIfAborted();
      await first.endpoint.play([{ silenceMs: 500 }]);
      figures = await first.endpoint.statistics();
    }
    const { packetsLost, packetsReceived, mosReceived } = figures;
    const share = packetsLost / (packetsLost + packetsReceived);
    t.ok(Math.abs(share - 0.2) < 0.06, `a fifth is lost, not ${share}`);
    t.ok(mosReceived !== null && mosReceived < 3, `a score of ${mosReceived}`);
    await end(first, second);
  });

  test('round trip, loss and jitter by the reports of the peer', [], async (t, server) => {
    const first = await answeredPhone(server, undefined, { reports: { lost: 7, jitterMs: 12 } });
    const second = await calledPhone(server);
    await first.endpoint.bridge(second.endpoint);
    await talkTogether(first, second);
    const signal = AbortSignal.timeout(20_000);
    let figures = await first.endpoint.statistics();
    while (figures.roundTripMs === null || figures.sentLost === null) {
      signal.throwIfAborted();
      await second.endpoint.play({ silenceMs: 200 });
      figures = await first.endpoint.statistics();
    }
    // The peer is this process, whose pauses are part of the way.
    t.ok(figures.roundTripMs >= 0 && figures.roundTripMs < 5_000, `${figures.roundTripMs} ms`);
    t.equal(figures.sentLost, 7);
    t.ok(Math.abs((figures.sentJitterMs ?? 0) - 12) < 1, `${figures.sentJitterMs} ms`);
    t.ok(figures.mosSent !== null && figures.mosSent > 1 && figures.mosSent < 4.41);
    await end(first, second);
  });
}
