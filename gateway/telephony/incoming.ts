import type { Logger } from 'pino';
import type { Dialplan } from './dialplan/index.js';
import { type Inheritance, listHeader } from './inheritance.js';
import type { Middleware, RequestHandler, RoutedMethod, SrfClient } from './srf.js';
import { TokenBuckets } from './token-buckets.js';

const otherMethods: RoutedMethod[] = ['message', 'info', 'subscribe', 'publish'];
const allow = 'INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER';

/** What we answer to whoever speaks to us without being asked. Nobody learns from it who exists. */
export function answerStrangers(
  srf: SrfClient,
  dialplan: Dialplan,
  inheritance: Inheritance,
  logger: Logger,
): void {
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
  const decline: RequestHandler = (request, response) => {
    note(request.source_address, request.method);
    response.send(405, { headers: { Allow: allow } });
  };
  for (const method of otherMethods) srf[method](decline);
  srf.notify((request, response) => {
    if (!request.has(listHeader)) return decline(request, response);
    // srf tells of its login a turn of the loop later, and only then is it known which server this is: a drachtio-server
    // passes that header on from anybody.
    setImmediate(() => {
      if (inheritance.possible) inheritance.hear(request, response);
      else decline(request, response);
    });
  });
}

/** Requests inside a dialog that is not ours any more, or of an earlier run. */
const answerLateDialogs: Middleware = (request, response, next) => {
  if (!request.stackDialogId || request.method === 'ACK') return next();
  response.send(request.method === 'BYE' ? 200 : 481);
};
