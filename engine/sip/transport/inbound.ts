/** From a transport's bytes to the transaction layer: parsed, checked, and stamped with where it really came from. */
import type { MessageLimits } from '../message/limits.js';
import { type Problem, SipRequest, type SipResponse } from '../message/message.js';
import { parseMessage } from '../message/parser.js';
import { isAnswerable, isSaneResponse, problemOf } from '../message/sanity.js';
import { responseText } from '../message/serializer.js';
import { newTag } from '../message/token.js';
import { stampedVia, type Via } from '../message/via.js';
import type { FlowTable } from './flow-table.js';
import type { Flow, Protocol, Receiver, Transport, WireObserver } from './transport.js';

const defaultPort = 5060;
const responseStart = 'SIP/2.0 ';

/** What sits above the transports. `flow` of a request is the way its answers go. */
export interface MessageReceiver {
  request(request: SipRequest, flow: Flow): void;
  response(response: SipResponse, flow: Flow): void;
}

/** Who is let in: the guard's side of it. */
export interface Admission {
  /** Before anything is parsed. */
  withinRate(source: string): boolean;
  admits(request: SipRequest, source: string): boolean;
  /** What a request that is not admitted is answered; undefined: nothing. */
  readonly refusal: number | undefined;
}

export interface InboundParts {
  flows: FlowTable;
  limits: MessageLimits;
  receiver: MessageReceiver;
  admission: Admission;
  observers: readonly WireObserver[];
  /** An error of ours over a message, which is dropped: no message may end the process and all calls with it. */
  failed(error: unknown): void;
}

export interface InboundCounters {
  /** No SIP, or nothing that may be answered. */
  ignored: number;
  /** Requests that are not well formed. */
  refused: number;
}

export class Inbound implements Receiver {
  readonly counters: InboundCounters = { ignored: 0, refused: 0 };
  readonly #transports = new Map<string, Transport>();
  constructor(private readonly parts: InboundParts) {}

  /** Transports that answers may have to leave from at another port than the one the request came from. */
  add(transport: Transport): void {
    this.#transports.set(localKey(transport.local), transport);
  }

  opened(flow: Flow): boolean {
    return this.parts.flows.add(flow);
  }

  closed(flow: Flow): void {
    this.parts.flows.remove(flow);
  }

  connection(protocol: Protocol, address: string, port: number, domain?: string): Flow | undefined {
    return this.parts.flows.ofAddress(protocol, address, port, domain);
  }

  sent(text: string, flow: Flow): void {
    for (const observer of this.parts.observers) observer.sent(text, flow);
  }

  received(text: string, flow: Flow, fault?: Problem): boolean {
    const { admission, limits, observers, receiver } = this.parts;
    if (text.length <= 4 && /^[\r\n\0]*$/.test(text)) {
      this.#keepAlive(text, flow);
      return true;
    }
    if (!text.startsWith(responseStart) && !admission.withinRate(flow.remoteAddress)) return true;
    for (const observer of observers) observer.received(text, flow);
    const message = text.length > limits.maxMessageBytes ? undefined : parseMessage(text, limits);
    if (message === undefined) {
      this.counters.ignored += 1;
      return false;
    }
    try {
      if (message instanceof SipRequest) {
        if (isAnswerable(message)) this.#request(message, flow, fault);
        else this.counters.ignored += 1;
      } else if (fault === undefined && isSaneResponse(message)) receiver.response(message, flow);
      else this.counters.ignored += 1;
    } catch (error) {
      this.parts.failed(error);
    }
    return true;
  }

  /** RFC 5626 section 4.4.1: a double line end on a connection is answered by a single one. */
  #keepAlive(text: string, flow: Flow): void {
    if (flow.connected && text === '\r\n\r\n') flow.send('\r\n');
  }

  #request(request: SipRequest, source: Flow, fault: Problem | undefined): void {
    const via = request.via as Via;
    const field = request.fields.find(({ id }) => id === 'via');
    if (field !== undefined)
      field.value = stampedVia(field.value, via, source.remoteAddress, source.remotePort);
    const flow = this.#answerFlow(via, source);
    const { admission, receiver } = this.parts;
    if (!admission.admits(request, source.remoteAddress)) {
      const { refusal } = admission;
      if (refusal !== undefined && request.method !== 'ACK')
        flow.send(responseText(request, { status: refusal, toTag: newTag() }));
      return;
    }
    const problem = fault ?? problemOf(request);
    if (problem === undefined) {
      receiver.request(request, flow);
      return;
    }
    this.counters.refused += 1;
    if (request.method === 'ACK') return;
    flow.send(responseText(request, { ...problem, toTag: newTag() }));
  }

  /** RFC 3261 section 18.2.2: without rport the answer goes to the port in the Via, at the address it came from. */
  #answerFlow(via: Via, source: Flow): Flow {
    const port = via.port ?? defaultPort;
    if (source.connected || via.rport || port === source.remotePort) return source;
    return this.#transports.get(localKey(source.local))?.flowTo(source.remoteAddress, port) ?? source;
  }
}

const localKey = (local: { protocol: string; address: string; port: number }): string =>
  `${local.protocol}/${local.address}/${local.port}`;
