import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { viewerOf } from '../../acd/index.js';
import { ApiError } from '../../errors.js';
import { IdParams, NullableString, NullableTimestamp, refusals, Timestamp } from '../../schemas.js';
import type { Sql } from '../../store/index.js';
import { requireRole, requireSession } from '../../tenants/index.js';
import {
  countUnheard,
  deleteVoicemail,
  listVoicemails,
  markVoicemail,
  voicemailSound,
} from './voicemails-sql.js';

const Voicemail = Type.Object({
  id: Type.String(),
  caller: Type.Union([Type.String(), Type.Null()], { description: 'E.164; null: withheld.' }),
  number: Type.String({ description: 'What was dialled.' }),
  flow: Type.String(),
  leftAt: Timestamp,
  durationMs: Type.Integer(),
  heardAt: NullableTimestamp,
  heardBy: NullableString,
});

const tags = ['voicemail'];

const noContent = { 204: Type.Null(), ...refusals };

/** The messages that callers have left, to everybody of the company who is signed in. */
export const voicemailRoutes: FastifyPluginAsyncTypebox<{ sql: Sql }> = async (app, { sql }) => {
  app.addHook('onRequest', requireSession(sql));

  app.get(
    '/voicemails',
    {
      schema: {
        tags,
        summary: 'Messages of callers, the newest first',
        querystring: Type.Object({
          limit: Type.Integer({ minimum: 1, maximum: 100, default: 50 }),
          before: Type.Optional(
            Type.String({ format: 'date-time', description: '`leftAt` of the last one shown.' }),
          ),
        }),
        response: {
          200: Type.Object({
            voicemails: Type.Array(Voicemail),
            unheard: Type.Integer({ description: 'How many nobody has heard, of all.' }),
            more: Type.Boolean({ description: 'Whether there are older ones.' }),
          }),
          ...refusals,
        },
      },
    },
    async request => {
      const { tenantId } = viewerOf(request);
      const { limit, before } = request.query;
      const [found, unheard] = await Promise.all([
        listVoicemails(sql, tenantId, { limit: limit + 1, ...(before !== undefined && { before }) }),
        countUnheard(sql, tenantId),
      ]);
      return { voicemails: found.slice(0, limit), unheard, more: found.length > limit };
    },
  );

  app.get(
    '/voicemails/:id/sound',
    { schema: { tags, summary: 'A message: a WAV file', params: IdParams, produces: ['audio/wav'] } },
    async (request, reply) => {
      const { id } = request.params;
      const sound = await voicemailSound(sql, viewerOf(request).tenantId, id);
      if (!sound) throw new ApiError('not_found');
      return await reply
        .type('audio/wav')
        .header('content-disposition', `inline; filename="voicemail-${id}.wav"`)
        .header('cache-control', 'private, no-store')
        .send(sound);
    },
  );

  app.put(
    '/voicemails/:id/heard',
    {
      schema: {
        tags,
        summary: 'Say that a message was heard, or that it is still to be',
        params: IdParams,
        body: Type.Object({ heard: Type.Boolean() }),
        response: noContent,
      },
    },
    async (request, reply) => {
      if (!(await markVoicemail(sql, viewerOf(request), request.params.id, request.body.heard)))
        throw new ApiError('not_found');
      return reply.status(204).send(null);
    },
  );

  app.delete(
    '/voicemails/:id',
    {
      onRequest: requireRole('supervisor', 'admin'),
      schema: { tags, summary: 'Delete a message', params: IdParams, response: noContent },
    },
    async (request, reply) => {
      if (!(await deleteVoicemail(sql, viewerOf(request), request.params.id)))
        throw new ApiError('not_found');
      return reply.status(204).send(null);
    },
  );
};
