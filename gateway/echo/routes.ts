import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { ApiError } from '../errors.js';
import { refusals } from '../schemas.js';
import type { Sql } from '../store/index.js';
import { caller, requireSession } from '../tenants/index.js';
import type { EchoCalls } from './echo-calls.js';

export interface EchoRouteOptions {
  sql: Sql;
  echo: EchoCalls;
}

/** The test call of whoever is signed in. */
export const echoRoutes: FastifyPluginAsyncTypebox<EchoRouteOptions> = async (app, { sql, echo }) => {
  app.addHook('onRequest', requireSession(sql));

  app.post(
    '/me/echo-test',
    {
      config: {
        rateLimit: { max: 10, timeWindow: '1 minute', keyGenerator: request => caller(request).user.id },
      },
      schema: {
        tags: ['agent'],
        summary: 'Be called, say something, and hear it',
        description:
          'Your softphone is rung; its INVITE names the test in X-Ringbridge-Interaction. After a tone four seconds are recorded and played to you, and deleted. The live socket’s `desk.echo` says how far it is, and what came of it. What is offered to you ends it.',
        response: { 201: Type.Object({ id: Type.String() }), ...refusals },
      },
    },
    async (request, reply) => {
      const { tenantId, user } = caller(request);
      const test = await echo.begin({ tenantId, userId: user.id });
      if (typeof test === 'string') throw new ApiError(test);
      return reply.status(201).send({ id: test.id });
    },
  );

  app.delete(
    '/me/echo-test',
    {
      schema: {
        tags: ['agent'],
        summary: 'End your test call',
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      const { tenantId, user } = caller(request);
      if (!(await echo.end({ tenantId, userId: user.id }))) throw new ApiError('not_found');
      return reply.status(204).send(null);
    },
  );
};
