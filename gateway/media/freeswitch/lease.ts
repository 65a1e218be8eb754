import type { EslConnection, EslEvent } from './esl-connection.js';

const leaseSeconds = 60;
const renewMs = 20_000;

/** The header of our INVITEs as FreeSWITCH names it. */
const variable = 'sip_h_X-Ringbridge-Owner';

/**
 * Whose channels they are, and that their owner lives. FreeSWITCH itself ends them when the lease is not renewed: a
 * gateway that died without a successor leaves nothing behind.
 */
export class Lease {
  readonly #owner: string;
  readonly #task: string;
  #timer: NodeJS.Timeout | undefined;

  constructor(owner: string) {
    if (!/^[\w.-]{1,64}$/.test(owner))
      throw new Error(`the name of a gateway is letters, digits, ".", "-": ${owner}`);
    this.#owner = owner;
    this.#task = `ringbridge-lease-${owner}`;
  }

  /** Renews it as long as the connection lives. */
  async hold(esl: EslConnection): Promise<void> {
    clearTimeout(this.#timer);
    if (!esl.alive) return;
    await esl.api(`sched_del ${this.#task}`);
    await esl.api(
      `sched_api +${leaseSeconds} ${this.#task} hupall MANAGER_REQUEST ${variable} ${this.#owner}`,
    );
    this.#timer = setTimeout(
      () => void this.hold(esl).catch(() => clearTimeout(this.#timer)),
      renewMs,
    ).unref();
  }

  /** All channels are ours to end; nothing is left that a lease would have to end. */
  async giveUp(esl: EslConnection): Promise<void> {
    clearTimeout(this.#timer);
    await esl.api(`sched_del ${this.#task}`);
  }

  /** Whether a channel's event is one of ours. */
  covers(event: EslEvent): boolean {
    return event[`variable_${variable}`] === this.#owner;
  }

  /** The uuids of our channels. */
  async channels(esl: EslConnection): Promise<string[]> {
    const listed = await esl.api('show channels as json');
    const { rows = [] } = JSON.parse(listed) as { rows?: { uuid: string }[] };
    const owners = await Promise.all(rows.map(({ uuid }) => esl.api(`uuid_getvar ${uuid} ${variable}`)));
    return rows.flatMap(({ uuid }, index) => (owners[index]?.trim() === this.#owner ? [uuid] : []));
  }
}
