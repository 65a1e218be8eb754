/** SIP peers for tests: they send what they are told and keep what they get until somebody asks for it. */
import { isUtf8 } from 'node:buffer';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { defaultMessageLimits } from '../message/limits.js';
import { SipRequest, SipResponse } from '../message/message.js';
import { parseMessage } from '../message/parser.js';
import { responseText } from '../message/serializer.js';
import { newBranch, randomToken } from '../message/token.js';
import { hostPort } from '../message/uri.js';
import type { ListenAddress } from '../options.js';

type Message = SipRequest | SipResponse;

/** A header field as [name, value]. */
export type Header = [string, string];

export const sdp = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 8',
  'a=sendrecv',
  '',
].join('\r\n');

export abstract class Peer {
  readonly got: Message[] = [];
  /** What came that is no SIP: keep-alives. */
  readonly other: string[] = [];
  #waiting: { wanted: (message: Message) => boolean; found: (message: Message) => void }[] = [];

  abstract readonly via: string;
  abstract readonly contact: string;
  abstract sendText(text: string): void;
  abstract close(): Promise<void>;

  protected take(text: string): void {
    const message = parseMessage(text, defaultMessageLimits);
    if (message === undefined) {
      this.other.push(text);
      return;
    }
    this.got.push(message);
    this.#match();
  }

  #match(): void {
    for (const waiter of [...this.#waiting]) {
      const index = this.got.findIndex(waiter.wanted);
      if (index < 0) continue;
      const [message] = this.got.splice(index, 1);
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.found(message as Message);
    }
  }

  #next(wanted: (message: Message) => boolean): Promise<Message> {
    const found = new Promise<Message>(resolve => {
      this.#waiting.push({ wanted, found: resolve });
    });
    this.#match();
    return found;
  }

  /** The next request of that method. */
  request(method: string): Promise<SipRequest> {
    return this.#next(
      message => message instanceof SipRequest && message.method === method,
    ) as Promise<SipRequest>;
  }

  /** The next response of that status, to a request of that method. */
  response(status: number, method: string): Promise<SipResponse> {
    return this.#next(
      message =>
        message instanceof SipResponse && message.status === status && message.cseq?.method === method,
    ) as Promise<SipResponse>;
  }

  /** The next response of that status, whatever it answers. */
  answer(status: number): Promise<SipResponse> {
    return this.#next(
      message => message instanceof SipResponse && message.status === status,
    ) as Promise<SipResponse>;
  }

  /** The final response to a request of its own within a dialog, whatever its status. */
  final(method: string, sequence: number): Promise<SipResponse> {
    return this.#next(
      message =>
        message instanceof SipResponse &&
        message.status >= 200 &&
        message.cseq?.method === method &&
        message.cseq.number === sequence,
    ) as Promise<SipResponse>;
  }

  /** Sends a response to a request it got. */
  respond(
    request: SipRequest,
    status: number,
    parts: { tag?: string; body?: string; headers?: Header[] } = {},
  ): void {
    const headers: Header[] = [...(parts.headers ?? [])];
    if (parts.body) headers.push(['Content-Type', 'application/sdp']);
    const fields = headers.map(([name, value]) => ({ id: name.toLowerCase(), name, value }));
    const contact = status > 100 && status < 300 ? `<${this.contact}>` : undefined;
    const recordRoute = status > 100 && status < 300;
    this.sendText(
      responseText(request, { status, toTag: parts.tag, contact, fields, body: parts.body, recordRoute }),
    );
  }
}

export class UdpPeer extends Peer {
  private constructor(
    private readonly socket: Socket,
    private readonly server: ListenAddress,
  ) {
    super();
    socket.on('message', data => this.take(data.toString('latin1')));
  }

  /**
   * @param port of its own; any free one by default
   * @param host its own address
   */
  static async open(server: ListenAddress, port = 0, host?: string): Promise<UdpPeer> {
    const six = server.host.includes(':');
    const socket = createSocket(six ? 'udp6' : 'udp4');
    socket.bind(port, host ?? (six ? '::1' : '127.0.0.1'));
    await once(socket, 'listening');
    return new UdpPeer(socket, server);
  }

  get port(): number {
    return this.socket.address().port;
  }

  get via(): string {
    return `SIP/2.0/UDP ${hostPort(this.socket.address().address, this.port)}`;
  }

