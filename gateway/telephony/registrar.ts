import { createHmac } from 'node:crypto';
import type { Logger } from 'pino';
import type { Sql } from '../store/index.js';
import { ContactError, parseAddress, parseContacts, type RegisterContact } from './contact-header.js';
import { findCredential, type StoredCredential } from './credentials-sql.js';
import { challenge, Nonces, parseAuthorization, proves } from './digest.js';
import {
  type ContactRequest,
  findOwner,
  register,
  type SoftphoneOwner,
  type Transport,
  unbind,
} from './registrations-sql.js';
import type { SipRequest, SipResponse } from './srf.js';
import { TokenBuckets } from './token-buckets.js';

export interface RegistrarOptions {
  sql: Sql;
  logger: Logger;
  /** The realm, and the host part of every softphone's address. */
  domain: string;
  /** Gateways that share it accept each other's challenges. */
  secret: Buffer;
  onChange: (owner: SoftphoneOwner) => void;
  /** Whether the SIP server tells of closed connections, and lets nobody else write what it tells by. */
  tellsFlows: () => boolean;
  now?: () => number;
}

const defaultExpires = 120;
const minExpires = 30;
const maxExpires = 600;
const maxContactsPerUser = 3;
const transports: readonly Transport[] = ['udp', 'tcp', 'tls', 'ws', 'wss'];

/** The answer to a REGISTER that is not served. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly status: number,
    readonly phrase: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(phrase);
  }
}

/** Whoever is refused for what he claims to be hears the same, whatever was wrong with it. */
const forbidden = () => new Refusal(403, 'Forbidden');

/** RFC 3261 section 10.3, for the credentials that the API hands out. */
export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #logger: Logger;
  readonly #nonces: Nonces;
  /** Wrong credentials of one address, which may be the proxy of many: thirty at once, then one every two seconds. */
  readonly #failures: TokenBuckets;

  constructor(options: RegistrarOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ part: 'registrar' });
    this.#nonces = new Nonces(
      createHmac('sha256', options.secret).update('registrar nonces').digest(),
      options.now,
    );
    this.#failures = new TokenBuckets(30, 0.5, 10_000, options.now);
  }

  async handle(request: SipRequest, response: SipResponse): Promise<void> {
    try {
      if (request.has('X-Ringbridge-Flow') && this.#options.tellsFlows()) {
        await this.#flowClosed(request);
        response.send(200);
        return;
      }
      const contacts = await this.#register(request);
      response.send(200, {
        headers: {
          ...(contacts.length > 0 && {
            Contact: contacts
              .map(({ uri, expiresSeconds }) => `<${uri}>;expires=${expiresSeconds}`)
              .join(', '),
          }),
          Date: new Date().toUTCString(),
        },
      });
    } catch (error) {
      if (error instanceof Refusal) response.send(error.status, error.phrase, { headers: error.headers });
      else if (error instanceof ContactError) response.send(400, error.message);
      else {
        this.#logger.error({ err: error }, 'registration failed');
        response.send(500, { headers: { 'Retry-After': '5' } });
      }
    }
  }

  async #register(request: SipRequest): Promise<ContactRequest[]> {
    const { username, credential } = await this.#authenticate(request);
    const addressOfRecord = parseAddress(request.get('To'));
    if (addressOfRecord?.user !== username || addressOfRecord.host !== this.#options.domain.toLowerCase()) {
      throw forbidden();
    }
    const transport = transportOf(request);
    const parsed = parseContacts(request.get('Contact'));
    const headerExpires = readExpires(request.get('Expires'));
    if (parsed === '*' && headerExpires !== 0) throw new Refusal(400, 'Contact * Needs Expires 0');
    const listed = parsed === '*' ? [] : parsed;
    for (const contact of listed) assertOwnAddress(contact, transport, request);
    const contacts = listed.map(contact => bounded(contact, headerExpires));
    const { tenantId, userId } = credential;
    const bound = await register(this.#options.sql, {
      tenantId,
      userId,
      username,
      transport,
      source: `${request.source_address}:${request.source_port}`,
      ...sequenceOf(request),
      contacts,
      allGone: parsed === '*',
      maxContacts: maxContactsPerUser,
    });
    if (bound.result === 'no_credential') throw forbidden();
    if (bound.result === 'out_of_order') throw new Refusal(500, 'CSeq Out Of Order');
    if (bound.changed) this.#options.onChange({ tenantId, userId });
    return bound.contacts;
  }

  /** Nothing here tells an existing username from another one: same answers, same work. */
  async #authenticate(request: SipRequest): Promise<{ username: string; credential: StoredCredential }> {
    const { domain, sql, secret } = this.#options;
    const source = request.source_address;
    if (!this.#failures.has(source)) throw new Refusal(503, 'Too Many Failures', { 'Retry-After': '30' });
    const digest = parseAuthorization(request.get('Authorization') ?? '');
    if (!digest || digest.realm !== domain) throw this.#challenge(source, false);
    const known = this.#nonces.use(digest.nonce, Number.parseInt(digest.nc, 16), source);
    if (known === 'foreign') throw this.#challenge(source, false);
    // RFC 7616 3.4.6: the digest has to be for what is asked
    if (parseAddress(digest.uri)?.host !== parseAddress(request.uri)?.host)
      throw new Refusal(400, 'Wrong Digest URI');
    const credential = await findCredential(sql, digest.username.slice(0, 128));
    const nobody = createHmac('md5', secret).update(digest.username).digest('hex');
    const proven = proves(digest, 'REGISTER', credential?.ha1 ?? nobody);
    if (!proven || !credential) {
      this.#failures.take(source);
      this.#logger.info({ source }, 'registration with a wrong credential');
      throw forbidden();
    }
    if (known === 'stale') throw this.#challenge(source, true);
    return { username: digest.username, credential };
  }

  #challenge(source: string, stale: boolean): Refusal {
    const header = challenge(this.#options.domain, this.#nonces.issue(source), stale);
    return new Refusal(401, 'Unauthorized', { 'WWW-Authenticate': header });
  }

  /** The SIP server tells that the connection of a contact is gone (docs/sip-server.md). */
  async #flowClosed(request: SipRequest): Promise<void> {
    const username = parseAddress(request.get('To'))?.user ?? '';
    const contacts = parseContacts(request.get('Contact'));
    for (const { uri } of contacts === '*' ? [] : contacts) {
      const owner = await findOwner(this.#options.sql, { username, contact: uri });
      if (!owner) continue;
      const binding = { username, contact: uri };
      const changed = await unbind(this.#options.sql, { ...owner, binding, reason: 'flow_closed' });
      if (changed) this.#options.onChange(owner);
    }
  }
}

