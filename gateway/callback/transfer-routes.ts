import { type FastifyPluginAsyncTypebox, type Static, Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import {
  askHelp,
  colleaguesOf,
  endConsult,
  forwardToNumber,
  type Helper,
  handOver,
  type InteractionRef,
  queuesNow,
  resumeCustomer,
  transferToAgent,
  transferToQueue,
  viewerOf,
} from '../acd/index.js';
import { findParty, type Party, partyJoins, partyLeaves } from '../calls/index.js';
import { ApiError } from '../errors.js';
import { IdParams, NullableString, refusals, Timestamp, Uuid } from '../schemas.js';
import type { Sql } from '../store/index.js';
import { requireSession } from '../tenants/index.js';
import { callableNumber } from './number-policy.js';
import { violates } from './unique.js';

/** A colleague, a queue, or a number outside. */
const Target = Type.Union([
  Type.Object({ agent: Uuid }, { additionalProperties: false }),
  Type.Object({ queue: Type.String({ maxLength: 40 }) }, { additionalProperties: false }),
  Type.Object({ number: Type.String({ minLength: 1, maxLength: 40 }) }, { additionalProperties: false }),
]);

const PartyView = Type.Object({
  id: Type.String(),
  kind: Type.String({ description: 'agent, queue, number or supervisor' }),
  role: Type.String({ description: 'consult, third, listen, whisper or barge' }),
  state: Type.String({ description: 'asked, ringing, consulting, joined or left' }),
  reason: NullableString,
});

const PartyParams = Type.Object({ id: Uuid, party: Uuid });

/** What an agent does with a talk of his: passes it on, asks somebody in, lets him go. */
export const transferRoutes: FastifyPluginAsyncTypebox<{ sql: Sql }> = async (app, { sql }) => {
  app.addHook('onRequest', requireSession(sql));

  /** What a target means here. @throws ApiError */
  async function resolve(
    tenantId: string,
    locale: string,
    target: Static<typeof Target>,
  ): Promise<Helper & { name?: string }> {
    if ('queue' in target) {
      const [queue] = await sql<{ id: string; name: string }[]>`
        select id, coalesce(name ->> ${locale}, name ->> 'en', key) as name from queues
        where tenant_id = ${tenantId} and key = ${target.queue}`;
      if (!queue) throw new ApiError('queue_unknown', { field: 'queue' });
      return { queue: queue.id, name: queue.name };
    }
    if ('number' in target) {
      const [tenant] = await sql<
        { countries: string[] }[]
      >`select countries from tenants where id = ${tenantId}`;
      return { number: callableNumber(target.number, tenant?.countries ?? []) };
    }
    return { agent: target.agent };
  }

  /** Says why a step with a talk cannot be taken. */
  async function refuse(
    request: FastifyRequest,
    { id, tenantId }: InteractionRef,
    target?: Helper,
  ): Promise<never> {
    const { userId } = viewerOf(request);
    const [talk] = await sql<{ state: string; agentId: string | null; passedOn: boolean }[]>`
      select state, agent_id as "agentId", forwarded_to is not null or part_of is not null as "passedOn"
      from interactions where tenant_id = ${tenantId} and id = ${id}`;
    if (!talk) throw new ApiError('not_found');
    if (talk.agentId !== userId) throw new ApiError('forbidden');
    if (talk.state !== 'bridged' || talk.passedOn)
      throw new ApiError('state_conflict', { params: { state: talk.state } });
    throw new ApiError(target && 'agent' in target ? 'agent_unavailable' : 'state_conflict', {
      params: { state: talk.state },
    });
  }

  app.get(
    '/transfer-targets',
    {
      schema: {
        tags: ['talks'],
        summary:
          'Whom a customer can be passed on to: colleagues as they are now, queues with those who wait',
        response: {
          200: Type.Object({
            agents: Type.Array(
              Type.Object({
                id: Type.String(),
                name: Type.String(),
                state: Type.String({ description: 'ready, talking, wrap_up, paused …' }),
                stateSince: Timestamp,
                reachable: Type.Boolean({ description: 'He can be rung now.' }),
              }),
            ),
            queues: Type.Array(
              Type.Object({
                key: Type.String(),
                name: Type.String(),
                waiting: Type.Integer(),
                ready: Type.Integer({ description: 'Agents who would be asked at once.' }),
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async request => {
      const viewer = viewerOf(request);
      const [agents, queues] = await Promise.all([colleaguesOf(sql, viewer), queuesNow(sql, viewer)]);
      return { agents, queues };
    },
  );

  app.post(
    '/interactions/:id/transfer',
    {
      schema: {
        tags: ['talks'],
        summary: 'Pass the customer on without a word (blind transfer)',
        description:
          'To a colleague, who is rung; to a queue, in the place of the first asking; to a number outside. If nobody answers, the customer comes back, with the reason.',
        params: IdParams,
        body: Target,
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      const { tenantId, userId, locale } = viewerOf(request);
      const ref = { id: request.params.id, tenantId };
      const target = await resolve(tenantId, locale, request.body);
      const done =
        'agent' in target
          ? await transferToAgent(sql, ref, userId, target.agent)
          : 'queue' in target
            ? await transferToQueue(sql, ref, userId, { id: target.queue, name: target.name ?? '' })
            : await forwardToNumber(sql, ref, userId, { number: target.number });
      if (!done) await refuse(request, ref, target);
      return reply.status(204).send(null);
    },
  );

  app.post(
    '/interactions/:id/parties',
    {
      schema: {
        tags: ['talks'],
        summary: 'Ask somebody into the talk',
        description:
          '`consult`: he and you are alone at first, and the customer hears music; `third`: he joins the talk when he answers.',
        params: IdParams,
        body: Type.Object(
          { to: Target, role: Type.Union([Type.Literal('consult'), Type.Literal('third')]) },
          { additionalProperties: false },
        ),
        response: { 201: PartyView, ...refusals },
      },
    },
    async (request, reply) => {
      const { tenantId, userId, locale } = viewerOf(request);
      const ref = { id: request.params.id, tenantId };
      const helper = await resolve(tenantId, locale, request.body.to);
      try {
        const party = await askHelp(sql, ref, { by: userId, helper, role: request.body.role });
        return reply.status(201).send(party ?? (await refuse(request, ref, helper)));
      } catch (error) {
        if (violates(error, 'call_parties_one_apart')) throw new ApiError('somebody_asked', { cause: error });
        throw error;
      }
    },
  );

  /** A party of a talk that is the caller's. */
  async function partyOf(request: FastifyRequest): Promise<Party & { ref: InteractionRef }> {
    const { tenantId, userId } = viewerOf(request);
    const { id, party: partyId } = request.params as Static<typeof PartyParams>;
    const [talk] = await sql<{ agentId: string | null }[]>`
      select agent_id as "agentId" from interactions where tenant_id = ${tenantId} and id = ${id}`;
    const party = await findParty(sql, { id: partyId, tenantId });
    if (!talk || !party || party.interactionId !== id) throw new ApiError('not_found');
    if (talk.agentId !== userId || party.kind === 'supervisor') throw new ApiError('forbidden');
    return { ...party, ref: { id, tenantId } };
  }

  const schemaOf = (summary: string) => ({
    tags: ['talks'],
    summary,
    params: PartyParams,
    response: { 204: Type.Null(), ...refusals },
  });

  app.post(
    '/interactions/:id/parties/:party/join',
    { schema: schemaOf('Let the one you are consulting into the talk: all three hear each other') },
    async (request, reply) => {
      const party = await partyOf(request);
      if (!(await partyJoins(sql, party)))
        throw new ApiError('state_conflict', { params: { state: party.state } });
      // All three are to hear each other: a customer on hold is taken back with it.
      await resumeCustomer(sql, party.ref, 'desktop');
      return reply.status(204).send(null);
    },
  );

  app.post(
    '/interactions/:id/parties/:party/complete',
    { schema: schemaOf('Leave the customer to him (attended transfer)') },
    async (request, reply) => {
      const { userId } = viewerOf(request);
      const { ref, ...party } = await partyOf(request);
      const there = party.state === 'consulting' || party.state === 'joined';
      const done =
        there &&
        (party.phone
          ? await forwardToNumber(sql, ref, userId, { number: party.phone, partyId: party.id })
          : await handOver(sql, ref, userId, party));
      if (!done) throw new ApiError('state_conflict', { params: { state: party.state } });
      return reply.status(204).send(null);
    },
  );

  app.delete(
    '/interactions/:id/parties/:party',
    { schema: schemaOf('Take him out, or take back that he was asked: you are with the customer again') },
    async (request, reply) => {
      const party = await partyOf(request);
      const left = await partyLeaves(sql, party, 'withdrawn');
      if (!left) throw new ApiError('state_conflict', { params: { state: party.state } });
      if (party.partId) await endConsult(sql, { id: party.partId, tenantId: party.tenantId });
      return reply.status(204).send(null);
    },
  );
};
