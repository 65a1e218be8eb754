import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { legsOf } from '../calls/index.js';
import { ApiError, preferredLocale } from '../errors.js';
import { IdParams, PointInTime, refusals } from '../schemas.js';
import type { Announcements, Sql } from '../store/index.js';
import type { Telephony } from '../telephony/index.js';
import { caller, requireSession } from '../tenants/index.js';
import { setIntent, viewAgent } from './agents.js';
import { holdCustomer, holdOf, resumeCustomer } from './hold.js';
import {
  findInteraction,
  interactionEvents,
  listInteractions,
  peopleIn,
  type Viewer,
} from './interactions.js';
import { liveRoute } from './live.js';
import type { Presence } from './presence.js';
import { attemptsOf } from './promise-list.js';
import {
  EstimateRecord,
  Interaction,
  InteractionDetail,
  Me,
  SoftphoneCredential,
  WrapUp,
} from './schemas.js';
import { estimateRecord } from './told-waits.js';
import { accept, decline, extendWrapUp, finish, requestHangup, takenBy } from './transitions/index.js';
import type { WaitingCounts } from './waiting-counts.js';

export interface AcdRouteOptions {
  sql: Sql;
  /** For what nobody waits for. */
  records: Sql;
  announcements: Announcements;
  presence: Presence;
  waitingCounts: WaitingCounts;
  telephony: Telephony;
  /** Origins whose pages may open the live socket by cookie: the desktop's own. */
  origins: string[];
}

/** Who looks, for what he may see and in which language. */
export function viewerOf(request: FastifyRequest): Viewer {
  const { tenantId, user } = caller(request);
  const locale = preferredLocale(request.headers['accept-language'], user.locale);
  return { tenantId, userId: user.id, role: user.role, locale };
}

/** The agent's side of the API: himself, his softphone, his interactions, his live view. */
export const acdRoutes: FastifyPluginAsyncTypebox<AcdRouteOptions> = async (app, options) => {
  const { sql, telephony } = options;
  await app.register(liveRoute, options);
  await app.register(async signedIn => {
    signedIn.addHook('onRequest', requireSession(sql));
    await signedIn.register(meRoutes, { sql, telephony });
    await signedIn.register(interactionRoutes, { sql });
  });
};

