import '@fastify/swagger';
import { Type } from '@fastify/type-provider-typebox';
import '@fastify/websocket';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { storeBrowserLine } from '../calls/index.js';
import { preferredLocale } from '../errors.js';
import { type Announcements, untilTaken } from '../store/index.js';
import { type Session, sessionOf, sessionOfToken } from '../tenants/index.js';
import { parseDesktopMessage } from './desktop-messages.js';
import type { Viewer } from './interactions.js';
import { LiveDesk } from './live-desk.js';
import type { PresentDesktop } from './presence.js';
import type { AcdRouteOptions } from './routes.js';
import { proveAgent, unprovenOffers } from './transitions/index.js';

/** How long a socket may stay without saying who it is, milliseconds. */
const authenticationTimeMs = 5_000;

/** A desktop that does not answer two pings in a row is gone. */
const pingIntervalMs = 5_000;

/** A supervisor's page is told so often at most that it is behind, milliseconds. */
const floorMs = 500;

/** A page that has left so many heartbeats unanswered is silent. */
const heartbeatsMissed = 2;

/** Something is offered to an agent: his desktop is asked whether he is there. */
const offering: ReadonlySet<string> = new Set(['offered', 'transferred', 'recalled']);

const closeCodes = { unauthorized: 4401, tooSlow: 4408, failed: 1011 } as const;

/** A socket that has this much unsent is not reading; snapshots would only pile up. */
const bufferLimit = 1_000_000;

/**
 * The desktop's live socket. It sends whole snapshots of what the agent works with, one at once and one after every
 * change: nothing is ever missed or applied twice, and a reconnect needs no history.
 */
export const liveRoute: FastifyPluginAsync<AcdRouteOptions> = async (app, options) => {
  app.get(
    '/live',
    {
      websocket: true,
      schema: {
        hide: true,
        querystring: Type.Object({ locale: Type.Optional(Type.String({ maxLength: 35 })) }),
      },
    },
    async (socket, request) => {
      socket.on('error', error => request.log.info({ err: error }, 'live socket failed'));
      const session = await authenticate(socket, request, options);
      if (!session) return socket.close(closeCodes.unauthorized, 'not signed in');
      try {
        if (socket.readyState === socket.OPEN) await follow(socket, request, session, options);
      } catch (error) {
        request.log.error({ err: error }, 'desktop not followed');
        socket.close(closeCodes.failed, 'not followed');
      }
    },
  );
};

