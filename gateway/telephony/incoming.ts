import type { Logger } from 'pino';
import { dialledNumber } from './dialled-number.js';
import type { Trunk } from './dialplan/index.js';
import { type Inheritance, listHeader } from './inheritance.js';
import type { Middleware, RequestHandler, RoutedMethod, SipRequest, SipResponse, SrfClient } from './srf.js';
import { TokenBuckets } from './token-buckets.js';
import type { TrunkCallers } from './trunks/index.js';
import { userOf } from './uri.js';

const otherMethods: RoutedMethod[] = ['message', 'info', 'subscribe', 'publish'];
const allow = 'INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER';

/** Calls of a trunk that come faster than this are turned away, unless the trunk's entry says otherwise. */
const usualCallsPerSecond = 20;

export interface StrangerOptions {
  srf: SrfClient;
  callers: TrunkCallers;
  inheritance: Inheritance;
  /** Takes the calls of trunks. */
  take: (trunk: Trunk, request: SipRequest, response: SipResponse) => void;
  logger: Logger;
}

/** What we answer to whoever speaks to us without being asked. Nobody learns from it who exists. */
export function answerStrangers({ srf, callers, inheritance, take, logger }: StrangerOptions): void {
  const log = logger.child({ part: 'strangers' });
  // A flood must not fill the disk: a line per address and minute.
  const lines = new TokenBuckets(3, 1 / 60);
  const note = (source: string, method: string) => {
    if (lines.take(source)) log.warn({ source, method }, 'refused');
  };
  const turns = new Map<string, TokenBuckets>();
  const hasTurn = ({ key, tenantId, inboundPerSecond = usualCallsPerSecond }: Trunk) => {
    // A company may change what it says of its own.
    const name = tenantId === undefined ? key : `${key} ${inboundPerSecond}`;
    const own = turns.get(name) ?? new TokenBuckets(Math.max(1, 2 * inboundPerSecond), inboundPerSecond);
    turns.set(name, own);
    return own.take(name);
  };

  srf.use(answerLateDialogs);
  srf.invite(async (request, response) => {
    let gone = false;
    request.on('cancel', () => {
      gone = true;
    });
    const source = request.source_address;
    const trunk = await callers.trunkOf({
      user: userOf(request.uri),
      address: source,
      numberBy: trunk => dialledNumber(request, trunk),
    });
    // The SIP server has answered 487.
    if (gone) return;
    if (!trunk) {
      note(source, 'INVITE');
      response.send(403);
    } else if (hasTurn(trunk)) take(trunk, request, response);
    else {
      note(source, 'INVITE');
      response.send(503, { headers: { 'Retry-After': '10' } });
    }
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
