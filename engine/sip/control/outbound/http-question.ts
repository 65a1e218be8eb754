/** Asks an HTTP request handler what is to be done with a request. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { SipRequest } from '../../message/message.js';
import { parseNameAddr } from '../../message/name-addr.js';
import { parseSipUri } from '../../message/uri.js';
import type { Clock } from '../../transaction/clock.js';
import type { Flow } from '../../transport/transport.js';

export interface HttpLimits {
  clock: Clock;
  connectMs: number;
  /** From the beginning to the end of the answer. */
  totalMs: number;
  /** Authorities that are trusted; undefined: those of Node. */
  authorities?: string[];
  signal: AbortSignal;
}

const maxAnswerBytes = 64 * 1024;

/** Of a binary string: byte by byte, whatever their encoding. */
const escaped = (text: string): string =>
  text.replace(
    /[^A-Za-z0-9\-._~]/g,
    byte => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );

const userOf = (value: string): string => parseSipUri(parseNameAddr(value)?.uri ?? '')?.user ?? '';

/** The fields in the order of drachtio-server, then every parameter of the Request-URI. */
export function query(request: SipRequest, flow: Flow | undefined): string {
  const uri = parseSipUri(request.uri);
  const fields: [string, string][] = [
    ['method', request.method],
    ['domain', uri?.host ?? ''],
    ['protocol', flow?.protocol ?? ''],
    ['source_address', flow?.remoteAddress ?? ''],
    ['fromUser', userOf(request.from)],
    ['toUser', userOf(request.to)],
    ['uriUser', uri?.user ?? ''],
    ['contentType', request.first('content-type')?.split(';')[0]?.trim() ?? ''],
    ['uri', request.uri],
  ];
  for (const parameter of (uri?.parameters ?? '').split(';').slice(1)) {
    const [name = '', value = ''] = parameter.split('=');
    fields.push([name, value]);
  }
  return fields.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&');
}

/**
 * Resolves with the body of a 200. Redirections are not followed: whoever answers is the one that was named.
 * @throws Error for any other answer, for none in time, and when it is longer than 64 KiB
 */
export function askByHttp(
  url: string,
  post: string | undefined,
  { clock, connectMs, totalMs, authorities, signal }: HttpLimits,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    const body = post === undefined ? undefined : Buffer.from(post, 'latin1');
    const headers =
      body === undefined
        ? {}
        : { 'Content-Type': 'text/plain; charset=UTF-8', 'Content-Length': body.length };
    // A connection of its own for each question: none is kept that may have been closed meanwhile.
    const options = {
      method: body === undefined ? 'GET' : 'POST',
      headers,
      ca: authorities,
      signal,
      agent: false,
    };
    const asked = send(url, options, response => {
      if (response.statusCode !== 200) {
        asked.destroy(new Error(`the request handler answered ${response.statusCode}`));
        return;
      }
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        answer += piece;
        if (answer.length > maxAnswerBytes) asked.destroy(new Error('the answer is too long'));
      });
      response.on('end', () => resolve(answer));
      response.on('error', reject);
    });
    const late = (what: string) => () => asked.destroy(new Error(`the request handler ${what} in time`));
    const timers = [
      clock.after(connectMs, late('could not be connected to')),
      clock.after(totalMs, late('did not answer')),
    ] as const;
    asked.on('socket', socket => {
      const event = send === requestHttps ? 'secureConnect' : 'connect';
      socket.once(event, () => clock.cancel(timers[0]));
    });
    asked.on('error', reject);
    asked.on('close', () => {
      for (const timer of timers) clock.cancel(timer);
      reject(new Error('the request handler closed the connection'));
    });
    asked.end(body);
  });
}
