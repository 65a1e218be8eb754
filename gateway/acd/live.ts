import '@fastify/swagger';
import { Type } from '@fastify/type-provider-typebox';
import '@fastify/websocket';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { preferredLocale } from '../errors.js';
import { Latest } from '../latest.js';
import { untilTaken } from '../store/index.js';
import { type Session, sessionOf, sessionOfToken } from '../tenants/index.js';
import { viewAgent } from './agents.js';
import { countWaiting, currentInteraction, listInteractions, type Viewer } from './interactions.js';
import type { AcdRouteOptions } from './routes.js';

/** How long a socket may stay without saying who it is, milliseconds. */
const authenticationTimeMs = 5_000;

/** A desktop that does not answer two pings in a row is gone. */
const pingIntervalMs = 5_000;

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
      if (socket.readyState === socket.OPEN) follow(socket, request, session, options);
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

function follow(
  socket: WebSocket,
  request: FastifyRequest,
  session: Session,
  options: AcdRouteOptions,
): void {
  const { sql, announcements, presence } = options;
  const { tenantId, user } = session;
  const { locale } = request.query as { locale?: string };
  const viewer: Viewer = {
    tenantId,
    userId: user.id,
    role: user.role,
    // A browser cannot set a header on a WebSocket: the language of the page comes as a query parameter.
    locale: preferredLocale(locale, user.locale),
  };
  const leave = presence.arrive(viewer);
  async function snapshot() {
    const [me, current, waiting, recent] = await Promise.all([
      viewAgent(sql, tenantId, user.id),
      currentInteraction(sql, viewer),
      countWaiting(sql, viewer),
      listInteractions(sql, viewer, { limit: 20 }),
    ]);
    return { me, current, waiting, recent };
  }

  const snapshots = new Latest(
    async () => {
      const desk = await snapshot();
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > bufferLimit) socket.close(closeCodes.tooSlow, 'reads too slowly');
      else socket.send(JSON.stringify({ type: 'desk', desk }));
    },
    error => {
      request.log.error({ err: error }, 'live snapshot failed');
      socket.close(closeCodes.failed, 'snapshot failed');
    },
  );
  const refresh = () => snapshots.request();

  const endings = [
    announcements.onEvent(event => {
      if (event.tenantId !== tenantId) return;
      if (event.type === 'session_closed' && event.userId === user.id) void confirmSession();
      // What concerns no particular agent concerns the count of those waiting.
      else if (event.userId === user.id || event.userId === null || event.type === 'offered') refresh();
    }),
    announcements.onGap(() => {
      refresh();
      void confirmSession();
    }),
    leave,
    keepAlive(socket),
  ];
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
  socket.once('close', () => {
    for (const end of endings) end();
  });
  refresh();
}

/** WebSocket pings (RFC 6455 5.5.2): a desktop that vanished without a word is noticed within two of them. */
function keepAlive(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, pingIntervalMs);
  return () => clearInterval(timer);
}
