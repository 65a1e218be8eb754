/**
 * Who is let in. Every public SIP port is searched for phones to break into and for trunks to call through, all day; such
 * requests are dropped without a word, so that the searcher does not learn that somebody is here.
 */
import type { SipRequest } from '../message/message.js';
import { parseSipUri } from '../message/uri.js';
import type { Clock } from '../transaction/clock.js';
import type { GuardOptions } from './options.js';
import { SourceRates } from './source-rates.js';
import { TrustedSources } from './trusted-sources.js';

/** Why something was not let in. */
export type Breach = 'rate' | 'scanner' | 'domain';

export class Guard {
  readonly refused: Record<Breach, number> = { rate: 0, scanner: 0, domain: 0 };
  readonly #trusted: TrustedSources;
  readonly #rates: SourceRates | undefined;
  readonly #scanners: string[];
  readonly #domains: ReadonlySet<string>;

  /** @param own whether a host is one of the server's own addresses @throws Error for a network that is none */
  constructor(
    private readonly options: GuardOptions,
    clock: Clock,
    private readonly own: (host: string) => boolean,
  ) {
    this.#trusted = new TrustedSources(options.trusted);
    const { requestsPerSecond } = options;
    this.#rates = requestsPerSecond > 0 ? new SourceRates(clock, requestsPerSecond) : undefined;
    this.#scanners = options.scanners.map(name => name.toLowerCase());
    this.#domains = new Set(options.domains.map(name => name.toLowerCase()));
  }

  /** What a request that is not admitted is answered; undefined: nothing. */
  get refusal(): number | undefined {
    return this.options.refusal;
  }

  /** Before anything is parsed: whether the source keeps to its rate. */
  withinRate(source: string): boolean {
    if (this.#rates === undefined || this.#trusted.has(source) || this.#rates.take(source)) return true;
    this.refused.rate += 1;
    return false;
  }

  /** Whether no rule refuses the request. One inside a dialog was let in when the dialog began. */
  admits(request: SipRequest, source: string): boolean {
    if (request.toTag !== undefined || this.#trusted.has(source)) return true;
    const breach = this.#breachOf(request);
    if (breach === undefined) return true;
    this.refused[breach] += 1;
    return false;
  }

  #breachOf(request: SipRequest): Breach | undefined {
    const agent = request.first('user-agent')?.toLowerCase();
    if (agent !== undefined && this.#scanners.some(name => agent.includes(name))) return 'scanner';
    return this.#serves(request) ? undefined : 'domain';
  }

  #serves(request: SipRequest): boolean {
    if (this.#domains.size === 0) return true;
    const host = parseSipUri(request.uri)?.host.toLowerCase();
    // What is no SIP URI (tel:) has no domain to be a stranger's.
    return host === undefined || this.#domains.has(host) || this.own(host);
  }
}
