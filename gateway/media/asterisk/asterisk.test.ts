/** What only a real Asterisk shows, and is no part of the port: run when RINGBRIDGE_TEST_ASTERISK names one. */
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import t from 'tap';
import { namedAsterisk, startAsterisk } from '../../../test/support/asterisk.js';
import { openSignalling } from '../../../test/support/freeswitch.js';
import { connectAsteriskMedia } from './index.js';

const logger = pino({ level: process.env.RINGBRIDGE_TEST_LOG ?? 'silent' });
const folder = namedAsterisk();

if (folder === undefined) {
  t.pass('no Asterisk is named by RINGBRIDGE_TEST_ASTERISK');
} else {
  t.test('an Asterisk that dies takes its endpoints along, and is found again when it is back', async t => {
    const first = await startAsterisk(t, folder);
    const signalling = await openSignalling(t, logger);
    const { houseMusic, sharedDir, port, sipPort, password } = first;
    const server = await connectAsteriskMedia({
      ...{ host: '127.0.0.1', port, sipPort, username: 'ringbridge', password },
      ...{ owner: 'survivor', capacity: 10, houseMusic, sharedDir, signalling, logger },
    });
    t.teardown(() => server.close());
    const endpoint = await server.createEndpoint({ kind: 'rtp' });
    const lost = new Promise(resolve => {
      endpoint.on('lost', resolve);
    });
    await first.kill();
    t.equal(await lost, 'engine_gone');
    t.notOk(server.healthy());
    t.equal(server.load().endpoints, 0);
    await t.rejects(server.createEndpoint({ kind: 'rtp' }), { code: 'engine_unavailable' });
    await t.rejects(endpoint.play({ music: 'default' }), { code: 'unknown_endpoint' });
    await startAsterisk(t, folder, first);
    while (!server.healthy()) await delay(50);
    await (await server.createEndpoint({ kind: 'rtp' })).destroy();
  });

  t.test('a wrong password is refused by name', async t => {
    const { houseMusic, sharedDir, port, sipPort } = await startAsterisk(t, folder);
    const signalling = await openSignalling(t, logger);
    const wrong = connectAsteriskMedia({
      ...{ host: '127.0.0.1', port, sipPort, username: 'ringbridge', password: 'another one' },
      ...{ owner: 'stranger', capacity: 10, houseMusic, sharedDir, signalling, logger },
    });
    await t.rejects(wrong, { code: 'bad_request', message: /password/ });
  });
}
