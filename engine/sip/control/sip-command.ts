/** The `sip` message of an application: a response, a CANCEL, a request inside a dialog or outside. */
import type { Application } from '../dialog/application.js';
import type { UserAgent } from '../dialog/user-agent.js';
import { isStatusLine, parseRequestLine, parseStatusLine, parseTemplate } from '../message/template.js';
import { refusal, requestResult, responseResult } from './frames.js';

export interface SipCommand {
  transactionId: string;
  dialogId: string;
  route: string;
  /** Start line, header fields and body. */
  text: string;
}

/** `refused`: the message itself is no such message, and the connection is to be closed. */
export type CommandResult = { result: string } | { refused: string };

/** How the server tells what is meant: in this order, as the protocol has it. */
export function runSipCommand(
  userAgent: UserAgent,
  application: Application,
  command: SipCommand,
): CommandResult {
  const template = parseTemplate(command.text);
  const { startLine } = template;
  if (isStatusLine(startLine)) {
    if (command.transactionId === '') return { refused: 'transaction id missing' };
    const line = parseStatusLine(startLine);
    if (line === undefined) return { refused: 'invalid status line' };
    return { result: responseResult(userAgent.respond(command.transactionId, line, template)) };
  }
  const line = parseRequestLine(startLine);
  if (line === undefined) return { result: refusal({ reason: `invalid request-uri: ${startLine}` }) };
  if (line.method === 'CANCEL') {
    return { result: requestResult(userAgent.cancel(command.transactionId, template)) };
  }
  const { dialogId, route } = command;
  return {
    result: requestResult(userAgent.request({ application, line, startLine, template, dialogId, route })),
  };
}
