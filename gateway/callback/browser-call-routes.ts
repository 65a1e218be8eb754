import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { IdParams, refusals } from '../schemas.js';
import { bearerToken } from '../tenants/index.js';
import type { CallbackRequests } from './requests.js';
import { Answer } from './schemas.js';

const Params = Type.Object({ ...IdParams.properties, call: IdParams.properties.id });

/** The page's side of a call to a visitor's browser; the offer comes with the callback's events. */
export const browserCallRoutes: FastifyPluginAsyncTypebox<{
  requests: CallbackRequests;
  /** How often one address may ask for its call, as the rate limit has it. */
  askLimit: object;
}> = async (app, { requests, askLimit }) => {
  app.post(
    '/callbacks/:id/calls',
    {
      config: askLimit,
      schema: {
        tags: ['visitors'],
        summary: 'Ask for the call in a page that was loaded anew',
        description: 'Where the page before has gone without a word. Where it has not, nothing comes of it.',
        params: IdParams,
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      await requests.returnToCall(request.params.id, bearerToken(request));
      return reply.status(204).send(null);
    },
  );

  app.put(
    '/callbacks/:id/calls/:call',
    {
      schema: {
        tags: ['visitors'],
        summary: 'Answer the call in the page',
        params: Params,
        body: Answer,
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      const { id, call } = request.params;
      await requests.answerCall(id, bearerToken(request), call, request.body.sdp);
      return reply.status(204).send(null);
    },
  );

  app.delete(
    '/callbacks/:id/calls/:call',
    {
      schema: {
        tags: ['visitors'],
        summary: 'Hang up in the page, or do not take the call',
        params: Params,
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      const { id, call } = request.params;
      await requests.leaveCall(id, bearerToken(request), call);
      return reply.status(204).send(null);
    },
  );
};
