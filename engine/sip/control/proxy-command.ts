/** The `proxy` message of an application: a request of the network goes on to others. */
import { parseTemplate } from '../message/template.js';
import type { ProxyCore } from '../proxy/proxy-core.js';
import { proxyResult } from './frames.js';

const maxTimeoutMs = 24 * 60 * 60 * 1_000;

/**
 * @param fields transaction id, remainInDialog, fullResponse, followRedirects, simultaneous or serial, provisional and
 * final timeout, destinations
 * @param respond called for each answer to the message, the last one `OK|done` or `NOK`
 * @returns what is wrong with the message; then nothing has been done
 */
export function runProxyCommand(
  proxy: ProxyCore,
  fields: readonly string[],
  text: string,
  respond: (result: string) => void,
): string | undefined {
  const [transactionId = '', remain, full, follow, mode, provisional = '', final = '', ...destinations] =
    fields;
  if (destinations.length === 0) return 'Invalid proxy request: not enough information provided';
  const wantsResponses = full === 'fullResponse';
  const refused = proxy.forward(
    {
      transactionId,
      destinations,
      recordRoute: remain === 'remainInDialog',
      recurse: follow === 'followRedirects',
      parallel: mode === 'simultaneous',
      provisionalMs: duration(provisional),
      finalMs: duration(final),
      fields: parseTemplate(text).fields,
    },
    {
      response: answer => {
        if (wantsResponses) respond(proxyResult(answer));
      },
      done: () => {
        if (wantsResponses) respond('OK|done');
      },
    },
  );
  if (refused !== undefined) respond(`NOK|${refused}`);
  else if (!wantsResponses) respond('OK|done');
  return undefined;
}

/** `500ms` or `2s` in milliseconds; undefined, as the real server takes it, for what is neither. */
export function duration(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s)$/.exec(text);
  if (match === null) return undefined;
  return Math.min(Number(match[1]) * (match[2] === 's' ? 1_000 : 1), maxTimeoutMs);
}
