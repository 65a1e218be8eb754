import { EventEmitter } from 'node:events';
import {
  type Conference,
  type Endpoint,
  type EndpointEvents,
  type EndpointKind,
  type EndpointStatistics,
  type LostReason,
  MediaError,
  type MonitorRole,
  type PlayEnd,
  type PlayOptions,
  type PlaySource,
  type Recording,
  type RecordRequest,
} from '../port.js';
import { scoreOf } from '../quality.js';
import type { EngineConnection, RequestOptions } from './connection.js';
import { BuiltinRecording } from './recording.js';
import { sourcesFor } from './sources.js';

export interface EndpointDescription {
  endpoint: string;
  kind: EndpointKind;
  localSdp: string;
  lost?: LostReason;
}

const maxSdpLength = 65_536;

/** The engine gives up a connection over a line that is too long: it must not get that far. @throws MediaError `bad_sdp` */
export function checkedSdp(sdp: string): string {
  if (sdp.length <= maxSdpLength) return sdp;
  throw new MediaError('bad_sdp', `the SDP is longer than ${maxSdpLength} characters`);
}

/** An endpoint of the built-in engine, as long as the connection lives that it was made or adopted by. */
export class BuiltinEndpoint extends EventEmitter<EndpointEvents> implements Endpoint {
  readonly id: string;
  readonly kind: EndpointKind;
  readonly #connection: EngineConnection;
  readonly #houseMusic: string;
  readonly #forget: () => void;
  /** The one it is a member of. */
  conference: Conference | undefined;
  #localSdp: string;
  #over = false;
  /** Events that came in the same breath as the answer to `create`, before a caller could listen. */
  #early: (() => void)[] | undefined = [];

  constructor(
    description: EndpointDescription,
    connection: EngineConnection,
    houseMusic: string,
    forget: () => void,
  ) {
    super();
    this.id = description.endpoint;
    this.kind = description.kind;
    this.#localSdp = description.localSdp;
    this.#connection = connection;
    this.#houseMusic = houseMusic;
    this.#forget = forget;
    setImmediate(() => {
      const early = this.#early ?? [];
      this.#early = undefined;
      for (const deliver of early) deliver();
    });
  }

  get localSdp(): string {
    return this.#localSdp;
  }

  async accept(answer: string): Promise<void> {
    await this.request('accept', { answer: checkedSdp(answer) });
  }

  async renegotiate(offer: string): Promise<string> {
    const { localSdp } = await this.request('renegotiate', { offer: checkedSdp(offer) });
    this.#localSdp = String(localSdp);
    return this.#localSdp;
  }

  async bridge(other: Endpoint): Promise<void> {
    const partner = this.#ours(other);
    await this.request('bridge', { other: partner.id });
    this.conference = undefined;
    partner.conference = undefined;
  }

  async unbridge(): Promise<void> {
    await this.request('unbridge', {});
    this.conference = undefined;
  }

