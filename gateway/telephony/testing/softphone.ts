/** A softphone over a WebSocket that does exactly what a test tells it, also what no good softphone would. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface Received {
  text: string;
  /** Of a response. */
  status: number;
  /** Of a request. */
  method: string;
  body: string;
  header(name: string): string;
  headers(name: string): string[];
}

export interface Login {
  username: string;
  password: string;
  domain: string;
}

interface RegisterOptions {
  expires?: number;
  contact?: string;
  /** Another address than the username's. */
  addressOfRecord?: string;
  callId?: string;
  cseq?: number;
  headers?: string[];
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const token = () => randomBytes(6).toString('hex');

function parse(text: string): Received {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [start = '', ...lines] = head.split('\r\n');
  const headers = (name: string) =>
    lines
      .filter(line => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
      .map(line => line.slice(name.length + 1).trim());
  return {
    text,
    status: Number(/^SIP\/2\.0 (\d{3})/.exec(start)?.[1] ?? 0),
    method: start.startsWith('SIP/') ? '' : (start.split(' ')[0] ?? ''),
    body: rest.join('\r\n\r\n'),
    headers,
    header: name => headers(name)[0] ?? '',
  };
}

export class Softphone {
  readonly #socket: WebSocket;
  readonly #unread: Received[] = [];
  readonly #waiting: { match: (message: Received) => boolean; resolve: (message: Received) => void }[] = [];
  readonly #host = `${token()}.invalid`;
  readonly #user = token();
  #callId = token();
  #cseq = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', data => {
      const message = parse(String(data));
      const index = this.#waiting.findIndex(({ match }) => match(message));
      if (index < 0) this.#unread.push(message);
      else this.#waiting.splice(index, 1)[0]!.resolve(message);
    });
  }

  static async open(port: number): Promise<Softphone> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, 'sip');
    await once(socket, 'open');
    return new Softphone(socket);
  }

  get contact(): string {
    return `sip:${this.#user}@${this.#host};transport=ws`;
  }

  /** Cuts the connection without a word. */
  drop(): void {
    this.#socket.terminate();
  }

  send(start: string, headers: string[], body = ''): void {
    const contentType = body ? ['Content-Type: application/sdp'] : [];
    const lines = [start, ...headers, ...contentType, `Content-Length: ${Buffer.byteLength(body)}`];
    this.#socket.send(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  /** The next message that fits, or one that came already. */
  receive(match: (message: Received) => boolean): Promise<Received> {
    const index = this.#unread.findIndex(match);
    if (index >= 0) return Promise.resolve(this.#unread.splice(index, 1)[0]!);
    return new Promise(resolve => this.#waiting.push({ match, resolve }));
  }

  request(method: string): Promise<Received> {
    return this.receive(message => message.method === method);
  }

  via(): string {
    return `Via: SIP/2.0/WS ${this.#host};branch=z9hG4bK${token()}`;
  }

  /** Sends a REGISTER, without credential or with one for the challenge given; returns the final response. */
  async sendRegister(login: Login, options: RegisterOptions = {}, challenge?: Received): Promise<Received> {
    const {
      expires = 120,
      addressOfRecord = `sip:${login.username}@${login.domain}`,
      headers = [],
    } = options;
    const { contact = `<${this.contact}>`, callId = this.#callId, cseq = this.#cseq++ } = options;
    const uri = `sip:${login.domain}`;
    this.send(`REGISTER ${uri} SIP/2.0`, [
      this.via(),
      'Max-Forwards: 70',
      `From: <${addressOfRecord}>;tag=${token()}`,
      `To: <${addressOfRecord}>`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} REGISTER`,
      ...(contact ? [`Contact: ${contact}`] : []),
      `Expires: ${expires}`,
      ...(challenge ? [authorization(login, challenge, uri)] : []),
      ...headers,
    ]);
    return await this.receive(({ status, header }) => status >= 200 && header('CSeq') === `${cseq} REGISTER`);
  }

  /** REGISTER, challenge, REGISTER with the credential: returns the last response. */
  async register(login: Login, options: RegisterOptions = {}): Promise<Received> {
    const challenge = await this.sendRegister(login, { ...options, cseq: options.cseq && options.cseq - 1 });
    if (challenge.status !== 401) return challenge;
    return await this.sendRegister(login, options, challenge);
  }

  /** Answers a request; the To tag is the same for every response. */
  respond(request: Received, status: number, phrase: string, body = ''): void {
    const to = request.header('To');
    this.send(
      `SIP/2.0 ${status} ${phrase}`,
      [
        ...request.headers('Via').map(via => `Via: ${via}`),
        ...request.headers('Record-Route').map(route => `Record-Route: ${route}`),
        `From: ${request.header('From')}`,
        `To: ${to}${to.includes(';tag=') || status === 100 ? '' : `;tag=${this.#user}`}`,
        `Call-ID: ${request.header('Call-ID')}`,
        `CSeq: ${request.header('CSeq')}`,
        `Contact: <${this.contact}>`,
      ],
      body,
    );
  }

  /** Sends a request inside the dialog that `invite` made. */
  requestWithin(
    invite: Received,
    method: string,
    cseq: number,
    body = '',
    more: readonly string[] = [],
  ): void {
    const target = /<([^>]+)>/.exec(invite.header('Contact'))?.[1] ?? '';
    this.send(
      `${method} ${target} SIP/2.0`,
      [
        this.via(),
        'Max-Forwards: 70',
        `From: ${invite.header('To')};tag=${this.#user}`,
        `To: ${invite.header('From')}`,
        `Call-ID: ${invite.header('Call-ID')}`,
        `CSeq: ${cseq} ${method}`,
        `Contact: <${this.contact}>`,
        ...more,
      ],
      body,
    );
  }
}

function authorization({ username, password }: Login, challenge: Received, uri: string): string {
  const header = challenge.header('WWW-Authenticate');
  const field = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(header)?.[1] ?? '';
  const cnonce = token();
  const ha1 = md5(`${username}:${field('realm')}:${password}`);
  const response = md5(`${ha1}:${field('nonce')}:00000001:${cnonce}:auth:${md5(`REGISTER:${uri}`)}`);
  return (
    `Authorization: Digest username="${username}", realm="${field('realm')}", nonce="${field('nonce')}", ` +
    `uri="${uri}", response="${response}", algorithm=MD5, cnonce="${cnonce}", qop=auth, nc=00000001`
  );
}
