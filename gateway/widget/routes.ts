import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { listCounters } from '../callback/index.js';
import { ApiError, type Locale, preferredLocale } from '../errors.js';
import { IdParams, NullableString, refusals, Timestamp } from '../schemas.js';
import type { Sql } from '../store/index.js';
import {
  allowVisitorOrigins,
  caller,
  requireRole,
  requireSession,
  siteFor,
  WidgetSettings,
} from '../tenants/index.js';
import { countGreeting, greetingRecords } from './greetings.js';
import { lookOf } from './look.js';
import { ratingRecord } from './ratings.js';

export interface WidgetRouteOptions {
  sql: Sql;
}

/** Greetings that one address may be shown, or take, in a minute. */
const greetingsPerMinute = 30;

/** So long a page may use a look that it has read before, seconds. */
const lookFreshSeconds = 60;

const SiteParams = Type.Object({ siteKey: Type.String({ minLength: 1, maxLength: 64 }) });
const { text: _, ...greetingFields } = WidgetSettings.properties.greetings.items.properties;
const Look = Type.Object({
  accent: NullableString,
  position: Type.Union([Type.Literal('start'), Type.Literal('end')]),
  shown: Type.Boolean({ description: 'Whether there is a button at all.' }),
  browserCalls: Type.Boolean(),
  button: NullableString,
  title: NullableString,
  intro: NullableString,
  greetings: Type.Array(Type.Object({ ...greetingFields, text: Type.String() })),
});

/** The widget's look and its greetings. Asked from pages of other origins, and by nobody's cookie. */
export const widgetRoutes: FastifyPluginAsyncTypebox<WidgetRouteOptions> = async (app, { sql }) => {
  await app.register(visitorRoutes, { sql });
  await app.register(recordRoutes, { sql });
};

const visitorRoutes: FastifyPluginAsyncTypebox<WidgetRouteOptions> = async (app, { sql }) => {
  allowVisitorOrigins(app, sql, ['/sites/:siteKey/widget', '/sites/:siteKey/greetings/:key']);

  /** Whether some counter takes requests, for now or for later. */
  async function takesRequests(tenantId: string, locale: Locale): Promise<boolean> {
    return (await listCounters(sql, tenantId, locale)).some(({ open, later }) => open || later);
  }

  app.get(
    '/sites/:siteKey/widget',
    {
      schema: {
        tags: ['visitors'],
        summary: "How the site's widget looks, and when it greets",
        params: SiteParams,
        querystring: Type.Object({ locale: Type.Optional(Type.String({ maxLength: 35 })) }),
        response: { 200: Look, ...refusals },
      },
    },
    async (request, reply) => {
      const { params, query, headers } = request;
      const locale = preferredLocale(query.locale ?? headers['accept-language']);
      const spoken = query.locale === undefined || query.locale.toLowerCase().split('-')[0] === locale;
      const site = await siteFor(sql, params.siteKey, headers.origin);
      // Asked for by every page of the site: who never hides the button need not know the hours.
      const shown = !site.widget.hideWhenClosed || (await takesRequests(site.tenantId, locale));
      reply.header('cache-control', `public, max-age=${lookFreshSeconds}`);
      return lookOf(site, { locale, spoken, shown });
    },
  );

  app.post(
    '/sites/:siteKey/greetings/:key',
    {
      config: { rateLimit: { max: greetingsPerMinute, timeWindow: '1 minute' } },
      schema: {
        tags: ['visitors'],
        summary: 'Whether a greeting may be shown; that it was taken',
        description:
          'Before it shows a greeting the widget asks with `shown`: it is let, and the greeting counted, only while an agent of its counter is free. A visitor who opens the panel by it is told with `accepted`.',
        params: Type.Object({ ...SiteParams.properties, key: Type.String({ maxLength: 40 }) }),
        body: Type.Object(
          { what: Type.Union([Type.Literal('shown'), Type.Literal('accepted')]) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ show: Type.Boolean() }), ...refusals },
      },
    },
    async ({ params, body, headers }) => {
      const site = await siteFor(sql, params.siteKey, headers.origin);
      const greeting = site.widget.greetings?.find(({ key }) => key === params.key);
      if (!greeting) throw new ApiError('not_found');
      if (body.what === 'shown') {
        const counters = await listCounters(sql, site.tenantId, 'en');
        const counter = counters.find(({ key }) => key === greeting.queue);
        if (!counter?.open || counter.estimatedWaitSeconds !== 0) return { show: false };
      }
      await countGreeting(sql, { tenantId: site.tenantId, siteId: site.id }, greeting.key, body.what);
      return { show: true };
    },
  );
};

const Period = Type.Object({ days: Type.Integer({ minimum: 1, maximum: 366, default: 30 }) });

const recordRoutes: FastifyPluginAsyncTypebox<WidgetRouteOptions> = async (app, { sql }) => {
  app.addHook('onRequest', requireSession(sql));
  app.addHook('onRequest', requireRole('admin', 'supervisor'));
  app.get(
    '/admin/sites/:id/greetings',
    {
      schema: {
        tags: ['administration'],
        summary: 'How often greetings were shown, taken, and led to a request',
        params: IdParams,
        querystring: Period,
        response: {
          200: Type.Object({
            greetings: Type.Array(
              Type.Object({
                key: Type.String(),
                shown: Type.Integer(),
                accepted: Type.Integer({ description: 'Visitors who opened the panel by it.' }),
                converted: Type.Integer({ description: 'Requests that came of it.' }),
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async request => {
      const { tenantId } = caller(request);
      const { days } = request.query;
      return { greetings: await greetingRecords(sql, { tenantId, siteId: request.params.id }, days) };
    },
  );

  app.get(
    '/admin/sites/:id/ratings',
    {
      schema: {
        tags: ['administration'],
        summary: 'How customers rated their calls, and what they said',
        params: IdParams,
        querystring: Period,
        response: {
          200: Type.Object({
            count: Type.Integer(),
            average: Type.Union([Type.Number(), Type.Null()]),
            stars: Type.Array(Type.Integer(), { description: 'How many gave one star, two, … five.' }),
            comments: Type.Array(
              Type.Object({
                interactionId: Type.String(),
                stars: Type.Integer(),
                comment: Type.String(),
                ratedAt: Timestamp,
                queue: Type.String({ description: 'Its key.' }),
                agent: NullableString,
              }),
              { description: 'The newest 50.' },
            ),
          }),
          ...refusals,
        },
      },
    },
    async request => {
      const { tenantId } = caller(request);
      return await ratingRecord(sql, { tenantId, siteId: request.params.id }, request.query.days);
    },
  );
};
