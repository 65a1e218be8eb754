import { type FastifyPluginAsyncTypebox, type Static, Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import {
  callNow,
  cancel,
  listPromises,
  liveStates,
  moveToQueue,
  reschedule,
  viewerOf,
} from '../acd/index.js';
import { ApiError } from '../errors.js';
import { IdParams, NullableString, NullableTimestamp, PointInTime, refusals, Timestamp } from '../schemas.js';
import type { Sql } from '../store/index.js';
import { requireRole, requireSession } from '../tenants/index.js';

const Person = Type.Union([Type.Object({ id: Type.String(), name: Type.String() }), Type.Null()]);

const Promised = Type.Object({
  id: Type.String(),
  state: Type.String(),
  channel: Type.String(),
  onTheLine: Type.Boolean({ description: 'The customer is on the line while he waits.' }),
  queue: Type.Object({ key: Type.String(), name: Type.String() }),
  customer: Type.Object({ name: NullableString, phone: NullableString }),
  agent: Person,
  requestedAt: Timestamp,
  place: Type.Union([Type.Integer(), Type.Null()]),
  priority: Type.Integer(),
  dueAt: NullableTimestamp,
  slotAt: NullableTimestamp,
  timeZone: NullableString,
  lastOutcome: NullableString,
  attempts: Type.Integer(),
  queuedAt: NullableTimestamp,
  waitsFor: Type.Union([Type.Literal('opening'), Type.Null()], {
    description: 'Why it is offered to nobody although it waits: its queue is closed until `opensAt`.',
  }),
  opensAt: NullableTimestamp,
  movedFrom: Type.Union([Type.Object({ key: Type.String(), name: Type.String() }), Type.Null()], {
    description: 'The queue it was asked for at, where it has gone to another one since.',
  }),
});

const Filter = Type.Object({
  queue: Type.Optional(Type.String({ maxLength: 40 })),
  state: Type.Optional(Type.Union(liveStates.map(state => Type.Literal(state)))),
  held: Type.Optional(Type.Boolean({ description: 'Only those that a person has to say something about.' })),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
  offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
});

const Time = Type.Object({ at: PointInTime }, { additionalProperties: false });

/** The farthest that an operator may move a callback: a slip of the pen is not a promise for the next decade. */
const farthestMs = 366 * 86_400_000;

/** The promises of a company, for its supervisors: one list, and what can be done about each. Every act is an event with its actor. */
export const operatorRoutes: FastifyPluginAsyncTypebox<{ sql: Sql }> = async (app, { sql }) => {
  app.addHook('onRequest', requireSession(sql));
  app.addHook('onRequest', requireRole('supervisor', 'admin'));

  app.get(
    '/promises',
    {
      schema: {
        tags: ['promises'],
        summary: 'Every callback that is promised and not yet kept',
        description:
          'Those that are served, those that wait in their order, those that come. For supervisors and admins; the history of each is at /interactions/{id}.',
        querystring: Filter,
        response: {
          200: Type.Object({
            promises: Type.Array(Promised),
            total: Type.Integer({ description: 'How many there are in all.' }),
          }),
          ...refusals,
        },
      },
    },
    async request => await listPromises(sql, viewerOf(request), request.query as Static<typeof Filter>),
  );

  /** Takes a step with a callback of the operator's company; says what is in the way when it cannot be taken. */
  async function step(
    request: FastifyRequest,
    id: string,
    take: (ref: { id: string; tenantId: string; queueId: string }, actor: string) => Promise<boolean>,
  ) {
    const { tenantId, userId } = viewerOf(request);
    const [found] = await sql<{ state: string; queueId: string }[]>`
      select state, queue_id as "queueId" from interactions where tenant_id = ${tenantId} and id = ${id}`;
    if (!found) throw new ApiError('not_found');
    const { state, queueId } = found;
    if (!(await take({ id, tenantId, queueId }, userId)))
      throw new ApiError('state_conflict', { params: { state } });
  }

  const acts = [
    {
      name: 'cancel',
      summary: 'Take the callback back, at any moment',
      take: async (ref: { id: string; tenantId: string }, actor: string) =>
        (await cancel(sql, ref, actor)) !== undefined,
    },
    {
      name: 'call-now',
      summary: 'Let it go before all others',
      take: async (ref: { id: string; tenantId: string }, actor: string) =>
        (await callNow(sql, ref, actor)) !== undefined,
    },
  ];
  for (const { name, summary, take } of acts) {
    app.post(
      `/promises/:id/${name}`,
      {
        schema: {
          tags: ['promises'],
          summary,
          params: IdParams,
          response: { 204: Type.Null(), ...refusals },
        },
      },
      async (request, reply) => {
        await step(request, request.params.id, take);
        return reply.status(204).send(null);
      },
    );
  }

  app.put(
    '/promises/:id/queue',
    {
      schema: {
        tags: ['promises'],
        summary: 'Let it wait in another queue, in the place of its asking',
        params: IdParams,
        body: Type.Object({ queue: Type.String({ maxLength: 40 }) }, { additionalProperties: false }),
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      const { queue } = request.body;
      await step(request, request.params.id, async (ref, actor) => {
        const moved = await moveToQueue(sql, ref, { queue, actor });
        if (moved === 'queue_unknown') throw new ApiError('queue_unknown', { field: 'queue' });
        return moved === 'done';
      });
      return reply.status(204).send(null);
    },
  );

  app.put(
    '/promises/:id/time',
    {
      schema: {
        tags: ['promises'],
        summary: 'Move it to any time within a year, slot or not',
        params: IdParams,
        body: Time,
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      const at = new Date(request.body.at);
      if (Math.abs(at.getTime() - Date.now()) > farthestMs)
        throw new ApiError('slot_unavailable', { field: 'at' });
      await step(
        request,
        request.params.id,
        async (ref, actor) => (await reschedule(sql, ref, { at, actor })) === 'done',
      );
      return reply.status(204).send(null);
    },
  );
};
