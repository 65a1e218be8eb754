import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import {
  type InteractionRef,
  readFloor,
  readWallboard,
  requestHangup,
  setIntent,
  takeOverTalk,
  viewerOf,
  type Wallboard,
} from '../acd/index.js';
import { askParty, changeRole, type Party, partyLeaves, partyOfSupervisor } from '../calls/index.js';
import { ApiError } from '../errors.js';
import { IdParams, NullableString, NullableTimestamp, refusals, Timestamp } from '../schemas.js';
import { SharedReading } from '../shared-reading.js';
import type { Sql } from '../store/index.js';
import { requireRole, requireSession } from '../tenants/index.js';
import { violates } from './unique.js';

const Person = Type.Union([Type.Object({ id: Type.String(), name: Type.String() }), Type.Null()]);

const PartyOnFloor = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  role: Type.String(),
  state: Type.String(),
  reason: NullableString,
  userId: NullableString,
  name: Type.String(),
  since: Timestamp,
});

const Floor = Type.Object({
  agents: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      state: Type.String(),
      stateSince: Timestamp,
      nextState: Type.String(),
      reason: NullableString,
      interactionId: NullableString,
      heldSince: Type.Union([Timestamp, Type.Null()], {
        description: 'Since when he has his customer on hold.',
      }),
    }),
  ),
  talks: Type.Array(
    Type.Object({
      id: Type.String(),
      channel: Type.String(),
      state: Type.String(),
      queue: Type.Object({ key: Type.String(), name: Type.String() }),
      customer: Type.Object({ name: NullableString, phone: NullableString }),
      agent: Person,
      forwardedTo: NullableString,
      heldSince: Type.Union([Timestamp, Type.Null()], {
        description: 'Since when the customer is on hold.',
      }),
      since: Timestamp,
      parties: Type.Array(PartyOnFloor),
    }),
  ),
});

const Wall = Type.Object({
  day: Type.Object({ from: Timestamp, until: Timestamp }),
  queues: Type.Array(
    Type.Object({
      key: Type.String(),
      name: Type.String(),
      open: Type.Boolean(),
      waiting: Type.Integer(),
      onTheLine: Type.Integer({ description: 'Of those who wait, who are on the line.' }),
      longestSince: NullableTimestamp,
      agents: Type.Record(Type.String(), Type.Integer(), { description: 'State → how many of its agents.' }),
      answered: Type.Integer({ description: 'Whose place is of today, and who were reached.' }),
      within: Type.Integer({ description: 'Of those, within the time of the service level.' }),
      abandoned: Type.Integer({ description: 'Whose place is of today, and who went away before that.' }),
      abandonedLate: Type.Integer({ description: 'Of those, after a longer time than that.' }),
      serviceLevelSeconds: Type.Integer(),
      serviceLevelPercent: Type.Integer({ description: 'What is aimed at.' }),
    }),
  ),
});

const Monitoring = Type.Object({
  role: Type.Union([Type.Literal('listen'), Type.Literal('whisper'), Type.Literal('barge')], {
    description: 'Hear both; be heard by the agent, too; be heard by both.',
  }),
});

const tags = ['supervision'];
const noContent = { 204: Type.Null(), ...refusals };

