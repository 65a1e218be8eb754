/** The suite on an Asterisk, when one is named: RINGBRIDGE_TEST_ASTERISK is the folder that scripts/asterisk/ made. */
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import t from 'tap';
import { connectAsteriskMedia } from '../gateway/media/asterisk/index.js';
import { mediaConformance } from '../gateway/media/conformance/index.js';
import { ConformanceReport } from '../gateway/media/conformance/suite.js';
import { openHouse } from '../gateway/telephony/testing/house.js';
import { namedAsterisk, startAsterisk } from './support/asterisk.js';
import { sipServersUnderTest } from './support/sip-servers.js';
import { endWebRtc } from './support/webrtc-peer.js';

const logger = pino({ level: process.env.RINGBRIDGE_TEST_LOG ?? 'silent' });
const report = new ConformanceReport();
const folder = namedAsterisk();
const [sipServer] = sipServersUnderTest();

if (folder === undefined || sipServer === undefined) {
  t.pass('no Asterisk is named by RINGBRIDGE_TEST_ASTERISK');
} else {
  t.test('Asterisk', async t => {
    const { houseMusic, sharedDir, port, sipPort, password } = await startAsterisk(t, folder);
    const { telephony } = await openHouse(t, sipServer);
    const server = await connectAsteriskMedia({
      ...{ host: '127.0.0.1', port, sipPort, username: 'ringbridge', password },
      ...{ owner: 'conformance', capacity: 100, houseMusic, sharedDir, signalling: telephony, logger },
    });
    t.teardown(() => server.close());
    mediaConformance(t, async () => server, report);
  });

  t.test('an Asterisk that dies takes its endpoints along, and is found again when it is back', async t => {
    const first = await startAsterisk(t, folder);
    const { telephony } = await openHouse(t, sipServer);
    const { houseMusic, sharedDir, port, sipPort, password } = first;
    const server = await connectAsteriskMedia({
      ...{ host: '127.0.0.1', port, sipPort, username: 'ringbridge', password },
      ...{ owner: 'survivor', capacity: 10, houseMusic, sharedDir, signalling: telephony, logger },
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
    const { telephony } = await openHouse(t, sipServer);
    const wrong = connectAsteriskMedia({
      ...{ host: '127.0.0.1', port, sipPort, username: 'ringbridge', password: 'another one' },
      ...{ owner: 'stranger', capacity: 10, houseMusic, sharedDir, signalling: telephony, logger },
    });
    await t.rejects(wrong, { code: 'bad_request', message: /password/ });
  });
}

t.teardown(endWebRtc);
t.teardown(() => {
  console.log(`# media conformance ran on: ${report.engines.join(', ') || 'no Asterisk'}`);
  for (const line of report.table().split('\n')) console.log(`# ${line}`);
});
