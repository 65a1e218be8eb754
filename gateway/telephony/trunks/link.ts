import type { Trunk } from '../dialplan/index.js';
import type { SipServer } from '../sip-server.js';
import type { RequestOptions, SipResponse } from '../srf.js';
import { trunkUri } from './address.js';
import type { AddressGuard } from './address-guard.js';

/** A company's trunk leads to where it may not: nothing was sent. */
export class TrunkBarred extends Error {
  override readonly name = 'TrunkBarred';
}

/** Requests of ours to trunks, outside calls. */
export class TrunkLink {
  readonly #server: SipServer;
  readonly #guard: AddressGuard;

  constructor(server: SipServer, guard: AddressGuard) {
    this.#server = server;
    this.#guard = guard;
  }

  connected(): boolean {
    return this.#server.connected();
  }

  /** @throws TrunkBarred, or Error when the SIP server refuses it or is lost meanwhile */
  async request(trunk: Trunk, options: RequestOptions): Promise<SipResponse> {
    await this.admit(trunk);
    return await this.#server.request(trunkUri(trunk), options);
  }

  /** @throws TrunkBarred */
  async admit(trunk: Trunk): Promise<void> {
    const bar = await this.#guard.bar(trunk);
    if (bar)
      throw new TrunkBarred(
        bar.why === 'private' ? `leads to ${bar.address}, which is not public` : 'leads to no address',
      );
  }
}