/** drachtio-server calls a WebSocket what it runs over, `tcp` or `tls`: the Via knows better (RFC 7118 5.2). */
function transportOf(request: SipRequest): Transport {
  const named = /^SIP\s*\/\s*2\.0\s*\/\s*([a-z]+)/i.exec(request.get('Via') ?? '')?.[1]?.toLowerCase();
  const via = transports.find(name => name === named);
  const transport =
    via && isWebSocket(via) ? via : (transports.find(name => name === request.protocol) ?? via);
  if (!transport) throw new Refusal(400, 'Unknown Transport');
  return transport;
}

const isWebSocket = (transport: string | undefined) => transport === 'ws' || transport === 'wss';

function sequenceOf(request: SipRequest): { callId: string; cseq: number } {
  const callId = request.get('Call-ID') ?? '';
  const cseq = Number(/^\s*(\d{1,10})\s/.exec(request.get('CSeq') ?? '')?.[1]);
  if (callId === '' || callId.length > 256 || !(cseq < 2 ** 32))
    throw new Refusal(400, 'Bad Call-ID or CSeq');
  return { callId, cseq };
}

/** RFC 3261 10.3 step 7: a malformed value counts as the default. */
function readExpires(header: string | undefined): number {
  return /^\s*\d{1,10}\s*$/.test(header ?? '') ? Number(header) : defaultExpires;
}

function bounded(contact: RegisterContact, headerExpires: number): ContactRequest {
  const asked = contact.expires ?? headerExpires;
  if (asked > 0 && asked < minExpires)
    throw new Refusal(423, 'Interval Too Brief', { 'Min-Expires': String(minExpires) });
  return { uri: contact.uri, expiresSeconds: Math.min(asked, maxExpires) };
}

/**
 * Calls to a WebSocket go over that very connection: nobody dials its Contact. Over the other transports the Contact is
 * dialled: it has to be where the request came from, or an agent could aim our INVITEs at anybody.
 */
function assertOwnAddress(contact: RegisterContact, transport: Transport, request: SipRequest): void {
  if (isWebSocket(transport)) {
    if (isWebSocket(contact.transport) || (!contact.transport && contact.host.endsWith('.invalid'))) return;
    throw new Refusal(403, 'Contact Is Not This Connection');
  }
  if (isWebSocket(contact.transport) || contact.host.replace(/^\[|\]$/g, '') !== request.source_address) {
    throw new Refusal(403, 'Contact Is Not The Source Address');
  }
}