/** By the cookie of the upgrade, or by a first message `{"type":"authenticate","token":…}`: never by the URL. */
async function authenticate(
  socket: WebSocket,
  request: FastifyRequest,
  { sql, origins }: AcdRouteOptions,
): Promise<Session | undefined> {
  const { origin } = request.headers;
  // A page of another site would have the cookie sent along, too: only our own desktop may use it.
  const byCookie =
    origin === undefined || origins.includes(origin) ? await sessionOf(sql, request) : undefined;
  if (byCookie) return byCookie;
  const message = await new Promise<string | undefined>(resolve => {
    const timer = setTimeout(() => resolve(undefined), authenticationTimeMs);
    socket.once('message', data => {
      clearTimeout(timer);
      resolve(String(data));
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
  const token = parseToken(message);
  return token ? await sessionOfToken(sql, token) : undefined;
}

function parseToken(message: string | undefined): string | undefined {
  try {
    const parsed: unknown = JSON.parse(message ?? '');
    if (typeof parsed === 'object' && parsed !== null && 'type' in parsed && 'token' in parsed)
      return parsed.type === 'authenticate' && typeof parsed.token === 'string' ? parsed.token : undefined;
    return undefined;
  } catch {
    return undefined;
  }
}

async function follow(
  socket: WebSocket,
  request: FastifyRequest,
  session: Session,
  options: AcdRouteOptions,
): Promise<void> {
  const { sql, announcements, presence, waitingCounts } = options;
  const { tenantId, user } = session;
  const { locale } = request.query as { locale?: string };
  const viewer: Viewer = {
    tenantId,
    userId: user.id,
    role: user.role,
    // A browser cannot set a header on a WebSocket: the language of the page comes as a query parameter.
    locale: preferredLocale(locale, user.locale),
  };
  const supervises = viewer.role !== 'agent';
  const desktop = await presence.arrive(viewer);
  const desk = new LiveDesk({
    sql,
    viewer,
    waitingCounts,
    send: snapshot => send({ type: 'desk', desk: snapshot }),
  });
  const send = (message: unknown) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > bufferLimit) socket.close(closeCodes.tooSlow, 'reads too slowly');
    else socket.send(JSON.stringify(message));
  };
  const probe = (offer: string | null) => send({ type: 'probe', offer });
  desk.onError(error => {
    request.log.error({ err: error }, 'live snapshot failed');
    socket.close(closeCodes.failed, 'snapshot failed');
  });

  const endings = [
    announcements.onEvent(event => {
      if (event.tenantId !== tenantId) return;
      if (event.type.startsWith('voicemail_')) send({ type: 'voicemails' });
      const mine = event.userId === user.id;
      if (event.type === 'session_closed' && mine) void confirmSession();
      else if (mine || desk.concerns(event.interactionId) || (supervises && event.type === 'party_asked')) {
        if (mine && offering.has(event.type)) probe(event.interactionId);
        desk.refresh();
      }
    }),
    waitingCounts.onChange(tenantId, () => desk.recount()),
    supervises ? tellFloor(announcements, tenantId, () => send({ type: 'floor' })) : () => undefined,
    announcements.onGap(() => {
      desk.refresh();
      void confirmSession();
    }),
    () => desktop.left(),
    keepAlive(socket, desktop, () => send({ type: 'heartbeat' })),
  ];
  socket.on('message', data => {
    const message = parseDesktopMessage(String(data));
    if (!message) return;
    desktop.answered(message.visible);
    if (message.type === 'present')
      proveAgent(sql, { id: message.offer, tenantId }, { by: user.id, visible: message.visible }).catch(
        error => request.log.error({ err: error }, 'presence for an offer not stored'),
      );
    if (message.type === 'line')
      storeBrowserLine(
        options.records,
        { tenantId, userId: user.id, interactionId: message.interaction },
        message.line,
      ).catch(error => request.log.warn({ err: error }, "a browser's figures of its line not stored"));
  });
  async function confirmSession(): Promise<void> {
    try {
      const [row] = await untilTaken(
        () =>
          sql`select from sessions where tenant_id = ${tenantId} and id = ${session.id} and expires_at > now()`,
      );
      if (row) return;
    } catch (error) {
      request.log.error({ err: error }, 'live session not confirmed');
      return socket.close(closeCodes.failed, 'session not confirmed');
    }
    socket.send(JSON.stringify({ type: 'logged_out' }));
    socket.close(closeCodes.unauthorized, 'signed out');
  }
  const end = () => {
    for (const ending of endings.splice(0)) ending();
  };
  socket.once('close', end);
  // It may have gone while its desktop was stored.
  if (socket.readyState !== socket.OPEN) return end();
  desk.refresh();
  // What was offered before this desktop could be asked is announced to nobody a second time.
  for (const offer of await unprovenOffers(sql, viewer)) probe(offer);
}

/** Says that agents or interactions are no longer as they were: at once, and then so often at most. */
function tellFloor(announcements: Announcements, tenantId: string, tell: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  const say = () => {
    tell();
    again = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (again) say();
    }, floorMs);
  };
  const off = announcements.onEvent(event => {
    if (event.tenantId !== tenantId) return;
    if (timer) again = true;
    else say();
  });
  return () => {
    off();
    clearTimeout(timer);
  };
}

/**
 * WebSocket pings (RFC 6455 5.5.2): a desktop that vanished without a word is noticed within two of them. The browser
 * answers those by itself, also for a page that is frozen: so the page is asked, too, and one that leaves two
 * heartbeats unanswered is silent.
 */
function keepAlive(socket: WebSocket, desktop: PresentDesktop, ask: () => void): () => void {
  let answered = true;
  let unanswered = 0;
  socket.on('pong', () => {
    answered = true;
  });
  socket.on('message', () => {
    unanswered = 0;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
    if (unanswered === heartbeatsMissed) desktop.silent();
    unanswered += 1;
    ask();
  }, pingIntervalMs);
  return () => clearInterval(timer);
}
