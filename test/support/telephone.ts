/** sipp as the phone that is called, its audio somebody else's. */
import { type SippRun, sipp } from './sipp.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

interface Handset {
  /** Where its audio comes from and goes to: an RtpPeer's port. */
  rtpPort: number;
  /** How long it rings before it is picked up. */
  ringMs?: number;
}

/** A phone at the end of the trunk; it is done when it was hung up on. */
export function telephone(t: Teardown, port: number, { rtpPort, ringMs = 0 }: Handset): Promise<SippRun> {
  const pickedUp =
    '  <send>\n    <![CDATA[\n      SIP/2.0 200 OK\n      [last_Via:]\n      [last_From:]\n      [last_To:];tag';
  return sipp(t, 'telephone', {
    port,
    keys: { rtp_port: String(rtpPort) },
    replace: ringMs > 0 ? { [pickedUp]: `  <pause milliseconds="${ringMs}"/>\n${pickedUp}` } : {},
  });
}
