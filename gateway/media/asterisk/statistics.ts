import type { EndpointStatistics } from '../port.js';
import { scoreOf } from '../quality.js';

/**
 * What ARI's rtp_statistics says; times in seconds. Loss is as of the last report that either side sent, see rtcpinterval in
 * dialplan/asterisk/rtp.conf. Without a report of the peer its figures are 0.
 */
export interface RtpStatistics {
  txcount: number;
  rxcount: number;
  /** What the peer lost of what we sent, and we of what it sent. */
  txploss: number;
  rxploss: number;
  /** The other way round than its name says: that of what we receive. */
  txjitter: number;
  /** What the peer reports of what we send. */
  rxjitter: number;
  rtt: number;
}

const milliseconds = (seconds: number) => Math.round(seconds * 1e6) / 1e3;

export function readStatistics(rtp: RtpStatistics, codec: string | null): EndpointStatistics {
  // Round trip comes out of the peer's reports only: without one, the others of them are not known either.
  const reported = rtp.rtt > 0;
  const roundTripMs = reported ? milliseconds(rtp.rtt) : null;
  const jitterMs = milliseconds(rtp.txjitter);
  const sentLost = reported ? rtp.txploss : null;
  const sentJitterMs = reported ? milliseconds(rtp.rxjitter) : null;
  return {
    codec,
    packetsSent: rtp.txcount,
    packetsReceived: rtp.rxcount,
    packetsLost: rtp.rxploss,
    // It drops them (strictrtp) and does not count them: `source_lock` is not declared.
    packetsFromStrangers: 0,
    jitterMs,
    roundTripMs,
    sentLost,
    sentJitterMs,
    mosReceived: scoreOf({ received: rtp.rxcount, lost: rtp.rxploss, jitterMs, roundTripMs }),
    mosSent:
      sentLost === null || sentJitterMs === null
        ? null
        : scoreOf({ received: rtp.txcount - sentLost, lost: sentLost, jitterMs: sentJitterMs, roundTripMs }),
  };
}
