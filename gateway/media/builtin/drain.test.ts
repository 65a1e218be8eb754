import { once } from 'node:events';
import pino from 'pino';
import t from 'tap';
import { freePort } from '../../../scripts/ports.js';
import { eventually } from '../../../test/support/eventually.js';
import { houseMusic, type MediaEngineProcess, startMediaEngine } from '../../../test/support/media-engine.js';
import { answeredPhone, calledPhone, end, next, talkTogether } from '../conformance/legs.js';
import type { MediaServer } from '../port.js';
import { connectBuiltinMedia } from './index.js';

const logger = pino({ level: 'silent' });

const gatewayOf = ({ host, port, secret }: MediaEngineProcess, owner: string): Promise<MediaServer> =>
  connectBuiltinMedia({ host, port, secret, houseMusic, owner, logger });

/** Resolves when the gateway knows that the engine is being drained. */
async function draining(server: MediaServer): Promise<void> {
  await eventually('it is drained', () => server.load().draining);
}

/** Two telephones that talk. */
async function talk(server: MediaServer) {
  const legs = [await answeredPhone(server), await calledPhone(server)] as const;
  await legs[0].endpoint.bridge(legs[1].endpoint);
  await talkTogether(...legs);
  return legs;
}

t.test('an engine is drained for all its gateways, and the drain waits for the calls of each', async t => {
  const engine = await startMediaEngine();
  t.teardown(() => engine.stop());
  const [first, second] = [await gatewayOf(engine, 'node-1'), await gatewayOf(engine, 'node-2')];
  const legs = await talk(second);
  let over = false;
  const drained = first.drain().then(() => {
    over = true;
  });
  await draining(second);
  for (const server of [first, second])
    await t.rejects(server.createEndpoint({ kind: 'rtp' }), { code: 'draining' });
  await t.rejects(first.drain(AbortSignal.timeout(1)), { name: 'TimeoutError' });
  await talkTogether(...legs);
  t.notOk(over, 'they still talk');
  const late = await gatewayOf(engine, 'node-3');
  t.ok(late.load().draining, 'whoever comes later is told');
  await end(...legs);
  await drained;
  for (const server of [first, second, late]) await server.close();
});

t.test('asked to end, it lets those talk who do, then ends', async t => {
  const engine = await startMediaEngine({ flags: ['--drain', '600'], port: await freePort() });
  const server = await gatewayOf(engine, 'node-1');
  const legs = await talk(server);
  engine.process.kill('SIGTERM');
  await draining(server);
  await t.rejects(server.createEndpoint({ kind: 'rtp' }), { code: 'draining' });
  await talkTogether(...legs);
  const exited = once(engine.process, 'exit');
  await end(...legs);
  t.same(await exited, [0, null]);
  const successor = await startMediaEngine({ port: engine.port, secret: engine.secret });
  t.teardown(() => successor.stop());
  await eventually('its successor is there', () => server.healthy());
  t.notOk(server.load().draining, 'the next engine takes calls');
  await (await server.createEndpoint({ kind: 'rtp' })).destroy();
  await server.close();
});

t.test('it waits no longer than it was given, and not at all when asked twice', async t => {
  for (const [seconds, signals] of [
    ['1', 1],
    ['600', 2],
  ] as const) {
    const engine = await startMediaEngine({ flags: ['--drain', seconds] });
    const server = await gatewayOf(engine, 'node-1');
    const { endpoint, peer } = await calledPhone(server);
    const lost = next(endpoint, 'lost');
    const exited = once(engine.process, 'exit');
    engine.process.kill('SIGTERM');
    if (signals === 2) {
      await draining(server);
      engine.process.kill('SIGTERM');
    }
    t.same(await exited, [0, null]);
    t.same(await lost, ['engine_gone']);
    peer.close();
    await server.close();
  }
});
