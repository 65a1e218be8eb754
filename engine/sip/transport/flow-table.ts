import { contactKey, hostPort, parseSipUri, type SipUri } from '../message/uri.js';
import type { Flow } from './transport.js';

const maxContactsPerFlow = 16;

/**
 * The connections that are open, by their remote address and by the contacts that registered over them: an address
 * such as `sip:abc@xyz.invalid;transport=ws` can be reached over that one connection only (RFC 7118 section 5).
 */
export class FlowTable {
  readonly #byAddress = new Map<string, Flow>();
  readonly #byContact = new Map<string, Flow>();
  readonly #contacts = new Map<Flow, Set<string>>();
  constructor(private readonly maxFlows: number) {}

  get size(): number {
    return this.#contacts.size;
  }

  /** False when there are too many. */
  add(flow: Flow): boolean {
    if (this.#contacts.size >= this.maxFlows) return false;
    this.#byAddress.set(keyOf(flow), flow);
    this.#contacts.set(flow, new Set());
    return true;
  }

  remove(flow: Flow): void {
    const address = keyOf(flow);
    // The peer may have come again from the same port before the end of its old connection was noticed.
    if (this.#byAddress.get(address) === flow) this.#byAddress.delete(address);
    for (const key of this.#contacts.get(flow) ?? []) {
      if (this.#byContact.get(key) === flow) this.#byContact.delete(key);
    }
    this.#contacts.delete(flow);
  }

  /** Binds a contact URI to a connection; false when the connection is gone or has too many already. */
  bind(contact: string, flow: Flow): boolean {
    const uri = parseSipUri(contact);
    const keys = this.#contacts.get(flow);
    if (uri === undefined || keys === undefined) return false;
    const key = contactKey(uri);
    if (keys.size >= maxContactsPerFlow && !keys.has(key)) return false;
    const before = this.#byContact.get(key);
    if (before !== undefined && before !== flow) this.#contacts.get(before)?.delete(key);
    this.#byContact.set(key, flow);
    keys.add(key);
    return true;
  }

  /** Forgets a contact, if it is bound to that connection. */
  unbind(contact: string, flow: Flow): void {
    const uri = parseSipUri(contact);
    if (uri === undefined) return;
    const key = contactKey(uri);
    if (this.#byContact.get(key) !== flow) return;
    this.#byContact.delete(key);
    this.#contacts.get(flow)?.delete(key);
  }

  /** The open connection a contact registered over. */
  ofContact(uri: SipUri): Flow | undefined {
    return this.#byContact.get(contactKey(uri));
  }

  /** The open connection with a remote address; with a domain, the one whose peer has proven to be that. */
  ofAddress(protocol: string, address: string, port: number, domain?: string): Flow | undefined {
    return this.#byAddress.get(addressKey(protocol, address, port, domain));
  }
}

const addressKey = (protocol: string, address: string, port: number, domain = ''): string =>
  `${protocol}/${hostPort(address, port)}/${domain}`;

const keyOf = ({ protocol, remoteAddress, remotePort, domain }: Flow): string =>
  addressKey(protocol, remoteAddress, remotePort, domain);
