import t from 'tap';
import { enginesUnderTest } from '../../../test/support/media-engines.js';
import { endWebRtc } from '../../../test/support/webrtc-peer.js';
import { mediaConformance } from './index.js';
import { ConformanceReport } from './suite.js';

const report = new ConformanceReport();

for (const { name, open } of enginesUnderTest()) {
  t.test(name, async t => {
    const server = await open(t);
    mediaConformance(t, async () => server, report);
  });
}

t.teardown(endWebRtc);
t.teardown(() => {
  console.log(`# media conformance ran on: ${report.engines.join(', ')}`);
  for (const line of report.table().split('\n')) console.log(`# ${line}`);
});
