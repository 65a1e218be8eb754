/** One peer and one application on a running SIP server, and what becomes of a message between them. */
import { defaultMessageLimits } from '../message/limits.js';
import { SipRequest, SipResponse } from '../message/message.js';
import { parseMessage } from '../message/parser.js';
import { newBranch, randomToken } from '../message/token.js';
import { messageOf, type Outcome, vectors } from '../torture/table.js';
import { type Peer, PeerCall, peerRequest, sdp } from './peer.js';
import type { RawApplication, RawFrame } from './raw-application.js';

const firstVia = /^(?:via|v)[ \t]*:(?:[^\r]|\r\n[ \t])*\r\n/im;

export const methodOf = (text: string): string => text.slice(0, text.indexOf(' '));

/** Every method of the messages, and those of a call. */
export const methods: readonly string[] = [
  ...new Set([
    ...['INVITE', 'OPTIONS', 'BYE'],
    ...vectors.map(({ name }) => methodOf(messageOf(name))).filter(method => !method.startsWith('SIP/')),
  ]),
];

/** The message as a peer sends it that wants its answers back where it is (RFC 3581), as all behind a NAT do. */
export function withRport(text: string): string {
  const via = firstVia.exec(text);
  if (via === null || /;\s*rport/.test(via[0])) return text;
  const at = via.index + via[0].search(/[;,]|\r\n(?![ \t])/);
  return `${text.slice(0, at)};rport${text.slice(at)}`;
}

export interface Seen {
  outcome: Outcome;
  /** What the application got. */
  frame?: RawFrame;
  /** The final response that the peer got. */
  response?: SipResponse;
}

export class Trial {
  constructor(
    readonly application: RawApplication,
    readonly peer: Peer,
    /** Host and port of the server. */
    private readonly server: string,
  ) {}

  /** Sends a message, and has one go through after it: what came until then is what became of it. */
  async observe(text: string): Promise<Seen> {
    const { application, peer } = this;
    peer.sendText(text);
    await this.probe();
    const frame = application.got.splice(0).find(({ fields }) => fields[1] === 'sip');
    const response = peer.got.splice(0).find(
      (message): message is SipResponse =>
        // A drachtio-server repeats its refusal of a message of before, which nobody has acknowledged.
        message instanceof SipResponse && message.status >= 200 && text.includes(message.callId),
    );
    return { outcome: frame === undefined ? (response?.status ?? 'ignored') : 'delivered', frame, response };
  }

  /** A request goes through and is answered. */
  async probe(): Promise<void> {
    const identity = {
      callId: randomToken(),
      from: `<sip:peer@example.com>;tag=${randomToken()}`,
      sequence: 1,
    };
    const uri = `sip:probe@${this.server}`;
    this.peer.sendText(peerRequest(this.peer, { method: 'OPTIONS', uri, to: `<${uri}>`, ...identity }));
    const { fields } = await this.application.sip(`OPTIONS ${uri}`);
    await this.answer(fields, '204 Probed');
    await this.peer.response(204, 'OPTIONS');
  }

  /** The application answers the request of a frame. */
  answer(fields: readonly string[], status: string, more = ''): Promise<string[]> {
    return this.application.ask(`sip|${fields[8]}||\r\nSIP/2.0 ${status}\r\n${more || '\r\n'}`);
  }

  /** The peer acknowledges the failure of an INVITE that it sent as text. */
  acknowledge(sent: string, response: SipResponse): void {
    const invite = parseMessage(sent, defaultMessageLimits);
    if (!(invite instanceof SipRequest)) throw new Error('no request');
    const lines = [
      `ACK ${invite.uri} SIP/2.0`,
      `Via: ${invite.first('via')}`,
      `From: ${invite.from}`,
      `To: ${response.to}`,
      `Call-ID: ${invite.callId}`,
      `CSeq: ${invite.cseq?.number} ACK`,
      'Content-Length: 0',
    ];
    this.peer.sendText(`${lines.join('\r\n')}\r\n\r\n`);
  }

  /** A call from beginning to end. */
  async call(): Promise<void> {
    const { application, peer } = this;
    const uri = `sip:call@${this.server}`;
    const call = new PeerCall(peer, uri);
    call.invite();
    const { fields } = await application.sip(`INVITE ${uri}`);
    await this.answer(fields, '200 OK', `Content-Type: application/sdp\r\n\r\n${sdp}`);
    call.ack(await peer.response(200, 'INVITE'));
    await application.sip('ACK');
    call.send('BYE');
    await this.answer((await application.sip('BYE')).fields, '200 OK');
    await peer.response(200, 'BYE');
    application.got.length = 0;
    peer.got.length = 0;
  }

  /** The application sends a request to the peer, which finds it. */
  async requested(method: string, contact: string): Promise<SipRequest> {
    const body = method === 'INVITE' ? `Content-Type: application/sdp\r\n\r\n${sdp}` : '\r\n';
    const [result] = await this.application.ask(`sip|||\r\n${method} ${contact} SIP/2.0\r\n${body}`);
    if (result !== 'OK') throw new Error(`the request was not sent: ${result}`);
    return this.peer.request(method);
  }
}

/** A response of the RFC as an answer to a request of ours: the fields that tie the two together are the request's. */
export function answering(
  text: string,
  request: SipRequest,
  contact: string,
  kept: readonly string[],
): string {
  const own: Record<string, string> = {
    via: request.first('via') ?? '',
    from: request.from,
    to: `${request.to};tag=${newBranch()}`,
    'call-id': request.callId,
    cseq: request.first('cseq') ?? '',
    contact: `<${contact}>`,
  };
  for (const name of kept) delete own[name];
  const head = text.indexOf('\r\n\r\n');
  const lines = text
    .slice(0, head)
    .split('\r\n')
    .map(line => {
      const name = line.slice(0, line.indexOf(':')).toLowerCase();
      const value = own[name];
      if (value === undefined) return line;
      delete own[name];
      return `${line.slice(0, name.length)}: ${value}`;
    });
  return lines.join('\r\n') + text.slice(head);
}

/** A message in its parts: before the top Via, that, and behind it. */
function parted(text: string): [string, string, string] {
  const via = firstVia.exec(text);
  if (via === null) return [text, '', ''];
  return [text.slice(0, via.index), via[0], text.slice(via.index + via[0].length)];
}

/** A Via field without what the server writes into it, and without the white space that it takes out. */
const bareVia = (field: string): string =>
  field
    .replace(/\s+/g, ' ')
    .replace(/ ?: ?/, ': ')
    .replace(/;(?:rport(?:=\d+)?|received=[^;,\s]*)(?=[;,\s]|$)/g, '')
    .trim();

/** What an application is to get of a message, and what it got, in a form that is equal when nothing was changed. */
export function comparable(sent: string, got: string): { sent: string[]; got: string[] } {
  const head = sent.indexOf('\r\n\r\n') + 4;
  const length = /^(?:content-length|l)[ \t]*:[ \t]*(\d+)/im.exec(sent.slice(0, head))?.[1];
  const whole =
    length !== undefined
      ? sent.slice(0, head + Number(length))
      : `${sent.slice(0, head - 2)}Content-Length: ${sent.length - head}\r\n\r\n${sent.slice(head)}`;
  const form = (text: string): string[] => {
    const [before, via, behind] = parted(text);
    return [before, bareVia(via), behind];
  };
  return { sent: form(whole), got: form(got) };
}
