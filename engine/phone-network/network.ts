import { once } from 'node:events';
import type { Logger } from 'pino';
import { type Behaviour, behaviourOf, calledNumber } from './behaviours.js';
import { Call } from './call.js';
import type { Challenge } from './challenge.js';
import type { Handsets } from './handsets.js';
import { createSrf, type SipRequest, type SipResponse, type SrfClient } from './srf.js';

export interface PhoneNetworkSettings {
  /** The control socket of the SIP server that this application works with. */
  control: { host: string; port: number; secret: string };
  handsets: Handsets;
  behaviours: readonly Behaviour[];
  /** Absent: everybody may call, as over a trunk that is known by its address. */
  challenge?: Challenge;
  maxCalls: number;
  logger: Logger;
}

/** Bounds the time that BYEs may take when the network closes. */
const farewellMs = 2000;

/** Every phone there is: a drachtio application that answers whatever number is called. */
export class PhoneNetwork {
  readonly #settings: PhoneNetworkSettings;
  readonly #srf: SrfClient = createSrf();
  readonly #calls = new Map<Call, Promise<void>>();
  #closed = false;

  private constructor(settings: PhoneNetworkSettings) {
    this.#settings = settings;
    this.#srf.invite((request, response) => this.#incoming(request, response));
    // What trunks are probed with (RFC 3261 11).
    this.#srf.options((_request, response) => response.send(200));
  }

  /** Resolves when logged in to the SIP server; rejects when that refuses. */
  static async connect(settings: PhoneNetworkSettings): Promise<PhoneNetwork> {
    const network = new PhoneNetwork(settings);
    const { logger, control } = settings;
    network.#srf.connect(control);
    const [refusal] = (await once(network.#srf, 'connect')) as [Error | null];
    if (refusal) throw refusal;
    network.#srf.on('error', (error: Error) => logger.error({ err: error }, 'connection to the SIP server'));
    return network;
  }

  get calls(): number {
    return this.#calls.size;
  }

  /** Ends every call, by BYE where there is a dialog, and lets go of the SIP server. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const call of this.#calls.keys()) call.end('network closes');
    const patience = AbortSignal.timeout(farewellMs);
    await Promise.race([Promise.all(this.#calls.values()), once(patience, 'abort')]);
    this.#srf.disconnect();
    this.#settings.handsets.close();
  }

  #incoming(request: SipRequest, response: SipResponse): void {
    const { challenge, maxCalls, handsets, behaviours, logger } = this.#settings;
    const authorization = request.get('Proxy-Authorization');
    if (challenge && !challenge.accepts(authorization, request.method)) {
      response.send(407, {
        headers: { 'Proxy-Authenticate': challenge.header(authorization, request.method) },
      });
      return;
    }
    if (this.#closed || this.#calls.size >= maxCalls) {
      logger.warn({ calls: this.#calls.size }, 'no more calls are taken');
      response.send(503, { headers: { 'Retry-After': '5' } });
      return;
    }
    const number = calledNumber(request.uri);
    const behaviour = behaviourOf(number, behaviours);
    const call = new Call(request, response, behaviour, handsets);
    const fields = { callId: request.get('Call-ID'), number, phone: behaviour.ending };
    logger.info(fields, 'called');
    const life = call
      .run(this.#srf)
      .then(
        end => logger.info({ ...fields, end }, 'call over'),
        (error: unknown) => logger.error({ ...fields, err: error }, 'call failed'),
      )
      .finally(() => this.#calls.delete(call));
    this.#calls.set(call, life);
  }
}
