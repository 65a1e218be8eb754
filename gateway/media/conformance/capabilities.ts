import { join } from 'node:path';
import type { Capability, Endpoint, MediaServer } from '../port.js';
import { answeredPhone, end } from './legs.js';
import type { Suite } from './suite.js';

/** What stands for each capability: the call that is refused without it. */
const calls: Partial<
  Record<Capability, (server: MediaServer, endpoint: Endpoint, folder: string) => Promise<unknown>>
> = {
  webrtc: server => server.createEndpoint({ kind: 'webrtc' }),
  in_band_digits: server => server.createEndpoint({ kind: 'rtp', inBandDigits: true }),
  record: (_server, endpoint, folder) => endpoint.record({ file: join(folder, 'mono.wav'), sides: 'peer' }),
  record_stereo: (_server, endpoint, folder) =>
    endpoint.record({ file: join(folder, 'stereo.wav'), sides: 'both' }),
  conference: server => server.createConference(),
  monitor: (_server, endpoint) => endpoint.monitor(endpoint, 'listen'),
  activity: (_server, endpoint) => endpoint.watchActivity({ silenceMs: 1000, noRtpMs: 1000 }),
};

/** What an engine cannot do is declared by it, and refused by name: nothing is discovered in the middle of a call. */
export function capabilities({ test }: Suite): void {
  test('what is not declared is refused as not supported', [], async (t, server) => {
    const leg = await answeredPhone(server);
    for (const [capability, call] of Object.entries(calls)) {
      if (server.capabilities.has(capability as Capability)) continue;
      await t.rejects(call(server, leg.endpoint, t.testdir()), { code: 'not_supported' }, capability);
    }
    t.ok(server.healthy());
    await end(leg);
  });
}