/** What supervisors see and do. Each act is an event of the interaction or the agent, with its actor: that is the audit. */
export const monitorRoutes: FastifyPluginAsyncTypebox<{ sql: Sql }> = async (app, { sql }) => {
  app.addHook('onRequest', requireSession(sql));
  app.addHook('onRequest', requireRole('supervisor', 'admin'));

  const walls = new Map<string, SharedReading<Wallboard>>();

  /** Many screens may show the same: they share what is read. */
  function wallOf({ tenantId, locale }: { tenantId: string; locale: string }): SharedReading<Wallboard> {
    const key = `${tenantId} ${locale}`;
    const known = walls.get(key) ?? new SharedReading(() => readWallboard(sql, { tenantId, locale }));
    walls.set(key, known);
    return known;
  }

  /** The talk of an agent of the supervisor's company. @throws ApiError */
  async function talkOf({ id, tenantId }: InteractionRef) {
    const [talk] = await sql<
      { state: string; agentId: string | null; nodeId: string | null; whole: boolean }[]
    >`
      select state, agent_id as "agentId", node_id as "nodeId", part_of is null and forwarded_to is null as whole
      from interactions where tenant_id = ${tenantId} and id = ${id}`;
    if (!talk) throw new ApiError('not_found');
    return talk;
  }

  /** Where the supervisor is now, or is about to be. @throws ApiError */
  async function mine(tenantId: string, userId: string): Promise<Party> {
    const party = await partyOfSupervisor(sql, { tenantId, userId });
    if (!party) throw new ApiError('not_found');
    return party;
  }

  app.get(
    '/floor',
    {
      schema: {
        tags,
        summary: 'Agents as they are now, and the interactions in progress',
        description: 'For supervisors and admins. The live socket says `floor` when it has changed.',
        response: { 200: Floor, ...refusals },
      },
    },
    async request => await readFloor(sql, viewerOf(request)),
  );

  app.get(
    '/wallboard',
    {
      schema: {
        tags,
        summary: 'The queues as they are now, and their day so far',
        description:
          'The service level is `within` of `answered` and `abandonedLate`. For supervisors and admins; the live socket says `floor` when it has changed.',
        response: { 200: Wall, ...refusals },
      },
    },
    async request => await wallOf(viewerOf(request)).get(),
  );

  app.put(
    '/interactions/:id/monitoring',
    {
      schema: {
        tags,
        summary: 'Listen to a talk, whisper to its agent, or barge in; also to change from one to another',
        description:
          'Rings the supervisor’s own softphone. The talk is not disturbed by his coming and going.',
        params: IdParams,
        body: Monitoring,
        response: noContent,
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = viewerOf(request);
      const { role } = request.body;
      const ref = { id: request.params.id, tenantId };
      const there = await partyOfSupervisor(sql, { tenantId, userId });
      if (there && there.interactionId === ref.id) {
        await changeRole(sql, there, role);
        return reply.status(204).send(null);
      }
      const { state, agentId, nodeId, whole } = await talkOf(ref);
      if (state !== 'bridged' || !whole) throw new ApiError('state_conflict', { params: { state } });
      if (agentId === userId) throw new ApiError('forbidden');
      const [engaged] = await sql`
        select from agents where tenant_id = ${tenantId} and user_id = ${userId} and interaction_id is not null`;
      if (engaged) throw new ApiError('already_monitoring');
      try {
        await askParty(sql, {
          ...{ tenantId, interactionId: ref.id, kind: 'supervisor', role, nodeId },
          ...{ userId, askedBy: userId },
        });
      } catch (error) {
        if (violates(error, 'call_parties_one_talk'))
          throw new ApiError('already_monitoring', { cause: error });
        throw error;
      }
      return reply.status(204).send(null);
    },
  );

  app.delete(
    '/monitoring',
    { schema: { tags, summary: 'Leave the talk that you are in', response: noContent } },
    async (request, reply) => {
      const { tenantId, userId } = viewerOf(request);
      await partyLeaves(sql, await mine(tenantId, userId), 'withdrawn');
      return reply.status(204).send(null);
    },
  );

  app.post(
    '/interactions/:id/take-over',
    {
      schema: {
        tags,
        summary: 'Go on with the customer in the agent’s place',
        description: 'From within the talk. The agent has his wrap-up; yours comes afterwards.',
        params: IdParams,
        response: noContent,
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = viewerOf(request);
      const ref = { id: request.params.id, tenantId };
      const party = await mine(tenantId, userId);
      const { state, agentId } = await talkOf(ref);
      const taken =
        agentId &&
        party.interactionId === ref.id &&
        party.state === 'joined' &&
        (await takeOverTalk(sql, ref, agentId, party));
      if (!taken) throw new ApiError('state_conflict', { params: { state } });
      return reply.status(204).send(null);
    },
  );

  app.post(
    '/interactions/:id/end',
    {
      schema: { tags, summary: 'End a call, whoever talks', params: IdParams, response: noContent },
    },
    async (request, reply) => {
      const { tenantId, userId } = viewerOf(request);
      const ref = { id: request.params.id, tenantId };
      const { state, agentId } = await talkOf(ref);
      if (!agentId || !(await requestHangup(sql, ref, agentId, userId)))
        throw new ApiError('state_conflict', { params: { state } });
      return reply.status(204).send(null);
    },
  );

  app.put(
    '/agents/:id/state',
    {
      schema: {
        tags,
        summary: 'Say what an agent is to be: ready, paused or offline, with the reason',
        description: 'While he is engaged it says what comes afterwards; nothing is cut by it.',
        params: IdParams,
        body: Type.Object(
          {
            state: Type.Union([Type.Literal('ready'), Type.Literal('paused'), Type.Literal('offline')]),
            reason: Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' }),
          },
          { additionalProperties: false },
        ),
        response: noContent,
      },
    },
    async (request, reply) => {
      const { tenantId, userId: actor } = viewerOf(request);
      const { state, reason } = request.body;
      const agent = { tenantId, userId: request.params.id };
      if (!(await setIntent(sql, agent, state, reason.trim(), actor))) throw new ApiError('not_found');
      return reply.status(204).send(null);
    },
  );
};
