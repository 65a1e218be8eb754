/**
 * Contacts that registered over a connection. While the connection is open, requests to the contact go over it; when
 * it closes, the contact is forgotten and the application is told.
 *
 * The telling is an extension of the control protocol. It is off unless the application logs in with the tag
 * `flow-events`. It then gets a REGISTER for each contact that was lost, as if the user agent had unregistered:
 * `Contact` and `Expires: 0`, the address of record in From and To, the Call-ID of the registration with the next CSeq,
 * and the header field `X-Ringbridge-Flow: closed`. No network message keeps a header field of that name, so a
 * REGISTER that has it comes from this server. The application answers it as it would answer any other; the answer goes
 * nowhere.
 */
import { flowMarker, SipRequest } from '../message/message.js';
import { parseNameAddr, splitList } from '../message/name-addr.js';
import { parameterOf } from '../message/parameters.js';
import { parseMessage } from '../message/parser.js';
import { requestText } from '../message/serializer.js';
import { detached, newBranch, newTag } from '../message/token.js';
import { contactKey, hostPort, parseSipUri } from '../message/uri.js';
import type { FlowTable } from '../transport/flow-table.js';
import type { Flow } from '../transport/transport.js';
import type { Application, Applications } from './application.js';

interface Registration {
  /** Address of record, as the To URI of the REGISTER has it. */
  aor: string;
  contact: string;
  callId: string;
  sequence: number;
  application: Application;
}

/** What came in was measured then; the notice made of it may be a little longer. */
const unlimited = {
  maxMessageBytes: Number.POSITIVE_INFINITY,
  maxHeaderFields: Number.POSITIVE_INFINITY,
  maxHeaderBytes: Number.POSITIVE_INFINITY,
};

/** Hands a notice to an application as a request from the network. */
export type Announce = (request: SipRequest, flow: Flow, application: Application) => void;

export class Registrations {
  readonly #byFlow = new Map<Flow, Map<string, Registration>>();
  readonly #ownerOfContact = new Map<string, { aor: string; flow: Flow }>();
  constructor(
    private readonly flows: FlowTable,
    private readonly applications: Applications,
    private readonly announce: Announce,
  ) {}

  /**
   * The application accepted a REGISTER. Only connections are remembered: other contacts can be reached by their URI.
   */
  accepted(request: SipRequest, flow: Flow, application: Application): void {
    if (!flow.connected || !flow.open) return;
    const aor = parseNameAddr(request.to)?.uri ?? '';
    const contacts = request.all('contact').flatMap(splitList);
    for (const contact of contacts) {
      if (contact === '*') this.#forgetAll(aor, flow);
      else this.#accept(contact, { aor, request, flow, application });
    }
  }

  #accept(
    contact: string,
    context: { aor: string; request: SipRequest; flow: Flow; application: Application },
  ): void {
    const address = parseNameAddr(contact);
    const uri = address === undefined ? undefined : parseSipUri(address.uri);
    if (address === undefined || uri === undefined) return;
    const { aor, request, flow, application } = context;
    const key = contactKey(uri);
    const seconds = parameterOf(address.parameters, 'expires') ?? request.first('expires');
    if (seconds !== undefined && Number(seconds) === 0) {
      this.#forget(key, address.uri, flow);
      return;
    }
    const owner = this.#ownerOfContact.get(key);
    // A contact that is alive elsewhere is not handed over to another address of record.
    if (owner !== undefined && owner.flow !== flow && owner.flow.open && owner.aor !== aor) return;
    if (!this.flows.bind(address.uri, flow)) return;
    if (owner !== undefined && owner.flow !== flow) this.#byFlow.get(owner.flow)?.delete(key);
    let registrations = this.#byFlow.get(flow);
    if (registrations === undefined) {
      registrations = new Map();
      this.#byFlow.set(flow, registrations);
      flow.onClosed(() => this.#closed(flow));
    }
    const registration = {
      aor: detached(aor),
      contact: detached(contact),
      callId: detached(request.callId),
      sequence: request.cseq?.number ?? 0,
      application,
    };
    registrations.set(detached(key), registration);
    this.#ownerOfContact.set(detached(key), { aor: registration.aor, flow });
  }

  #forget(key: string, uri: string, flow: Flow): void {
    this.flows.unbind(uri, flow);
    this.#byFlow.get(flow)?.delete(key);
    if (this.#ownerOfContact.get(key)?.flow === flow) this.#ownerOfContact.delete(key);
  }

  #forgetAll(aor: string, flow: Flow): void {
    for (const [key, registration] of this.#byFlow.get(flow) ?? []) {
      if (registration.aor === aor) this.#forget(key, parseNameAddr(registration.contact)?.uri ?? '', flow);
    }
  }

  #closed(flow: Flow): void {
    const lost = this.#byFlow.get(flow);
    this.#byFlow.delete(flow);
    for (const [key, registration] of lost ?? []) {
      if (this.#ownerOfContact.get(key)?.flow === flow) this.#ownerOfContact.delete(key);
      const application = this.applications.flowWatcher(registration.application);
      if (application !== undefined) this.announce(noticeOf(registration, flow), flow, application);
    }
  }
}

function noticeOf(registration: Registration, flow: Flow): SipRequest {
  const { aor, contact, callId, sequence } = registration;
  const address = parseNameAddr(contact);
  const host = parseSipUri(aor)?.host ?? flow.local.advertisedHost;
  const from = `<${aor}>;tag=${newTag()}`;
  const text = requestText({
    method: 'REGISTER',
    uri: `sip:${hostPort(host)}`,
    via: `SIP/2.0/${flow.protocol.toUpperCase()} ${hostPort(flow.remoteAddress, flow.remotePort)};branch=${newBranch()}`,
    routes: [],
    maxForwards: 70,
    from,
    to: `<${aor}>`,
    callId,
    sequence: sequence + 1,
    contact: `<${address?.uri ?? ''}>;expires=0`,
    fields: [
      { id: 'expires', name: 'Expires', value: '0' },
      { id: flowMarker, name: 'X-Ringbridge-Flow', value: 'closed' },
    ],
    body: '',
  });
  const notice = parseMessage(text, unlimited);
  if (!(notice instanceof SipRequest)) throw new Error('the notice of a closed flow is no request');
  return notice;
}
