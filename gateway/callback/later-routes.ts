import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { IdParams, refusals } from '../schemas.js';
import { bearerToken } from '../tenants/index.js';
import type { CallbackRequests } from './requests.js';
import { Callback, NewTime, Slots } from './schemas.js';

/** A callback at a chosen time: which there are, and choosing another. */
export const laterRoutes: FastifyPluginAsyncTypebox<{ requests: CallbackRequests }> = async (
  app,
  { requests },
) => {
  app.get(
    '/sites/:siteKey/slots',
    {
      schema: {
        tags: ['visitors'],
        summary: 'The times that can be chosen at a counter',
        params: Type.Object({ siteKey: Type.String({ maxLength: 64 }) }),
        querystring: Type.Object({ queue: Type.String({ minLength: 1, maxLength: 40 }) }),
        response: { 200: Slots, ...refusals },
      },
    },
    async ({ params, query, headers }) => ({
      slots: await requests.slots(params.siteKey, headers.origin, query.queue),
    }),
  );

  app.get(
    '/callbacks/:id/slots',
    {
      schema: {
        tags: ['visitors'],
        summary: 'The times to which it can be moved',
        params: IdParams,
        response: { 200: Slots, ...refusals },
      },
    },
    async request => ({ slots: await requests.slotsFor(request.params.id, bearerToken(request)) }),
  );

  app.put(
    '/callbacks/:id/time',
    {
      schema: {
        tags: ['visitors'],
        summary: 'Move it to another time, or to now',
        description: 'Until an agent is asked for it.',
        params: IdParams,
        body: NewTime,
        response: { 200: Callback, ...refusals },
      },
    },
    async request => await requests.move(request.params.id, bearerToken(request), request.body.at),
  );
};
