/** What only a real FreeSWITCH shows, and is no part of the port: run when RINGBRIDGE_TEST_FREESWITCH names one. */

import t from 'tap';
import { eventually } from '../../../test/support/eventually.js';
import { connectFreeswitch, freeswitches, freeswitchSettings } from '../../../test/support/freeswitch.js';
import { Link } from '../../../test/support/link.js';
import { answeredPhone, calledPhone, end, next, talkTogether } from '../conformance/legs.js';
import { EslConnection } from './esl-connection.js';

const [freeswitch] = await freeswitches(t, 1);

t.test('a FreeSWITCH that is not there is told by name', async t => {
  const nowhere = { esl: { host: '127.0.0.1', port: 1, password: 'x' }, sip: '127.0.0.1:1' };
  const signalling = {
    inviteServer: () => Promise.reject(new Error('not to be called')),
    inviteServerToOffer: () => Promise.reject(new Error('not to be called')),
  };
  const settings = { ...(await freeswitchSettings(t, nowhere, signalling)), connectTimeoutMs: 0 };
  await t.rejects(connectFreeswitch(settings), { code: 'engine_unavailable' });
});

if (freeswitch !== undefined) {
  t.test('a wrong password is told at once', async t => {
    const settings = await freeswitchSettings(t, freeswitch);
    const wrong = { ...settings, esl: { ...settings.esl, password: 'wrong' } };
    await t.rejects(connectFreeswitch(wrong), { code: 'bad_request' });
  });

  t.test('a connection that breaks for a moment ends no call', async t => {
    const settings = await freeswitchSettings(t, freeswitch);
    const { host, port } = settings.esl;
    const link = await Link.open(t, `esl://${host}:${port}`);
    const server = await connectFreeswitch({
      ...settings,
      esl: { ...settings.esl, host: '127.0.0.1', port: Number(new URL(link.url).port) },
    });
    t.teardown(() => server.close());
    const [a, b] = [await answeredPhone(server), await calledPhone(server)];
    for (const { endpoint } of [a, b]) endpoint.on('lost', reason => t.fail(`lost: ${reason}`));
    await a.endpoint.bridge(b.endpoint);
    await talkTogether(a, b);
    link.dropConnections();
    await eventually('it is away', () => !server.healthy());
    await eventually('it is back', () => server.healthy());
    await talkTogether(a, b);
    await a.endpoint.unbridge();
    await end(a, b);
  });

  t.test('a FreeSWITCH that is gone loses its endpoints, and takes new ones when it is back', async t => {
    const settings = await freeswitchSettings(t, freeswitch);
    const { host, port } = settings.esl;
    const link = await Link.open(t, `esl://${host}:${port}`);
    const server = await connectFreeswitch({
      ...settings,
      esl: { ...settings.esl, host: '127.0.0.1', port: Number(new URL(link.url).port) },
    });
    t.teardown(() => server.close());
    const leg = await answeredPhone(server);
    const lost = next(leg.endpoint, 'lost');
    await link.cut();
    t.same(await lost, ['engine_gone']);
    t.equal(server.load().endpoints, 0);
    await t.rejects(server.createEndpoint({ kind: 'rtp' }), { code: 'engine_unavailable' });
    await link.mend();
    await eventually('it is back', () => server.healthy());
    await end(leg, await answeredPhone(server));
  });

  t.test('what an earlier run left is freed by the next one of its name', async t => {
    const settings = await freeswitchSettings(t, freeswitch);
    const ending = new AbortController();
    const dead = await connectFreeswitch({ ...settings, signal: ending.signal });
    const left = await answeredPhone(dead);
    const stranger = await connectFreeswitch(await freeswitchSettings(t, freeswitch));
    t.teardown(() => stranger.close());
    const others = await answeredPhone(stranger);
    ending.abort();
    const esl = await EslConnection.open(settings.esl, { event: () => undefined, closed: () => undefined });
    t.teardown(() => esl.close());
    const exists = async (id: string) => (await esl.api(`uuid_exists ${id}`)).trim() === 'true';
    t.ok(await exists(left.endpoint.id), 'nobody has ended it yet');
    const successor = await connectFreeswitch(settings);
    t.teardown(() => successor.close());
    await eventually('it is freed', async () => !(await exists(left.endpoint.id)));
    t.ok(await exists(others.endpoint.id), 'those of another gateway are not touched');
    left.peer.close();
    await end(others);
  });
}
