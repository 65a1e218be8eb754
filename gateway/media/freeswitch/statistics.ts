import { type EndpointStatistics, MediaError } from '../port.js';
import { scoreOf } from '../quality.js';
import type { Channel } from './channel.js';
import type { EslEvent } from './esl-connection.js';

/** RTP's clock for G.711 and telephone-event, and 48 for Opus (RFC 7587 4.1). */
const unitsPerMs = (codec: string | null) => (codec?.toLowerCase() === 'opus' ? 48 : 8);

/** Of 20 ms, in the second that a report is about. */
const packetsPerReport = 50;

const number = (text: string | undefined): number | undefined => {
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
};

/** What FreeSWITCH itself counts of a leg's packets. */
export interface Counters {
  received: number;
  sent: number;
  /** Of those received, RFC 4733's. */
  events: number;
}

/** @throws MediaError `unknown_endpoint` */
export async function readCounters(channel: Channel): Promise<Counters> {
  const request = { command: 'mediaStats', data: { uuid: channel.uuid } };
  const { response } = JSON.parse(await channel.api(`json ${JSON.stringify(request)}`)) as {
    response: { audio?: Record<string, number> };
  };
  const audio = response.audio;
  if (audio === undefined)
    throw new MediaError('unknown_endpoint', `the channel ${channel.uuid} is no more, or has no audio`);
  return {
    received: audio.in_media_packet_count ?? 0,
    sent: audio.out_media_packet_count ?? 0,
    events: audio.in_dtmf_packet_count ?? 0,
  };
}

/** Of key presses, between two looks: two seconds of them. */
const floodPackets = 100;

/**
 * Notices a peer that sends key presses without end. FreeSWITCH reads one packet of such every 20 ms, which is slower than
 * they can be sent: what is said after them would wait until all of them have been read.
 */
export class FloodWatch {
  #events = 0;

  sees({ events }: Counters): boolean {
    const more = events - this.#events;
    this.#events = events;
    return more >= floodPackets;
  }
}

/**
 * What a leg's RTCP tells: our own reports of what we receive, and the peer's of what it does. FreeSWITCH counts losses
 * for its reports alone, one a second; what came since the last one is taken to have been as good as before.
 */
export class Reports {
  #lossRate = 0;
  #jitter = 0;
  #expected = 0;
  #highest: number | undefined;
  #sentLost: number | null = null;
  #sentJitter: number | null = null;
  #roundTripMs: number | null = null;

  /** A report that FreeSWITCH sent (SEND_RTCP_MESSAGE). */
  sent(event: EslEvent): void {
    const highest = number(event['Source-Highest-Sequence-Number-Received']);
    const lost = number(event['Source-Lost']);
    if (highest === undefined || lost === undefined) return;
    const fraction = number(event['Source-Fraction']) ?? 0;
    // The first report does not say from where it counts, but which share it is.
    const first = fraction > 0 ? (lost * 256) / fraction : packetsPerReport;
    this.#expected += this.#highest === undefined ? first : highest - this.#highest;
    this.#highest = highest;
    // RFC 3550 A.3: packets that come twice make it less than none.
    this.#lossRate = this.#expected > 0 ? Math.min(1, Math.max(0, lost) / this.#expected) : 0;
    this.#jitter = number(event['Source-Jitter']) ?? this.#jitter;
  }

  /** A report that came from the peer (RECV_RTCP_MESSAGE). */
  received(event: EslEvent): void {
    const lost = number(event['Source0-Lost']);
    if (lost === undefined) return;
    this.#sentLost = lost > 0x7fffff ? 0 : lost;
    this.#sentJitter = number(event['Source0-Jitter']) ?? null;
    const roundTrip = number(event['Rtt0-Avg']);
    if (number(event['Source0-LSR']) !== 0 && roundTrip !== undefined) this.#roundTripMs = roundTrip * 1000;
  }

  statisticsOf(
    name: string | undefined,
    { received: packetsReceived, sent: packetsSent }: Counters,
  ): EndpointStatistics {
    const codec = name?.toUpperCase() ?? null;
    const units = unitsPerMs(codec);
    const packetsLost =
      this.#lossRate < 1 ? Math.round((packetsReceived * this.#lossRate) / (1 - this.#lossRate)) : 0;
    const jitterMs = this.#jitter / units;
    const roundTripMs = this.#roundTripMs;
    const sentLost = this.#sentLost;
    const sentJitterMs = this.#sentJitter === null ? null : this.#sentJitter / units;
    const sentFigures =
      sentLost === null
        ? undefined
        : { received: packetsSent - sentLost, lost: sentLost, jitterMs: sentJitterMs ?? 0, roundTripMs };
    return {
      codec,
      packetsSent,
      packetsReceived,
      packetsLost,
      packetsFromStrangers: 0,
      jitterMs,
      roundTripMs,
      sentLost,
      sentJitterMs,
      mosReceived: scoreOf({ received: packetsReceived, lost: packetsLost, jitterMs, roundTripMs }),
      mosSent: sentFigures === undefined ? null : scoreOf(sentFigures),
    };
  }
}
