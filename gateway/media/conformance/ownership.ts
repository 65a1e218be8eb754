import { answeredPhone, calledPhone, end, talkTogether } from './legs.js';
import type { Suite } from './suite.js';

/** Endpoints, their one owner, and how many there may be. */
export function ownership({ test }: Suite): void {
  test('destroying twice is fine, and a destroyed endpoint refuses work', [], async (t, server) => {
    const leg = await calledPhone(server);
    const other = await calledPhone(server);
    await leg.endpoint.destroy();
    await leg.endpoint.destroy();
    await t.rejects(leg.endpoint.play({ music: 'default' }), { code: 'unknown_endpoint' });
    await t.rejects(leg.endpoint.statistics(), { code: 'unknown_endpoint' });
    await t.rejects(other.endpoint.bridge(leg.endpoint), { code: 'unknown_endpoint' });
    leg.peer.close();
    await end(other);
  });

  test('an endpoint is joined to others, not to itself', [], async (t, server) => {
    const leg = await calledPhone(server);
    await t.rejects(leg.endpoint.bridge(leg.endpoint), { code: 'bad_request' });
    await end(leg);
  });

  test('nobody is an orphan whose owner lives', [], async (t, server) => {
    const leg = await calledPhone(server);
    t.same(await server.orphans(), []);
    await t.rejects(server.adopt('no-such-endpoint'), { code: 'unknown_endpoint' });
    await end(leg);
  });

  test('endpoints are counted, and a drain waits for the last', [], async (t, server) => {
    const { endpoints, capacity, draining } = server.load();
    t.notOk(draining);
    t.ok(capacity > 0);
    const first = await answeredPhone(server);
    const second = await calledPhone(server);
    t.equal(server.load().endpoints, endpoints + 2);
    await first.endpoint.bridge(second.endpoint);
    const drained = server.drain();
    t.ok(server.load().draining);
    await t.rejects(server.createEndpoint({ kind: 'rtp' }), { code: 'draining' });
    await talkTogether(first, second);
    await t.rejects(server.drain(AbortSignal.abort(new Error('enough'))), { message: /enough|abort/ });
    await end(first, second);
    await drained;
    t.equal(server.load().endpoints, 0);
  });
}
