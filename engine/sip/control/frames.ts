/** The payloads that the server sends (field by field as drachtio-srf reads them). */

import type { Delivery, Outcome } from '../dialog/application.js';
import type { Answer } from '../dialog/client/answer.js';
import { newUuid } from '../message/token.js';
import type { Flow } from '../transport/transport.js';

/** The second that was written last: most frames are of the same one. */
const written = { second: 0, text: '00:00:00' };

/** UTC as HH:MM:SS.uuuuuu. */
function timeOfDay(): string {
  const micros = Math.floor((performance.timeOrigin + performance.now()) * 1_000);
  const second = Math.floor(micros / 1_000_000);
  if (second !== written.second) {
    written.second = second;
    written.text = new Date(second * 1_000).toISOString().slice(11, 19);
  }
  return `${written.text}.${String(micros % 1_000_000).padStart(6, '0')}`;
}

/** The answer to an application's message. */
export const responseFrame = (messageId: string, result: string): string =>
  `${newUuid()}|response|${messageId}|${result}`;

/** A SIP message for the application. */
export function sipFrame(delivery: Delivery): string {
  const { source, size, flow, transactionId, dialogId, text } = delivery;
  const peer =
    flow === undefined ? 'unknown||0' : `${flow.protocol}|${flow.remoteAddress}|${flow.remotePort}`;
  const head = `${newUuid()}|sip|${source}|${size}|${peer}|${timeOfDay()}|${transactionId}|${dialogId}|`;
  const received =
    delivery.fresh === true && flow !== undefined ? `${flow.local.address}|${flow.local.port}|` : '';
  return `${head}${received}\r\n${text}`;
}

export type CallEvent = 'cdr:attempt' | 'cdr:start' | 'cdr:stop';

/** What became of a call; `detail` is the role at its start, the reason at its stop. */
export const cdrFrame = (event: CallEvent, source: string, text: string, detail?: string): string =>
  `${newUuid()}|${event}|${source}|${timeOfDay()}${detail === undefined ? '' : `|${detail}`}\r\n${text}`;

/** A refusal on one line: what it quotes may be anything, and `|` and line ends have a meaning here. */
export const refusal = ({ reason }: { reason: string }): string => `NOK|${reason.replace(/[|\r\n]/g, ' ')}`;

/** The result of a request that the application sent: with the address it leaves from. */
export function requestResult(outcome: Outcome): string {
  if (!outcome.ok) return refusal(outcome);
  const { flow, text, transactionId } = outcome;
  const local =
    flow === undefined ? 'unknown||0' : `${flow.protocol}|${flow.local.address}|${flow.local.port}`;
  const size = flow === undefined ? 0 : text.length;
  return `OK|application|${size}|${local}|${timeOfDay()}|${transactionId}|Msg sent:|\r\n${text}`;
}

/** The result of a response that the application sent: with the address it goes to, and the dialog it belongs to. */
export function responseResult(outcome: Outcome): string {
  if (!outcome.ok) return refusal(outcome);
  const { flow, text, transactionId, dialogId } = outcome;
  const remote = peerOf(flow);
  return `OK|application|${text.length}|${remote}|${timeOfDay()}|${transactionId}|${dialogId}||Msg sent:|\r\n${text}`;
}

/** A final response of a target of a proxied request; more is to come. */
export function proxyResult({ size, flow, text }: Answer): string {
  return `OK|network|${size}|${peerOf(flow)}|${timeOfDay()}|||continue\r\n${text()}`;
}

const peerOf = (flow: Flow | undefined): string =>
  flow === undefined ? '||0' : `${flow.protocol}|${flow.remoteAddress}|${flow.remotePort}`;
