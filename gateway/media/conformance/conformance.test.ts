import pino from 'pino';
import t from 'tap';
import {
  connectFreeswitch,
  freeswitchSettings,
  namedFreeswitches,
} from '../../../test/support/freeswitch.js';
import { houseMusic, startMediaEngine } from '../../../test/support/media-engine.js';
import { endWebRtc } from '../../../test/support/webrtc-peer.js';
import { connectBuiltinMedia } from '../index.js';
import { mediaConformance } from './index.js';
import { ConformanceReport } from './suite.js';

const logger = pino({ level: 'silent' });
const report = new ConformanceReport();

t.test('the built-in engine', async t => {
  const engine = await startMediaEngine();
  const { host, port, secret } = engine;
  const server = await connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'conformance', logger });
  t.teardown(async () => {
    await server.close();
    await engine.stop();
  });
  mediaConformance(t, async () => server, report);
});

const [freeswitch] = namedFreeswitches();
if (freeswitch !== undefined) {
  t.test('FreeSWITCH', async t => {
    const server = await connectFreeswitch(await freeswitchSettings(t, freeswitch));
    t.teardown(() => server.close());
    mediaConformance(t, async () => server, report);
  });
}

t.teardown(endWebRtc);
t.teardown(() => {
  console.log(`# media conformance ran on: ${report.engines.join(', ')}`);
  for (const line of report.table().split('\n')) console.log(`# ${line}`);
});
