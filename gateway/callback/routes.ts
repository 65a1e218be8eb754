import { finished } from 'node:stream';
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { preferredLocale } from '../errors.js';
import { IdParams, refusals } from '../schemas.js';
import type { Announcements, Sql } from '../store/index.js';
import { allowVisitorOrigins, bearerToken } from '../tenants/index.js';
import { browserCallRoutes } from './browser-call-routes.js';
import { type DialRouteOptions, dialRoutes } from './dial-routes.js';
import { streamCallback } from './event-stream.js';
import { laterRoutes } from './later-routes.js';
import { monitorRoutes } from './monitor-routes.js';
import { operatorRoutes } from './operator-routes.js';
import { CallbackRequests, type RequestOptions } from './requests.js';
import { Callback, Form, Rating, Receipt, Site } from './schemas.js';
import { StreamPlaces } from './stream-places.js';
import { CallbackTokens } from './token.js';
import { transferRoutes } from './transfer-routes.js';

export interface CallbackRouteOptions {
  sql: Sql;
  announcements: Announcements;
  /** Key of the visitors' tokens. */
  secret: string;
  /** Requests that one address may make in a minute. */
  requestsPerMinute: number;
  /** How browsers reach us: where a link to a callback leads. */
  publicUrl: string;
  /** What a visitor's browser is told of STUN and TURN servers, by a name of its own. */
  iceServers: RequestOptions['iceServers'];
  /** Where calls that agents begin are served. */
  dialling: Omit<DialRouteOptions, 'sql'>;
}

/** The visitor's side of the API. It is called from pages of other origins, and by nobody's cookie. */
export const callbackRoutes: FastifyPluginAsyncTypebox<CallbackRouteOptions> = async (app, options) => {
  const { sql, announcements, secret, requestsPerMinute, publicUrl, iceServers, dialling } = options;
  const tokens = new CallbackTokens(secret);
  const requests = new CallbackRequests({ sql, tokens, publicUrl, iceServers });
  const places = new StreamPlaces();
  const askLimit = { rateLimit: { max: requestsPerMinute, timeWindow: '1 minute' } };

  allowVisitorOrigins(app, sql, [
    '/sites/:siteKey',
    '/sites/:siteKey/slots',
    '/callbacks',
    '/callbacks/:id',
    '/callbacks/:id/calls',
    '/callbacks/:id/calls/:call',
    '/callbacks/:id/events',
    '/callbacks/:id/rating',
    '/callbacks/:id/slots',
    '/callbacks/:id/time',
  ]);

  app.get(
    '/sites/:siteKey',
    {
      schema: {
        tags: ['visitors'],
        summary: 'A site and its counters',
        params: Type.Object({ siteKey: Type.String({ maxLength: 64 }) }),
        querystring: Type.Object({ locale: Type.Optional(Type.String({ maxLength: 35 })) }),
        response: { 200: Site, ...refusals },
      },
    },
    async request => {
      const locale = request.query.locale ? preferredLocale(request.query.locale) : localeOf(request);
      return await requests.describeSite(request.params.siteKey, request.headers.origin, locale);
    },
  );

  await app.register(laterRoutes, { requests });
  await app.register(browserCallRoutes, { requests, askLimit });
  await app.register(operatorRoutes, { sql });
  await app.register(transferRoutes, { sql });
  await app.register(dialRoutes, { sql, ...dialling });
  await app.register(monitorRoutes, { sql });

  app.post(
    '/callbacks',
    {
      config: askLimit,
      schema: {
        tags: ['visitors'],
        summary: 'Ask for a callback',
        description:
          'Answered when the request is on disk. Asking again while it lives returns the same callback.',
        body: Form,
        response: { 201: Receipt, ...refusals },
      },
    },
    async (request, reply) => {
      const { origin } = request.headers;
      const callback = await requests.ask(request.body, {
        address: request.ip,
        origin,
        locale: localeOf(request),
      });
      return reply.status(201).send(callback);
    },
  );

  app.get(
    '/callbacks/:id',
    {
      schema: {
        tags: ['visitors'],
        summary: 'How it stands',
        params: IdParams,
        response: { 200: Callback, ...refusals },
      },
    },
    async request => await requests.look(request.params.id, bearerToken(request)),
  );

  app.delete(
    '/callbacks/:id',
    {
      schema: {
        tags: ['visitors'],
        summary: 'Take it back',
        description: 'At any moment: also while a phone rings, and while they talk.',
        params: IdParams,
        response: { 200: Callback, ...refusals },
      },
    },
    async request => await requests.cancel(request.params.id, bearerToken(request)),
  );

  app.put(
    '/callbacks/:id/rating',
    {
      config: askLimit,
      schema: {
        tags: ['visitors'],
        summary: 'What the visitor thought of the talk',
        description: 'For a day after it; said again, it replaces what was said before.',
        params: IdParams,
        body: Rating,
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      const { stars, comment } = request.body;
      await requests.rate(request.params.id, bearerToken(request), stars, comment);
      return reply.status(204).send(null);
    },
  );

  app.get(
    '/callbacks/:id/events',
    {
      schema: {
        tags: ['visitors'],
        summary: 'How it stands, live',
        description:
          'Server-sent events named `callback`, each with the whole callback; the stream ends after `done`.',
        params: IdParams,
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const token = bearerToken(request);
      const callback = await requests.follow(id, token);
      finished(reply.raw, places.take(id));
      return await streamCallback(reply, announcements, callback);
    },
  );
};

function localeOf(request: FastifyRequest) {
  return preferredLocale(request.headers['accept-language']);
}
