import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import {
  callColleague,
  dialOut,
  findInteraction,
  Interaction,
  type OwnCall,
  queueForCall,
  type ServedInteraction,
  viewerOf,
} from '../acd/index.js';
import { ApiError } from '../errors.js';
import { refusals, Uuid } from '../schemas.js';
import type { Sql } from '../store/index.js';
import { caller, requireSession } from '../tenants/index.js';
import { callableNumber } from './number-policy.js';

/** Calls in a minute by one agent: more than a person can make, and few enough that a stolen session is no dialler. */
const callsPerMinute = 30;

export interface DialRouteOptions {
  sql: Sql;
  /** This gateway, which serves what is begun here. */
  nodeId: string;
  /** Serves a call that was just begun. */
  serve: (call: ServedInteraction) => void;
}

/** Calls that agents begin: to a number outside, or to a colleague. */
export const dialRoutes: FastifyPluginAsyncTypebox<DialRouteOptions> = async (
  app,
  { sql, nodeId, serve },
) => {
  app.addHook('onRequest', requireSession(sql));

  /** Says why a call cannot be begun. */
  async function refuse({ tenantId, by }: OwnCall, colleague: string | undefined): Promise<never> {
    const [agent] = await sql<{ free: boolean; online: boolean; phone: boolean }[]>`
      select interaction_id is null as free, intent <> 'offline' as online,
        exists (select from registrations r
          where r.tenant_id = a.tenant_id and r.user_id = a.user_id and r.expires_at > now()) as phone
      from agents a where a.tenant_id = ${tenantId} and a.user_id = ${by}`;
    if (!agent) throw new ApiError('not_an_agent');
    if (!agent.online || !agent.free) throw new ApiError('cannot_call_now');
    if (!agent.phone) throw new ApiError('softphone_missing');
    throw new ApiError(colleague === undefined ? 'cannot_call_now' : 'agent_unavailable');
  }

  app.post(
    '/calls',
    {
      config: {
        rateLimit: {
          max: callsPerMinute,
          timeWindow: '1 minute',
          keyGenerator: request => caller(request).user.id,
        },
      },
      schema: {
        tags: ['talks'],
        summary: 'Call a number outside, or a colleague',
        description:
          'Your softphone is rung first, then whom you call. A number has to be one that the company may call; it goes out by the outbound routes, with the company’s proven caller id. You have to be ready or on pause, and not engaged.',
        body: Type.Object(
          {
            to: Type.Union([
              Type.Object(
                { number: Type.String({ minLength: 1, maxLength: 40 }) },
                { additionalProperties: false },
              ),
              Type.Object({ agent: Uuid }, { additionalProperties: false }),
            ]),
            queue: Type.Optional(
              Type.String({
                maxLength: 40,
                description:
                  'Whose ringing time, wrap-up and music it has; by default the first of your own.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 201: Interaction, ...refusals },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { tenantId, userId: by, locale } = viewer;
      const { to, queue: key } = request.body;
      const queueId = await queueForCall(sql, { tenantId, by, key });
      if (!queueId) throw new ApiError('queue_unknown', { field: 'queue' });
      const call: OwnCall = { tenantId, by, queueId, nodeId, locale };
      const colleague = 'agent' in to ? to.agent : undefined;
      const begun =
        'agent' in to
          ? await callColleague(sql, call, to.agent)
          : await dialOut(sql, call, await callable(tenantId, to.number));
      if (!begun) return await refuse(call, colleague);
      serve(begun);
      const shown = await findInteraction(sql, viewer, begun.id);
      if (!shown) throw new ApiError('not_found');
      return reply.status(201).send(shown);
    },
  );

  /** The number in E.164. @throws ApiError */
  async function callable(tenantId: string, number: string): Promise<string> {
    const [tenant] = await sql<
      { countries: string[] }[]
    >`select countries from tenants where id = ${tenantId}`;
    return callableNumber(number, tenant?.countries ?? []);
  }
};