const meRoutes: FastifyPluginAsyncTypebox<{ sql: Sql; telephony: Telephony }> = async (
  app,
  { sql, telephony },
) => {
  async function me(request: FastifyRequest) {
    const { tenantId, user } = caller(request);
    const view = await viewAgent(sql, tenantId, user.id);
    if (!view) throw new ApiError('unauthorized');
    return view;
  }

  app.get(
    '/me',
    {
      schema: {
        tags: ['agent'],
        summary: 'The signed-in user and his state',
        response: { 200: Me, ...refusals },
      },
    },
    me,
  );

  app.put(
    '/me/state',
    {
      schema: {
        tags: ['agent'],
        summary: 'Be ready, paused or offline',
        description: 'While engaged it says what comes afterwards; nothing is cut by it.',
        body: Type.Object(
          {
            state: Type.Union([Type.Literal('ready'), Type.Literal('paused'), Type.Literal('offline')]),
            reason: Type.Optional(Type.String({ maxLength: 60 })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Me, ...refusals },
      },
    },
    async request => {
      const { tenantId, user } = caller(request);
      const { state, reason } = request.body;
      if (!(await setIntent(sql, { tenantId, userId: user.id }, state, reason ?? null)))
        throw new ApiError('not_an_agent');
      return await me(request);
    },
  );

  app.get(
    '/me/softphone',
    {
      schema: {
        tags: ['agent'],
        summary: 'A short-lived credential for the softphone',
        description: 'Replaces the one given before to the same session, and ends with the session.',
        response: { 200: SoftphoneCredential, ...refusals },
      },
    },
    async request => {
      const { id: sessionId, tenantId, user } = caller(request);
      return await telephony.issueCredential({ tenantId, userId: user.id, sessionId });
    },
  );
};

const interactionRoutes: FastifyPluginAsyncTypebox<{ sql: Sql }> = async (app, { sql }) => {
  async function show(request: FastifyRequest, id: string, viewer = viewerOf(request)) {
    const interaction = await findInteraction(sql, viewer, id);
    if (!interaction) throw new ApiError('not_found');
    return interaction;
  }

  /** Runs a step of the agent who is engaged; says what is in the way when it cannot be taken. */
  async function step(
    request: FastifyRequest,
    id: string,
    take: (ref: { id: string; tenantId: string }, by: string) => Promise<unknown>,
  ) {
    const { tenantId, userId } = viewerOf(request);
    const taken = await take({ id, tenantId }, userId);
    // Who has just let it go may still see what became of it.
    if (taken) return await show(request, id, { ...viewerOf(request), role: 'supervisor' });
    if (await takenBy(sql, { id, tenantId }, userId)) throw new ApiError('offer_taken');
    const { state, agent } = await show(request, id);
    if (agent?.id !== userId) throw new ApiError('forbidden');
    throw new ApiError('state_conflict', { params: { state } });
  }

  /** What is held by the telephone is not for the desktop to take back. */
  async function resume(ref: { id: string; tenantId: string }, by: string) {
    const resumed = await resumeCustomer(sql, ref, 'desktop', by);
    const hold = resumed ? undefined : await holdOf(sql, ref);
    if (hold?.byPhone && hold.agentId === by) throw new ApiError('held_by_phone');
    return resumed;
  }

  app.get(
    '/interactions',
    {
      schema: {
        tags: ['interactions'],
        summary: 'The newest interactions: an agent sees his own, supervisors and admins their company’s',
        querystring: Type.Object({
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
          before: Type.Optional(PointInTime),
        }),
        response: { 200: Type.Object({ interactions: Type.Array(Interaction) }), ...refusals },
      },
    },
    async request => ({ interactions: await listInteractions(sql, viewerOf(request), request.query) }),
  );

  app.get(
    '/interactions/:id',
    {
      schema: {
        tags: ['interactions'],
        summary: 'One interaction with its events and legs',
        params: IdParams,
        response: { 200: InteractionDetail, ...refusals },
      },
    },
    async request => {
      const { id } = request.params;
      const interaction = await show(request, id);
      const { tenantId } = viewerOf(request);
      const [events, legs, attempts] = await Promise.all([
        interactionEvents(sql, viewerOf(request), id),
        legsOf(sql, tenantId, id),
        attemptsOf(sql, tenantId, id),
      ]);
      return { ...interaction, events, legs, attempts, people: await peopleIn(sql, tenantId, events) };
    },
  );

  app.get(
    '/estimates',
    {
      schema: {
        tags: ['queues'],
        summary:
          'How good the estimates of waiting were: the share of customers reached within what they were told',
        description: 'For supervisors and admins.',
        querystring: Type.Object({ days: Type.Integer({ minimum: 1, maximum: 90, default: 7 }) }),
        response: { 200: Type.Object({ queues: Type.Array(EstimateRecord) }), ...refusals },
      },
    },
    async request => {
      const { tenantId, role, locale } = viewerOf(request);
      if (role === 'agent') throw new ApiError('forbidden');
      return { queues: await estimateRecord(sql, { tenantId, locale, days: request.query.days }) };
    },
  );

  const steps = [
    {
      name: 'accept',
      summary: 'Take the offer',
      take: (ref: { id: string; tenantId: string }, by: string) => accept(sql, ref, by),
    },
    {
      name: 'decline',
      summary: 'Let the next agent have it',
      take: (ref: { id: string; tenantId: string }, by: string) => decline(sql, ref, by),
    },
    {
      name: 'hangup',
      summary: 'End the call',
      take: (ref: { id: string; tenantId: string }, by: string) => requestHangup(sql, ref, by),
    },
    {
      name: 'hold',
      summary: 'Put the customer on hold: he hears music, whatever becomes of your line',
      take: (ref: { id: string; tenantId: string }, by: string) => holdCustomer(sql, ref, 'desktop', by),
    },
    {
      name: 'resume',
      summary: 'Take the customer back from hold',
      take: (ref: { id: string; tenantId: string }, by: string) => resume(ref, by),
    },
    {
      name: 'wrap-up/extend',
      summary: 'Take more time for the wrap-up, as often as the queue allows',
      take: (ref: { id: string; tenantId: string }, by: string) => extendWrapUp(sql, ref, by),
    },
  ];
  for (const { name, summary, take } of steps) {
    app.post(
      `/interactions/:id/${name}`,
      {
        schema: {
          tags: ['interactions'],
          summary,
          params: IdParams,
          response: { 200: Interaction, ...refusals },
        },
      },
      async request => await step(request, request.params.id, take),
    );
  }

  app.post(
    '/interactions/:id/wrap-up',
    {
      schema: {
        tags: ['interactions'],
        summary: 'Finish the wrap-up: note and disposition are stored, the agent is free',
        params: IdParams,
        body: WrapUp,
        response: { 200: Interaction, ...refusals },
      },
    },
    async request =>
      await step(request, request.params.id, (ref, by) => finish(sql, ref, { by, ...request.body })),
  );
};