  get contact(): string {
    return `sip:peer@${hostPort(this.socket.address().address, this.port)}`;
  }

  sendText(text: string): void {
    this.socket.send(Buffer.from(text, 'latin1'), this.server.port, this.server.host);
  }

  async close(): Promise<void> {
    this.socket.close();
    await once(this.socket, 'close');
  }
}

export class WsPeer extends Peer {
  readonly host = `${randomToken(6)}.invalid`;
  readonly user = randomToken(4);
  private constructor(
    readonly socket: WebSocket,
    private readonly protocol: 'ws' | 'wss',
  ) {
    super();
    socket.on('message', data => this.take((data as Buffer).toString('latin1')));
  }

  /** @param authority whom it trusts: then it is wss */
  static async open({ host, port }: ListenAddress, authority?: string): Promise<WsPeer> {
    const protocol = authority === undefined ? 'ws' : 'wss';
    const trust = { ca: authority, servername: 'localhost' };
    const socket = new WebSocket(`${protocol}://${hostPort(host, port)}`, 'sip', trust);
    await once(socket, 'open');
    return new WsPeer(socket, protocol);
  }

  get open(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  get via(): string {
    return `SIP/2.0/${this.protocol.toUpperCase()} ${this.host}`;
  }

  get contact(): string {
    return `sip:${this.user}@${this.host};transport=ws`;
  }

  sendText(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    // RFC 7118 section 4.2: what is not UTF-8 goes in a binary message.
    this.socket.send(bytes, { binary: !isUtf8(bytes) });
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }
}

export interface PeerRequest {
  method: string;
  uri: string;
  callId: string;
  from: string;
  to: string;
  sequence: number;
  branch?: string;
  headers?: Header[];
  body?: string;
}

/** The text of a request of a peer. */
export function peerRequest(peer: Peer, request: PeerRequest): string {
  const { method, uri, callId, from, to, sequence, branch = newBranch(), headers = [], body = '' } = request;
  const lines = [
    `${method} ${uri} SIP/2.0`,
    `Via: ${peer.via};branch=${branch}`,
    'Max-Forwards: 70',
    `From: ${from}`,
    `To: ${to}`,
    `Call-ID: ${callId}`,
    `CSeq: ${sequence} ${method}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${Buffer.byteLength(body, 'latin1')}`,
    '',
    body,
  ];
  return lines.join('\r\n');
}

/** A call that a peer makes: the dialog as the peer sees it. */
export class PeerCall {
  readonly callId = randomToken(8);
  readonly from: string;
  to: string;
  target: string;
  sequence = 1;
  readonly branch = newBranch();
  constructor(
    readonly peer: Peer,
    readonly uri: string,
  ) {
    this.from = `<sip:peer@example.com>;tag=${randomToken(4)}`;
    this.to = `<${uri}>`;
    this.target = uri;
  }

  invite(headers: Header[] = [], body = sdp): string {
    const text = this.text('INVITE', { headers: [['Contact', `<${this.peer.contact}>`], ...headers], body });
    this.peer.sendText(text);
    return text;
  }

  /** The peer takes the tag and the target of a 2xx. */
  answered(response: SipResponse): void {
    this.to = response.to;
    this.target = /<([^>]*)>/.exec(response.first('contact') ?? '')?.[1] ?? this.target;
  }

  ack(response: SipResponse, branch = newBranch()): void {
    this.answered(response);
    this.peer.sendText(this.text('ACK', { sequence: response.cseq?.number, branch }));
  }

  /** The ACK of a failure: with the branch of the INVITE. */
  ackFailure(response: SipResponse): void {
    this.to = response.to;
    this.peer.sendText(this.text('ACK', { sequence: response.cseq?.number, branch: this.branch }));
  }

  send(method: string, parts: Partial<PeerRequest> = {}): void {
    this.sequence += 1;
    this.peer.sendText(this.text(method, parts));
  }

  cancel(): void {
    this.peer.sendText(this.text('CANCEL', { branch: this.branch }));
  }

  text(method: string, parts: Partial<PeerRequest> = {}): string {
    const { callId, from, to, target, sequence } = this;
    const branch = method === 'INVITE' && sequence === 1 ? this.branch : newBranch();
    return peerRequest(this.peer, { method, uri: target, callId, from, to, sequence, branch, ...parts });
  }
}
