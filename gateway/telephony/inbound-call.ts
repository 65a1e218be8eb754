import type { Logger } from 'pino';
import { dialledNumber } from './dialled-number.js';
import { ConfirmedDialog } from './dialog.js';
import type { Trunk } from './dialplan/index.js';
import { readNumber } from './phone-number.js';
import { CallFailure, type IncomingCall, type Refusal, type SipDialog } from './port.js';
import type { SipServer } from './sip-server.js';
import type { SipRequest, SipResponse, SrfDialog } from './srf.js';
import type { Channel, Trunks } from './trunks/index.js';
import { userOf } from './uri.js';

/** What a caller is answered who is not taken (RFC 3261 21). */
const refusals: Record<Refusal, { status: number; retrySeconds?: number }> = {
  unknown_number: { status: 404 },
  not_served: { status: 480 },
  busy: { status: 486 },
  overloaded: { status: 503, retrySeconds: 10 },
  no_common_codec: { status: 488 },
};

/** How long the ACK may take that brings the answer to our offer: as long as the 200 is repeated (RFC 3261 13.3.1.4). */
const ackMs = 32_000;

export interface InboundOptions {
  server: SipServer;
  trunks: Trunks;
  logger: Logger;
}

/** One INVITE from a trunk, until it is answered or refused. */
export class InboundCall implements IncomingCall {
  readonly callId: string;
  readonly trunk: string;
  readonly tenantId: string | undefined;
  readonly number: string | undefined;
  readonly caller: string | undefined;
  readonly offer: string | undefined;
  readonly signal: AbortSignal;
  readonly #options: InboundOptions;
  readonly #trunk: Trunk;
  readonly #request: SipRequest;
  readonly #response: SipResponse;
  readonly #over = new AbortController();
  readonly #logger: Logger;
  #channel: Channel | undefined;
  #settled = false;
  #offLost: () => void;

  constructor(options: InboundOptions, trunk: Trunk, request: SipRequest, response: SipResponse) {
    this.#options = options;
    this.#trunk = trunk;
    this.#request = request;
    this.#response = response;
    this.callId = request.get('Call-ID') ?? '';
    this.trunk = trunk.name;
    this.tenantId = trunk.tenantId;
    this.number = dialledNumber(request, trunk);
    this.caller = callerOf(request, trunk);
    this.offer = request.body || undefined;
    this.signal = this.#over.signal;
    this.#logger = options.logger.child({ trunk: trunk.name, callId: this.callId });
    request.on('cancel', () => this.#end('cancelled'));
    this.#offLost = options.server.onLost(() => this.#end('the SIP server was lost'));
  }

  async takeChannel(tenantId: string, holder: string): Promise<boolean> {
    const limits = { evenIfDown: true, signal: this.signal };
    // Who calls us has had his turn at the trunk: only its channels count.
    const trunk = { ...this.#trunk, callsPerSecond: undefined };
    const channel = await this.#options.trunks.channels.take(
      trunk,
      { tenantId, interactionId: holder },
      limits,
    );
    if (typeof channel === 'string') return false;
    if (this.#settled) channel.release();
    else this.#channel = channel;
    return true;
  }

  refuse(refusal: Refusal): void {
    if (this.#settled) return;
    this.#settle();
    this.#channel?.release();
    const { status, retrySeconds } = refusals[refusal];
    this.#logger.info({ number: this.number, refusal, sipStatus: status }, 'inbound call refused');
    this.#response.send(
      status,
      retrySeconds === undefined ? {} : { headers: { 'Retry-After': String(retrySeconds) } },
    );
  }

  answer(sdp: string): Promise<SipDialog> {
    const { server } = this.#options;
    return new Promise((resolve, reject) => {
      if (this.#settled) return reject(this.#gone());
      const answered = (error: Error | null, answer?: SrfDialog) => {
        if (!answer) {
          this.#channel?.release();
          if (!this.#settled) this.#settle();
          return reject(error && !this.signal.aborted ? failed(error) : this.#gone());
        }
        const dialog = new ConfirmedDialog(server, answer, this.#logger, { theirs: true });
        const gone = this.#settled;
        this.#settle();
        dialog.whenOver(() => this.#channel?.release());
        if (gone) {
          server.farewell(dialog.end());
          return reject(this.#gone());
        }
        if (this.offer) return resolve(dialog);
        // RFC 3264 5: ours was the offer, and the ACK brings the answer.
        const late = setTimeout(() => {
          server.farewell(dialog.end());
          reject(new CallFailure('failed', 'The ACK did not come'));
        }, ackMs);
        answer.once('ack', (ack: SipRequest) => {
          clearTimeout(late);
          resolve(dialog.answeredWith(ack.body ?? ''));
        });
      };
      try {
        server.srf.createUAS(this.#request, this.#response, { localSdp: sdp }, answered);
      } catch (error) {
        // srf has no socket any more, and we are about to hear of it.
        reject(failed(error));
      }
    });
  }

  #end(reason: string): void {
    if (this.#settled) return;
    this.#settle();
    this.#channel?.release();
    this.#over.abort(new CallFailure('cancelled', `The caller is gone: ${reason}`));
  }

  #settle(): void {
    this.#settled = true;
    this.#offLost();
  }

  #gone(): CallFailure {
    return this.signal.reason instanceof CallFailure
      ? this.signal.reason
      : new CallFailure('cancelled', 'The call was over before it was answered');
  }
}

function failed(error: unknown): CallFailure {
  return new CallFailure('failed', error instanceof Error ? error.message : String(error));
}

/**
 * The caller's number: what the trunk vouches for (RFC 3325), else what stands in From. Undefined where it is withheld
 * (RFC 3323, RFC 3325 9.3) or no number.
 */
function callerOf(request: SipRequest, { callerIdFormat, country }: Trunk): string | undefined {
  const privacy = request.get('Privacy') ?? '';
  if (/\b(id|user)\b/i.test(privacy)) return undefined;
  const identity = request.get('P-Asserted-Identity') ?? request.get('From') ?? '';
  return readNumber(userOf(identity), callerIdFormat, country);
}
