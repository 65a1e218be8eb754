import type { Logger } from 'pino';
import type { Dialplan } from './dialplan/index.js';
import type { Middleware, RoutedMethod, SrfClient } from './srf.js';
import { TokenBuckets } from './token-buckets.js';

const otherMethods: RoutedMethod[] = ['message', 'info', 'notify', 'subscribe', 'publish'];

/** What we answer to whoever speaks to us without being asked. Nobody learns from it who exists. */
export function answerStrangers(srf: SrfClient, dialplan: Dialplan, logger: Logger): void {
  const log = logger.child({ part: 'strangers' });
  // A flood must not fill the disk: a line per address and minute.
  const lines = new TokenBuckets(3, 1 / 60);
  const note = (source: string, method: string) => {
    if (lines.take(source)) log.warn({ source, method }, 'refused');
  };

  srf.use(answerLateDialogs);
  srf.invite((request, response) => {
    const source = request.source_address;
    if (dialplan.isTrunk(source)) {
      log.info({ source }, 'inbound call refused: nobody takes inbound calls');
      response.send(480);
      return;
    }
    note(source, 'INVITE');
    response.send(403);
  });
  srf.options((_request, response) => response.send(200));
  for (const method of otherMethods) {
    srf[method]((request, response) => {
      note(request.source_address, request.method);
      response.send(405, { headers: { Allow: 'INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER' } });
    });
  }
}

/** Requests inside a dialog that is not ours any more, or of an earlier run. */
const answerLateDialogs: Middleware = (request, response, next) => {
  if (!request.stackDialogId || request.method === 'ACK') return next();
  response.send(request.method === 'BYE' ? 200 : 481);
};
