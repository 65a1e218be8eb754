import pino from 'pino';
import t from 'tap';
import { houseMusic, startMediaEngine } from '../../../test/support/media-engine.js';
import {
  agentHz,
  answeredPhone,
  calledPhone,
  callerHz,
  end,
  next,
  talkTogether,
} from '../conformance/legs.js';
import { connectBuiltinMedia, connectBuiltinMediaPool, MediaPool } from '../index.js';

const logger = pino({ level: 'silent' });

t.test(
  'one of several engines is killed: its calls end by name, the others go on, new ones are made',
  async t => {
    const secret = 'a secret of sixteen letters';
    const engines = [await startMediaEngine({ secret }), await startMediaEngine({ secret })];
    const server = await connectBuiltinMediaPool({
      engines: engines.map(({ host, port }) => ({ host, port })),
      secret,
      houseMusic,
      owner: 'node-1',
      logger,
    });
    t.equal(server.engine, 'builtin');
    t.equal(server.load().capacity, 8000);

    const calls = [];
    for (const owner of ['call-1', 'call-2']) {
      const first = await answeredPhone(server, undefined, undefined, { owner });
      const second = await calledPhone(server, undefined, undefined, { owner });
      await first.endpoint.bridge(second.endpoint);
      await talkTogether(first, second);
      calls.push({ first, second });
    }
    const room = await server.createConference();
    for (const { endpoint } of Object.values(calls[1]!)) await room.add(endpoint);
    t.equal(room.members.length, 2);
    await talkTogether(calls[1]!.first, calls[1]!.second);
    await t.rejects(
      room.add(calls[0]!.first.endpoint),
      { code: 'bad_request' },
      'not from one engine to another',
    );

    const lost = Promise.all(Object.values(calls[0]!).map(({ endpoint }) => next(endpoint, 'lost')));
    calls[1]!.first.endpoint.on('lost', () => t.fail('a call of the other engine was lost'));
    await engines[0]!.kill();
    t.same(await lost, [['engine_gone'], ['engine_gone']]);
    calls[1]!.first.peer.mouth.speak(callerHz);
    calls[1]!.second.peer.mouth.speak(agentHz);
    await talkTogether(calls[1]!.first, calls[1]!.second);
    t.ok(server.healthy());
    t.equal(server.load().endpoints, 2);

    const owner = 'call-1';
    const again = await answeredPhone(server, undefined, undefined, { owner });
    const partner = await calledPhone(server, undefined, undefined, { owner });
    await again.endpoint.bridge(partner.endpoint);
    await talkTogether(again, partner);
    await end(again, partner, ...Object.values(calls[0]!), ...Object.values(calls[1]!));

    await engines[1]!.kill();
    await t.rejects(server.createEndpoint({ kind: 'rtp' }), { code: 'engine_unavailable' });
    t.notOk(server.healthy());
    await server.close();
  },
);

t.test('one that is drained gets no new calls, but the rest of those it has', async t => {
  const engines = [await startMediaEngine(), await startMediaEngine()];
  t.teardown(() => Promise.all(engines.map(engine => engine.stop())));
  const members = await Promise.all(
    engines.map(({ host, port, secret }) =>
      connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'node-1', logger }),
    ),
  );
  const [first, second] = members as [(typeof members)[0], (typeof members)[0]];
  const pool = new MediaPool([
    { name: 'first', server: first, weight: 10 },
    { name: 'second', server: second, weight: 1 },
  ]);
  const old = await pool.createEndpoint({ kind: 'rtp', owner: 'old' });
  t.equal(first.load().endpoints, 1, 'the heavier one takes the first');
  const drained = first.drain();
  for (const owner of ['a', 'b', 'c']) await pool.createEndpoint({ kind: 'rtp', owner });
  t.equal(second.load().endpoints, 3);
  t.notOk(pool.load().draining);
  await old.destroy();
  await drained;
  void second.drain();
  await t.rejects(pool.createEndpoint({ kind: 'rtp' }), { code: 'draining' });
  t.ok(pool.load().draining);
  await pool.close();
});

t.test('orphans of all are adopted, each from the engine that has it', async t => {
  const secret = 'a secret of sixteen letters';
  const engines = [await startMediaEngine({ secret }), await startMediaEngine({ secret })];
  t.teardown(() => Promise.all(engines.map(engine => engine.stop())));
  const settings = {
    engines: engines.map(({ host, port }) => ({ host, port })),
    secret,
    houseMusic,
    owner: 'node-1',
    logger,
  };
  const ending = new AbortController();
  const before = await connectBuiltinMediaPool({ ...settings, signal: ending.signal });
  const made = [];
  for (const owner of ['a', 'b', 'a', 'b']) made.push(await before.createEndpoint({ kind: 'rtp', owner }));
  ending.abort();
  const after = await connectBuiltinMediaPool(settings);
  const orphans = await after.orphans();
  t.same(orphans.map(({ id }) => id).sort(), made.map(({ id }) => id).sort());
  for (const { id } of orphans) t.equal((await after.adopt(id)).id, id);
  t.same(await after.orphans(), []);
  await t.rejects(after.adopt('nobody'), { code: 'unknown_endpoint' });
  await after.close();
});
