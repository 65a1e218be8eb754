/** The part of drachtio-srf that is used here, typed: its own types leave out what the SIP server adds to a message. */
import type { EventEmitter } from 'node:events';
import Srf from 'drachtio-srf';

interface SipMessage {
  readonly body?: string;
  /** `network`, or `application` for a message that the SIP server made up itself: nobody else can write that. */
  readonly source: string;
  /** Empty for a response that the SIP server made up (no answer, transport gone). */
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly stackTxnId: string;
  readonly stackDialogId: string;
  get(header: string): string | undefined;
  has(header: string): boolean;
}

export interface SipRequest extends SipMessage {
  readonly method: string;
  readonly uri: string;
  cancel(options: { headers?: Record<string, string> }, callback: (error?: Error | null) => void): void;
  on(event: 'response', listener: (response: SipResponse, ack: () => void) => void): this;
  /** The caller gave up; the SIP server has answered 487 already. */
  on(event: 'cancel', listener: () => void): this;
}

export interface SipResponse extends SipMessage {
  readonly status: number;
  readonly reason: string;
  send(status: number, options?: ResponseOptions): void;
  send(status: number, reason: string, options?: ResponseOptions): void;
}

interface ResponseOptions {
  headers?: Record<string, string>;
  body?: string;
}

/** The error of a request that was answered with another status than 200. */
export interface SipStatusError extends Error {
  status: number;
  reason?: string;
  res?: SipResponse;
}

export interface SrfDialog extends EventEmitter {
  readonly id: string;
  readonly sip: { callId: string };
  readonly local: { sdp: string; readonly contact?: string };
  readonly remote: { sdp: string };
  readonly connected: boolean;
  destroy(): Promise<unknown>;
}

export interface RequestOptions {
  method: string;
  headers?: Record<string, string | undefined>;
  body?: string;
  /** For a peer that challenges (401, 407). */
  auth?: { username: string; password: string };
  stackTxnId?: string;
  stackDialogId?: string;
}

export interface CreateUacOptions {
  headers: Record<string, string>;
  localSdp: string;
  auth?: { username: string; password: string };
}

/** An INVITE without an offer: the answer brings one, and the ACK is ours to send. */
export interface LateOfferOptions {
  headers: Record<string, string>;
  noAck: true;
}

export interface CreateUasOptions {
  localSdp: string;
  headers?: Record<string, string>;
}

export interface SrfLateOffer {
  readonly sdp: string;
  ack(localSdp: string): Promise<SrfDialog>;
  /** ACK and BYE. */
  destroy(): Promise<void>;
}

export interface UacCallbacks {
  cbRequest(error: Error | null, request?: SipRequest): void;
  cbProvisional(response: SipResponse): void;
}

export type RequestHandler = (request: SipRequest, response: SipResponse) => void;
export type Middleware = (request: SipRequest, response: SipResponse, next: () => void) => void;

/** The methods that are routed to us when a handler is set. */
export type RoutedMethod =
  | 'register'
  | 'invite'
  | 'options'
  | 'message'
  | 'info'
  | 'notify'
  | 'subscribe'
  | 'publish';

export type SrfClient = EventEmitter & {
  connect(options: {
    host: string;
    port: number;
    secret: string;
    enablePing: boolean;
    reconnect: { maxAttempts: number };
  }): unknown;
  disconnect(): void;
  use(middleware: Middleware): unknown;
  /** The response may come in the same piece as the word that it was sent: listen in the callback, not after a promise. */
  request(
    uri: string,
    options: RequestOptions,
    callback: (error: Error | null, request?: SipRequest) => void,
  ): unknown;
  removeDialog(dialog: SrfDialog): void;
  /** As with `request`: the peer's BYE may come in the same piece as its answer. */
  createUAC(
    uri: string,
    options: CreateUacOptions,
    progress: UacCallbacks,
    callback: (error: Error | null, dialog?: SrfDialog) => void,
  ): unknown;
  createUAC(
    uri: string,
    options: LateOfferOptions,
    progress: Partial<UacCallbacks>,
    callback: (error: Error | null, offered?: SrfLateOffer) => void,
  ): unknown;
  /** The callback comes when the 200 is out, before its ACK. */
  createUAS(
    request: SipRequest,
    response: SipResponse,
    options: CreateUasOptions,
    callback: (error: Error | null, dialog?: SrfDialog) => void,
  ): unknown;
} & Record<RoutedMethod, (handler: RequestHandler) => unknown>;

export function createSrf(tags: string[]): SrfClient {
  return new Srf(tags) as unknown as SrfClient;
}