  async monitor(target: Endpoint, role: MonitorRole): Promise<void> {
    await this.request('monitor', { target: this.#ours(target).id, role });
    this.conference = undefined;
  }

  async play(source: PlaySource | readonly PlaySource[], options: PlayOptions = {}): Promise<PlayEnd> {
    const { times, endOnDigit, signal } = options;
    if (signal?.aborted) return { reason: 'stopped' };
    const stop = () => void this.stop().catch(ignoreGone);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const ended = await this.#untilOver('play', {
        sources: sourcesFor(source, this.#houseMusic),
        times: times === 'forever' ? 0 : times,
        endOnDigit,
      });
      return (ended as PlayEnd | undefined) ?? { reason: 'stopped' };
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async stop(): Promise<void> {
    await this.request('stop', {});
  }

  async sendDigits(digits: string, options: { toneMs?: number; gapMs?: number } = {}): Promise<void> {
    await this.#untilOver('sendDigits', { digits, toneMs: options.toneMs, gapMs: options.gapMs });
  }

  async record(request: RecordRequest): Promise<Recording> {
    const { file, sides, maxMs } = request;
    const { recording } = await this.request('record', { file, sides, maxMs });
    return new BuiltinRecording(this.#connection, String(recording), request);
  }

  adoptRecording(id: string, file: string): Recording {
    return new BuiltinRecording(this.#connection, id, { file });
  }

  async watchActivity({ silenceMs, noRtpMs }: { silenceMs: number; noRtpMs: number }): Promise<void> {
    await this.request('watchActivity', { silenceMs, noRtpMs });
  }

  async statistics(): Promise<EndpointStatistics> {
    return statisticsOf(await this.request('statistics', {}));
  }

  async destroy(): Promise<EndpointStatistics | undefined> {
    if (this.#over) return undefined;
    this.#over = true;
    this.conference = undefined;
    this.#forget();
    this.removeAllListeners();
    if (!this.#connection.alive) return undefined;
    // An engine that is gone has freed it already.
    const result = await this.#connection.request('destroy', { endpoint: this.id }).catch(ignoreGone);
    return result?.statistics === undefined ? undefined : statisticsOf(result.statistics);
  }

  /** Passes on an event of the engine. */
  deliver<E extends keyof EndpointEvents>(event: E, ...data: EndpointEvents[E]): void {
    const emit = () => {
      // The map's tuple type is lost where the event's name is generic.
      if (!this.#over) (this as EventEmitter).emit(event, ...data);
    };
    if (this.#early === undefined) emit();
    else this.#early.push(emit);
  }

  /** @throws MediaError `unknown_endpoint` when it was destroyed */
  request(method: string, params: Record<string, unknown>, options?: RequestOptions) {
    if (this.#over) {
      return Promise.reject(new MediaError('unknown_endpoint', `endpoint ${this.id} was destroyed`));
    }
    return this.#connection.request(method, { endpoint: this.id, ...params }, options);
  }

  isOf(connection: EngineConnection): boolean {
    return this.#connection === connection;
  }

  #ours(other: Endpoint): BuiltinEndpoint {
    if (other instanceof BuiltinEndpoint && other.isOf(this.#connection)) return other;
    throw new MediaError('bad_request', 'only endpoints of one media engine can be joined');
  }

  /** What takes its time ends with the endpoint, and without an error: `lost` tells why. */
  async #untilOver(
    method: string,
    params: Record<string, unknown>,
  ): Promise<Record<string, unknown> | undefined> {
    const wasOver = this.#over;
    return this.request(method, params, { timeoutMs: 0 }).catch(error => {
      if (wasOver || (!this.#over && this.#connection.alive)) throw error;
      return undefined;
    });
  }
}

/** The engine's figures, and what follows from them. */
function statisticsOf(result: unknown): EndpointStatistics {
  const figures = result as Omit<EndpointStatistics, 'mosReceived' | 'mosSent'>;
  const { codec, packetsSent, packetsReceived, packetsLost, packetsFromStrangers } = figures;
  const { jitterMs, roundTripMs, sentLost, sentJitterMs } = figures;
  return {
    codec,
    packetsSent,
    packetsReceived,
    packetsLost,
    packetsFromStrangers,
    jitterMs,
    roundTripMs,
    sentLost,
    sentJitterMs,
    mosReceived: scoreOf({ received: packetsReceived, lost: packetsLost, jitterMs, roundTripMs }),
    mosSent:
      sentLost === null
        ? null
        : scoreOf({
            received: packetsSent - sentLost,
            lost: sentLost,
            jitterMs: sentJitterMs ?? 0,
            roundTripMs,
          }),
  };
}

/** What is gone, and the engine with it or not, need not be stopped or destroyed. */
function ignoreGone(error: MediaError): undefined {
  if (error.code !== 'engine_unavailable' && error.code !== 'unknown_endpoint') throw error;
  return undefined;
}
